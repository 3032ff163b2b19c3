select '{name}' as name, version, position,
    coalesce(
        (select greatest(extract(epoch from clock_timestamp() - recorded_at), 0)::float8
         from events where events.position = checkpoint.position + 1),
        0
    ) as waited_seconds,
    (select count(*) from {name}.parked) as parked_count,
    (select coalesce(json_agg(first), '[]') from (
        select position, aggregate_type, event_type, error from {name}.parked order by position limit 20
    ) as first) as parked
from {name}.checkpoint
