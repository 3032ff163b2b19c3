-- $1 followers, $2 followees of follows that end: each takes the author's entries along. The statement
-- returns the owners.
with dropped as (
    delete from follows f
    using unnest($1::uuid[], $2::uuid[]) as d(follower_id, followee_id)
    where f.follower_id = d.follower_id and f.followee_id = d.followee_id
    returning f.follower_id, f.followee_id
), unmerged as (
    delete from merged_follows m
    using dropped d
    where m.follower_id = d.follower_id and m.followee_id = d.followee_id
), taken_out as (
    delete from entries e
    using dropped d
    where e.owner_id = d.follower_id and e.author_id = d.followee_id
)
select distinct follower_id from dropped
