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
        said.aggregate_id::uuid as post_id,
        case when origin.payload #>> '{board,anonymous}' = 'true' then null
            else (origin.payload ->> 'author_id')::uuid
        end as author_id,
        coalesce(said.payload ->> 'title', '') as title,
        said.payload ->> 'text' as text,
        said.payload -> 'tags' as tags,
        jsonb_array_length(coalesce(said.payload -> 'photos', '[]')) as photo_count,
        coalesce((said.payload ->> 'followers_only')::boolean, false) as followers_only,
        coalesce(liked.number, 0) as like_count
    from said
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = said.aggregate_id
        and origin.event_type = 'PostPublished'
    left join liked on liked.aggregate_id = said.aggregate_id
    where said.event_type <> 'PostDeleted'
),

kept as (
    select post_id, author_id, title, text, to_jsonb(tags) as tags, photo_count, followers_only, like_count
    from posts
    where not gone
)

select distinct format('post %s is not as the events say', post_id)
from (
    (
        select post_id, author_id, title, text, tags, photo_count, followers_only, like_count from expected
        except
        select post_id, author_id, title, text, tags, photo_count, followers_only, like_count from kept
    )
    union all
    (
        select post_id, author_id, title, text, tags, photo_count, followers_only, like_count from kept
        except
        select post_id, author_id, title, text, tags, photo_count, followers_only, like_count from expected
    )
) as difference
