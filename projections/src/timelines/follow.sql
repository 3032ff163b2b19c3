-- $1 followers, $2 followees who follow from now on; $3 people, $4 change of their follower counts, $5
-- whether a post of theirs was not fanned out. The statement returns the pairs that are new.
with counted as (
    insert into authors (user_id, follower_count, merged)
    select c.user_id, c.change, c.merged
    from unnest($3::uuid[], $4::bigint[], $5::boolean[]) as c(user_id, change, merged)
    on conflict (user_id) do update set
        follower_count = authors.follower_count + excluded.follower_count,
        merged = authors.merged or excluded.merged
)
insert into follows (follower_id, followee_id)
select f.follower_id, f.followee_id from unnest($1::uuid[], $2::uuid[]) as f(follower_id, followee_id)
on conflict do nothing
returning follower_id, followee_id
