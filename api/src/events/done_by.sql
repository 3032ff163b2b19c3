-- The events of all that a person ever did, and of what was done to their account, in the log's order. The log has no index
-- on the actor: the statement reads all of the log, for a person who asks at most once a day.
select position, aggregate_id, event_type, payload, recorded_at
from events
where metadata ->> 'actor' = $1 or (aggregate_type = 'user' and aggregate_id = $1)
order by position
