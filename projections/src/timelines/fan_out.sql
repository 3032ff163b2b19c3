-- $1 how many tasks to take, twice: the oldest, so that none waits for ever, and those delivered least, so
-- that a star's long task does not hold up the rest; $2 followers for each; $3 with one in how many posts an
-- owner is trimmed. The statement returns the owners to trim.
with chosen as (
    (select position from tasks order by position limit $1)
    union
    (select position from tasks order by chunks_delivered, position limit $1)
), taken as materialized (
    select t.position, t.post_id, t.author_id, t.after_follower,
           chunk.last_follower is null as finished,
           coalesce(chunk.last_follower, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as last_follower
    from chosen c
    join tasks t on t.position = c.position
    left join lateral (
        select f.follower_id as last_follower
        from follows f
        where f.followee_id = t.author_id and f.follower_id > t.after_follower
        order by f.follower_id
        offset $2 - 1
        limit 1
    ) chunk on true
), delivered as (
    insert into entries (owner_id, post_id, author_id)
    select f.follower_id, t.post_id, t.author_id
    from taken t
    join follows f on f.followee_id = t.author_id
        and f.follower_id > t.after_follower and f.follower_id <= t.last_follower
    on conflict do nothing
    returning owner_id, post_id
), advanced as (
    update tasks t
    set after_follower = k.last_follower, chunks_delivered = t.chunks_delivered + 1
    from taken k
    where t.position = k.position and not k.finished
), finished as (
    delete from tasks t using taken k where t.position = k.position and k.finished
)
select distinct owner_id from delivered where (uuid_hash(owner_id) # uuid_hash(post_id)) % $3 = 0
