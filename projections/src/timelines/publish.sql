-- $1 posts, $2 their authors, $3 their positions, $4 whether each is fanned out, $5 whether each goes to all
-- followers now (its author has it at once in any case), $6 with one in how many posts an owner is trimmed.
-- The statement returns the owners to trim.
with published as (
    insert into posts (post_id, author_id, position, fanned_out, deleted)
    select p.post_id, p.author_id, p.position, p.fanned_out, false
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[]) as p(post_id, author_id, position, fanned_out)
    on conflict do nothing
), delayed as (
    insert into tasks (position, post_id, author_id, after_follower, chunks_delivered)
    select p.position, p.post_id, p.author_id, '00000000-0000-0000-0000-000000000000', 0
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[], $5::boolean[])
        as p(post_id, author_id, position, fanned_out, at_once)
    where p.fanned_out and not p.at_once
), delivered as (
    -- The rows are sorted, so that rows that lie together on disk are written together. No owner has any of
    -- them yet: to look first, or to be ready for a conflict, costs as much again.
    insert into entries (owner_id, post_id, author_id)
    select d.owner_id, d.post_id, d.author_id
    from (
        select p.author_id as owner_id, p.post_id, p.author_id
        from unnest($1::uuid[], $2::uuid[]) as p(post_id, author_id)
        union all
        select f.follower_id, p.post_id, p.author_id
        from unnest($1::uuid[], $2::uuid[], $5::boolean[]) as p(post_id, author_id, at_once)
        join follows f on f.followee_id = p.author_id
        where p.at_once
    ) d
    order by d.owner_id, d.post_id
    returning owner_id, post_id
)
-- Owner and post together choose, so that each post has few owners to trim: all owners of one post at once
-- would hold up all others.
select distinct owner_id from delivered where (uuid_hash(owner_id) # uuid_hash(post_id)) % $6 = 0
