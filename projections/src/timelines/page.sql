-- $1 reader, $2 the post than which only older ones are read, $3 how many rows. The entries and the merged
-- authors' posts are complete down to the reader's floor. A last row that is the floor itself says that the
-- rest has to be read from the authors.
with floor as (
    select w.post_id from timelines.floors w where w.owner_id = $1
)
select t.post_id, t.is_floor
from (
    (
        select e.post_id, false as is_floor
        from timelines.entries e
        where e.owner_id = $1 and e.post_id < $2
          and e.post_id >= coalesce((select post_id from floor), '00000000-0000-0000-0000-000000000000')
        order by e.post_id desc
        limit $3
    )
    union all
    (
        select m.post_id, false
        from timelines.merged_follows f
        cross join lateral (
            select p.post_id
            from timelines.posts p
            where p.author_id = f.followee_id and not p.fanned_out and not p.deleted
              and p.post_id < $2
              and p.post_id >= coalesce((select post_id from floor), '00000000-0000-0000-0000-000000000000')
            order by p.post_id desc
            limit $3
        ) m
        where f.follower_id = $1
    )
    union all
    -- The posts on their way to the reader are few, and none most of the time. A bound follow (by its limit)
    -- keeps the planner from reading all that the reader follows.
    (
        select t.post_id, false
        from timelines.tasks t
        cross join lateral (
            select from timelines.follows f
            where f.follower_id = $1 and f.followee_id = t.author_id
            limit 1
        ) followed
        where t.after_follower < $1 and t.post_id < $2
          and t.post_id >= coalesce((select post_id from floor), '00000000-0000-0000-0000-000000000000')
          -- A reader who followed the author meanwhile has the post by that follow.
          and not exists (select from timelines.entries e where e.owner_id = $1 and e.post_id = t.post_id)
        order by t.post_id desc
        limit $3
    )
    union all
    select post_id, true from floor
) t
order by t.is_floor, t.post_id desc
limit $3
