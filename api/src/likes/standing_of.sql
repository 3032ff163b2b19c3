-- The likes of $1 that stand.
select aggregate_type, event_type, event_version, payload
from (
    select distinct on (aggregate_id) aggregate_type, event_type, event_version, payload
    from events
    where aggregate_type = 'like' and payload ->> 'user_id' = $1
    order by aggregate_id, sequence desc
) as latest
where event_type = 'Liked';
