select aggregate_type, aggregate_id
from events
where (event_type in ('PostPublished', 'CommentWritten') and payload ->> 'author_id' = $1)
   or (event_type = 'MediaRequested' and payload ->> 'owner_id' = $1);
