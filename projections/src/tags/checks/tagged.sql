with said as (
    select distinct on (aggregate_id) aggregate_id, event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'post'
    order by aggregate_id, sequence desc
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
        tag,
        said.aggregate_id::uuid as post_id,
        (origin.payload ->> 'author_id')::uuid as author_id,
        coalesce((origin.payload ->> 'original_published_at')::timestamptz, origin.recorded_at) as published_at,
        coalesce(liked.number, 0) as like_count
    from said
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = said.aggregate_id
        and origin.event_type = 'PostPublished'
    left join liked on liked.aggregate_id = said.aggregate_id
    cross join lateral jsonb_array_elements_text(said.payload -> 'tags') as tag
    where
        said.event_type <> 'PostDeleted'
        and not coalesce((said.payload ->> 'followers_only')::boolean, false)
        and origin.payload #>> '{board,anonymous}' is distinct from 'true'
)

select format('post %s: tag %s is in %s', post_id, tag, place)
from (
    select post_id, tag, 'the events only' as place
    from (
        select tag, post_id, author_id, published_at, like_count from expected
        except
        select tag, post_id, author_id, published_at, like_count from tagged
    ) as missing
    union all
    select post_id, tag, 'the table only' as place
    from (
        select tag, post_id, author_id, published_at, like_count from tagged
        except
        select tag, post_id, author_id, published_at, like_count from expected
    ) as surplus
) as difference
