with last as (
    select distinct on (aggregate_id) event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'like' and payload #>> '{target,kind}' = 'post'
    order by aggregate_id, sequence desc
),

liked as (
    select (payload #>> '{target,id}')::uuid as post_id, count(*) as number
    from last
    where event_type = 'Liked'
    group by payload #>> '{target,id}'
),

written as (
    select
        aggregate_id,
        (min(payload ->> 'post_id'))::uuid as post_id,
        bool_and(event_type <> 'CommentDeleted') as stands
    from public.events
    where position <= $1 and aggregate_type = 'comment'
    group by aggregate_id
),

commented as (
    select post_id, count(*) as number
    from written
    where stands
    group by post_id
),

-- Looks at a post are counted after it is there, so none counts that comes before the post or after it is
-- gone.
viewed as (
    select (post ->> 'post_id')::uuid as post_id, sum((post ->> 'views')::bigint) as number
    from public.events
    cross join lateral jsonb_array_elements(payload -> 'posts') as post
    where position <= $1 and event_type = 'ViewsCounted'
    group by post ->> 'post_id'
)

select format(
    'post %s: by the events %s likes, %s comments and %s views; kept %s, %s and %s',
    post_id, coalesce(liked.number, 0), coalesce(commented.number, 0), coalesce(viewed.number, 0),
    posts.like_count, posts.comment_count, posts.view_count
)
from posts
left join liked using (post_id)
left join commented using (post_id)
left join viewed using (post_id)
where
    coalesce(liked.number, 0) <> posts.like_count
    or coalesce(commented.number, 0) <> posts.comment_count
    or coalesce(viewed.number, 0) <> posts.view_count
