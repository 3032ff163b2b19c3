-- $1 reader, $2 the post than which only older ones are read, $3 how many rows: straight from the authors.
select t.post_id
from (
    (
        select p.post_id
        from timelines.posts p
        where p.author_id = $1 and not p.deleted and p.post_id < $2
        order by p.post_id desc
        limit $3
    )
    union all
    select q.post_id
    from timelines.follows f
    cross join lateral (
        select p.post_id
        from timelines.posts p
        where p.author_id = f.followee_id and not p.deleted and p.post_id < $2
        order by p.post_id desc
        limit $3
    ) q
    where f.follower_id = $1
) t
order by t.post_id desc
limit $3
