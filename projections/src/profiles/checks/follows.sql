with last as (
    select distinct on (aggregate_id) event_type, payload, position
    from public.events
    where position <= $1 and aggregate_type = 'follow'
    order by aggregate_id, sequence desc
),

expected as (
    select
        event_type,
        (payload ->> 'follower_id')::uuid as follower_id,
        (payload ->> 'followee_id')::uuid as followee_id,
        position
    from last
    where event_type in ('Followed', 'FollowRequested')
),

kept as (
    select 'Followed' as event_type, follower_id, followee_id, position from follows
    union all
    select 'FollowRequested', follower_id, followee_id, position from follow_requests
)

select format('%s of %s by %s at %s is in %s', event_type, followee_id, follower_id, position, place)
from (
    select missing.*, 'the events only' as place
    from (select * from expected except select * from kept) as missing
    union all
    select surplus.*, 'the tables only' as place
    from (select * from kept except select * from expected) as surplus
) as difference
