-- The follows of all people, counted at once.
update people
set follower_count = counted.followers, following_count = counted.following
from (
    select user_id, count(*) filter (where is_followee) as followers, count(*) filter (where not is_followee) as following
    from follows
    cross join lateral (values (followee_id, true), (follower_id, false)) as side (user_id, is_followee)
    group by user_id
) counted
where people.user_id = counted.user_id;
