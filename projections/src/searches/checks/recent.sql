with erased as (
    select aggregate_id from public.events where position <= $1 and event_type = 'PersonErased'
),

said as (
    select
        aggregate_id,
        (payload ->> 'search_id')::uuid as search_id,
        (payload ->> 'user_id')::uuid as user_id,
        event_type,
        position,
        recorded_at
    from public.events
    where position <= $1 and aggregate_type = 'search_history' and (payload ->> 'user_id') not in (table erased)
),

last as (
    select distinct on (search_id) search_id, user_id, aggregate_id, event_type, position, recorded_at
    from said
    where search_id is not null
    order by search_id, position desc
),

expected as (
    select search_id, user_id, position, recorded_at as searched_at
    from last
    where
        event_type = 'SearchRemembered'
        and not exists (
            select from said
            where
                said.aggregate_id = last.aggregate_id
                and said.event_type = 'SearchesCleared'
                and said.position > last.position
        )
),

kept as (
    select search_id, user_id, position, searched_at from recent
)

select distinct format('search %s is not as the events say', search_id)
from (
    (table expected except table kept)
    union all
    (table kept except table expected)
) as differing
