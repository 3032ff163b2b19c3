-- $1 merge threshold: a post is not fanned out if more than that followed its author at its moment.
with stars as materialized (
    -- An author has no more followers than were ever gained.
    select followee_id as author_id
    from follow_changes
    where follows
    group by followee_id
    having count(*) > $1
), moments as (
    select c.followee_id as author_id, c.position, case when c.follows then 1 else -1 end as change,
           null::uuid as post_id
    from follow_changes c
    join stars s on s.author_id = c.followee_id
    union all
    select p.author_id, p.position, 0, p.post_id
    from posts p
    join stars s on s.author_id = p.author_id
), counted as (
    select post_id, sum(change) over (partition by author_id order by position) as followers
    from moments
)
update posts p
set fanned_out = false
from counted c
where p.post_id = c.post_id and c.followers > $1
