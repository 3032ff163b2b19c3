update people
set
    handle = coalesce(change.handle, people.handle),
    handle_key = coalesce(change.handle_key, people.handle_key),
    display_name = coalesce(change.display_name, people.display_name),
    bio = coalesce(change.bio, people.bio),
    links = coalesce(change.links, people.links),
    active = coalesce(change.active, people.active),
    version = change.version
from jsonb_to_recordset($1) as change (
    user_id uuid, handle text, handle_key text, display_name text, bio text, links text[],
    active boolean, version bigint
)
where people.user_id = change.user_id
