with last as (
    select distinct on (aggregate_id) event_type, payload, position, recorded_at
    from public.events
    where position <= $1 and aggregate_type = 'like' and payload #>> '{target,kind}' = 'comment'
    order by aggregate_id, sequence desc
),

expected as (
    select
        (payload #>> '{target,id}')::uuid as target_id,
        (payload ->> 'user_id')::uuid as user_id,
        position,
        recorded_at as liked_at
    from last
    where event_type = 'Liked'
)

select format('comment %s liked by %s at %s is in %s', target_id, user_id, position, place)
from (
    select target_id, user_id, position, 'the events only' as place
    from (
        select target_id, user_id, position, liked_at from expected
        except
        select target_id, user_id, position, liked_at from likes
    ) as missing
    union all
    select target_id, user_id, position, 'the table only' as place
    from (
        select target_id, user_id, position, liked_at from likes
        except
        select target_id, user_id, position, liked_at from expected
    ) as surplus
) as difference
