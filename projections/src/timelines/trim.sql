-- $1 owners; $2 window size. Each owner keeps a window, and gets a floor where it ends.
with kept as materialized (
    select o.owner_id, k.post_id
    from (select distinct owner_id from unnest($1::uuid[]) as o(owner_id)) o
    cross join lateral (
        select e.post_id
        from entries e
        where e.owner_id = o.owner_id
        order by e.post_id desc
        offset $2 - 1
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
