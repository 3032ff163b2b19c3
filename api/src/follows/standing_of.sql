-- The follows and the requests to follow that stand, with the person $1 on either side.
select aggregate_type, event_type, event_version, payload
from (
    select distinct on (aggregate_id) aggregate_type, event_type, event_version, payload
    from events
    where aggregate_type = 'follow' and (payload ->> 'follower_id' = $1 or payload ->> 'followee_id' = $1)
    order by aggregate_id, sequence desc
) as latest
where event_type in ('Followed', 'FollowRequested');
