-- $1 owners who lost entries, $2 window size: an owner who has less than a window above their floor gets the
-- next older posts of the people they follow, and a lower floor, or none when no older post is left.
with short as (
    select w.owner_id, w.post_id as floor, $2 - kept.entry_count as missing
    from unnest($1::uuid[]) as o(owner_id)
    join floors w on w.owner_id = o.owner_id
    cross join lateral (
        select count(*) as entry_count
        from (
            select e.post_id
            from entries e
            where e.owner_id = w.owner_id and e.post_id >= w.post_id
            limit $2
        ) e
    ) kept
    where kept.entry_count < $2
), older as materialized (
    select s.owner_id, s.missing::int as missing, o.post_ids, o.author_ids
    from short s
    cross join lateral (
        select coalesce(array_agg(u.post_id order by u.post_id desc), '{}') as post_ids,
               coalesce(array_agg(u.author_id order by u.post_id desc), '{}') as author_ids
        from (
            (
                select p.post_id, p.author_id
                from posts p
                where p.author_id = s.owner_id and p.post_id < s.floor
                order by p.post_id desc
                limit s.missing
            )
            union all
            select q.post_id, q.author_id
            from follows f
            cross join lateral (
                select p.post_id, p.author_id
                from posts p
                where p.author_id = f.followee_id and p.fanned_out and p.post_id < s.floor
                order by p.post_id desc
                limit s.missing
            ) q
            where f.follower_id = s.owner_id
            order by post_id desc
            limit s.missing
        ) u
    ) o
), inserted as (
    insert into entries (owner_id, post_id, author_id)
    select o.owner_id, p.post_id, p.author_id
    from older o
    cross join lateral unnest(o.post_ids, o.author_ids) as p(post_id, author_id)
    on conflict do nothing
), lowered as (
    update floors w
    set post_id = o.post_ids[o.missing]
    from older o
    where w.owner_id = o.owner_id and cardinality(o.post_ids) = o.missing
)
delete from floors w
using older o
where w.owner_id = o.owner_id and cardinality(o.post_ids) < o.missing
