with last as (
    select distinct on (aggregate_id) event_type, payload, position
    from public.events
    where position <= $1 and aggregate_type = 'follow'
    order by aggregate_id, sequence desc
),

expected as (
    select
        (payload ->> 'follower_id')::uuid as follower_id,
        (payload ->> 'followee_id')::uuid as followee_id,
        position
    from last
    where event_type = 'FollowRequested'
)

select format('%s asking to follow %s since %s is in %s', follower_id, followee_id, position, place)
from (
    select follower_id, followee_id, position, 'the events only' as place
    from (
        select follower_id, followee_id, position from expected
        except
        select follower_id, followee_id, position from follow_requests
    ) as missing
    union all
    select follower_id, followee_id, position, 'the table only' as place
    from (
        select follower_id, followee_id, position from follow_requests
        except
        select follower_id, followee_id, position from expected
    ) as surplus
) as difference
