with stands as (
    select aggregate_id
    from public.events
    where position <= $1 and aggregate_type = 'post'
    group by aggregate_id
    having bool_and(event_type <> 'PostDeleted')
),

last as (
    select distinct on (aggregate_id) event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'like' and payload #>> '{target,kind}' = 'post'
    order by aggregate_id, sequence desc
),

liked as (
    select payload #>> '{target,id}' as aggregate_id, count(*) as number
    from last
    where event_type = 'Liked'
    group by payload #>> '{target,id}'
),

expected as (
    select
        stands.aggregate_id::uuid as post_id,
        (origin.payload ->> 'author_id')::uuid as author_id,
        coalesce((origin.payload ->> 'original_published_at')::timestamptz, origin.recorded_at) as published_at,
        coalesce(liked.number, 0) as like_count
    from stands
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = stands.aggregate_id
        and origin.event_type = 'PostPublished'
    left join liked on liked.aggregate_id = stands.aggregate_id
    where origin.payload #>> '{board,anonymous}' is distinct from 'true'
)

select distinct format('post %s is not as the events say', post_id)
from (
    (
        select post_id, author_id, published_at, like_count from expected
        except
        select post_id, author_id, published_at, like_count from posts
    )
    union all
    (
        select post_id, author_id, published_at, like_count from posts
        except
        select post_id, author_id, published_at, like_count from expected
    )
) as difference
