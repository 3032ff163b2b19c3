-- $1 owners; $2 followees, $3 and $4 their followers after the one up to the other; $5 window size.
-- Everyone meant keeps a window, and a floor where it ends.
with owners as (
    select o.owner_id from unnest($1::uuid[]) as o(owner_id)
    union
    select f.follower_id
    from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as c(followee_id, after_follower, last_follower)
    join follows f on f.followee_id = c.followee_id
        and f.follower_id > c.after_follower and f.follower_id <= c.last_follower
), kept as materialized (
    select o.owner_id, k.post_id
    from owners o
    cross join lateral (
        select e.post_id
        from entries e
        where e.owner_id = o.owner_id
        order by e.post_id desc
        offset $5 - 1
        limit 1
    ) k
), trimmed as (
    delete from entries e
    using kept k
    where e.owner_id = k.owner_id and e.post_id < k.post_id
)
insert into floors (owner_id, post_id)
select k.owner_id, k.post_id from kept k
on conflict (owner_id) do update set post_id = excluded.post_id
