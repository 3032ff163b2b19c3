-- $1 followers, $2 followees of new follows; $3 window size; $4 how many rows call for trimming. The
-- statement brings the newest window of each followee in, as far as it is not below the owner's floor. The
-- statement returns the owners who got so much that they should be trimmed.
with brought as materialized (
    select n.owner_id, n.author_id, p.post_id, p.place
    from unnest($1::uuid[], $2::uuid[]) as n(owner_id, author_id)
    left join floors w on w.owner_id = n.owner_id
    cross join lateral (
        select p.post_id, row_number() over (order by p.post_id desc) as place
        from posts p
        where p.author_id = n.author_id and p.fanned_out
          and p.post_id >= coalesce(w.post_id, '00000000-0000-0000-0000-000000000000')
        order by p.post_id desc
        limit $3
    ) p
), inserted as (
    insert into entries (owner_id, post_id, author_id)
    select owner_id, post_id, author_id from brought
    on conflict do nothing
), raised as (
    -- An owner with a followee who fills a window alone may lack that followee's older posts from now on.
    insert into floors (owner_id, post_id)
    select distinct on (owner_id) owner_id, post_id
    from brought
    where place = $3
    order by owner_id, post_id desc
    on conflict (owner_id) do update set post_id = greatest(floors.post_id, excluded.post_id)
)
select owner_id from brought group by owner_id having count(*) >= $4
