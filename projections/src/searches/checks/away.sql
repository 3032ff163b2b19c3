with last as (
    select distinct on (aggregate_id) aggregate_id::uuid as user_id, event_type
    from public.events
    where
        position <= $1
        and aggregate_type = 'user'
        and event_type in ('UserDeactivated', 'UserReactivated', 'PersonErased')
    order by aggregate_id, sequence desc
),

expected as (
    select user_id from last where event_type = 'UserDeactivated'
)

select distinct format('whether %s has left is not as the events say', user_id)
from (
    (table expected except select user_id from away)
    union all
    (select user_id from away except table expected)
) as differing
