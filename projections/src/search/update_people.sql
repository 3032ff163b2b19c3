update people
set
    handle = coalesce(change.handle, people.handle),
    display_name = coalesce(change.display_name, people.display_name),
    bio = coalesce(change.bio, people.bio),
    active = coalesce(change.active, people.active),
    private = coalesce(change.private, people.private),
    version = change.version,
    changed = change.version
from jsonb_to_recordset($1) as change (
    user_id uuid, handle text, display_name text, bio text, active boolean, private boolean, version bigint
)
where people.user_id = change.user_id
