with erased as (
    select aggregate_id from public.events where position <= $1 and event_type = 'PersonErased'
),

last as (
    select distinct on (aggregate_id, payload ->> 'tag')
        (payload ->> 'user_id')::uuid as user_id,
        payload ->> 'tag' as tag,
        event_type
    from public.events
    where position <= $1 and aggregate_type = 'followed_tags' and (payload ->> 'user_id') not in (table erased)
    order by aggregate_id, payload ->> 'tag', sequence desc
),

expected as (
    select user_id, tag from last where event_type = 'TagFollowed'
)

select format('%s following %s is in %s', user_id, tag, place)
from (
    select user_id, tag, 'the events only' as place
    from (select user_id, tag from expected except select user_id, tag from followed) as missing
    union all
    select user_id, tag, 'the table only' as place
    from (select user_id, tag from followed except select user_id, tag from expected) as surplus
) as difference
