insert into authors (user_id, follower_count, merged)
select f.user_id, f.followers, m.author_id is not null
from (
    select followee_id as user_id, sum(case when follows then 1 else -1 end) as followers
    from follow_changes
    group by followee_id
) f
left join (select distinct author_id from posts where not fanned_out) m on m.author_id = f.user_id
