-- $1 posts, $2 their authors, $3 whether to give each to all followers now: the author has it at once; $4 with one in how
-- many posts an owner is trimmed. Answers who is.
-- Sorted, so that rows that lie together on disk are written together. Nobody has any of them yet: to look first, or to
-- be ready for a conflict, costs as much again.
with delivered as (
    insert into entries (owner_id, post_id, author_id)
    select d.owner_id, d.post_id, d.author_id
    from (
        select p.author_id as owner_id, p.post_id, p.author_id
        from unnest($1::uuid[], $2::uuid[]) as p(post_id, author_id)
        union all
        select f.follower_id, p.post_id, p.author_id
        from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as p(post_id, author_id, at_once)
        join follows f on f.followee_id = p.author_id
        where p.at_once
    ) d
    order by d.owner_id, d.post_id
    returning owner_id, post_id
)
-- By both, so that each post has few to trim: all owners of one post at once would hold up all others.
select distinct owner_id from delivered where (uuid_hash(owner_id) # uuid_hash(post_id)) % $4 = 0
