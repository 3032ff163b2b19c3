with steps as (
    select position, payload->>'followee_id' as author_id, null as post_id,
           case event_type when 'Followed' then 1 when 'Unfollowed' then -1 else 0 end as change
    from public.events
    where aggregate_type = 'follow' and position <= $1
    union all
    select position, payload->>'author_id', aggregate_id, 0
    from public.events
    where aggregate_type = 'post' and event_type = 'PostPublished' and position <= $1
      and payload #>> '{board,anonymous}' is distinct from 'true'
), counted as (
    select post_id, author_id,
           sum(change) over (partition by author_id order by position) as follower_count,
           sum(change) over (partition by author_id) as final_count
    from steps
)
select 'fanned out or not against the follower count of its moment: post ' || c.post_id
from counted c
join posts p on p.post_id = c.post_id::uuid
where p.fanned_out <> (c.follower_count <= (select merge_threshold from settings))
union all
select 'follower count of ' || a.user_id || ': ' || a.follower_count
from authors a
left join (select distinct author_id, final_count from counted) c on c.author_id::uuid = a.user_id
where a.follower_count is distinct from c.final_count
