-- Everything that a person ever did, and that was done to their account, in its order. The log has no index on who did it: this reads all of it, for
-- whoever asks at most once a day.
select position, aggregate_id, event_type, payload, recorded_at
from events
where metadata ->> 'actor' = $1 or (aggregate_type = 'user' and aggregate_id = $1)
order by position
