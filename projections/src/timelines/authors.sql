-- $1 people, $2 change of their follower counts, $3 whether a post of theirs was not fanned out.
insert into authors (user_id, follower_count, merged)
select c.user_id, c.change, c.merged
from unnest($1::uuid[], $2::bigint[], $3::boolean[]) as c(user_id, change, merged)
on conflict (user_id) do update set
    follower_count = authors.follower_count + excluded.follower_count,
    merged = authors.merged or excluded.merged
