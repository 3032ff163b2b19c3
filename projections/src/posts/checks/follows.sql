with last as (
    select distinct on (aggregate_id) event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'follow'
    order by aggregate_id, sequence desc
),

expected as (
    select (payload ->> 'follower_id')::uuid as follower_id, (payload ->> 'followee_id')::uuid as followee_id
    from last
    where event_type = 'Followed'
)

select format('%s following %s is in %s', follower_id, followee_id, place)
from (
    select follower_id, followee_id, 'the events only' as place
    from (
        select follower_id, followee_id from expected
        except
        select follower_id, followee_id from follows
    ) as missing
    union all
    select follower_id, followee_id, 'the table only' as place
    from (
        select follower_id, followee_id from follows
        except
        select follower_id, followee_id from expected
    ) as surplus
) as difference
