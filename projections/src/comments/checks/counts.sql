with last as (
    select distinct on (aggregate_id) event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'like' and payload #>> '{target,kind}' = 'comment'
    order by aggregate_id, sequence desc
),

liked as (
    select (payload #>> '{target,id}')::uuid as comment_id, count(*) as number
    from last
    where event_type = 'Liked'
    group by payload #>> '{target,id}'
),

replies as (
    select aggregate_id, min(payload ->> 'parent_id') as parent_id, min(payload ->> 'root_id') as root_id
    from public.events
    where position <= $1 and aggregate_type = 'comment'
    group by aggregate_id
    having bool_and(event_type <> 'CommentDeleted')
),

answered as (
    select comment_id::uuid as comment_id, count(*) as number
    from (
        select aggregate_id, parent_id as comment_id from replies where parent_id is not null
        union
        select aggregate_id, root_id as comment_id from replies where root_id is not null
    ) as answers
    group by comment_id
)

select format(
    'comment %s: by the events %s likes and %s replies; kept %s and %s',
    comment_id, coalesce(liked.number, 0), coalesce(answered.number, 0), comments.like_count, comments.reply_count
)
from comments
left join liked using (comment_id)
left join answered using (comment_id)
where coalesce(liked.number, 0) <> comments.like_count or coalesce(answered.number, 0) <> comments.reply_count
