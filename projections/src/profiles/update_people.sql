update people
set
    handle = coalesce(change.handle, people.handle),
    handle_key = coalesce(change.handle_key, people.handle_key),
    display_name = coalesce(change.display_name, people.display_name),
    bio = coalesce(change.bio, people.bio),
    links = coalesce(change.links, people.links),
    avatar_media_id = case when change.avatar is null then people.avatar_media_id else change.avatar[1] end,
    banner_media_id = case when change.banner is null then people.banner_media_id else change.banner[1] end,
    active = coalesce(change.active, people.active),
    private = coalesce(change.private, people.private),
    pinned_post_ids = coalesce(change.pinned_post_ids, people.pinned_post_ids),
    version = change.version
from jsonb_to_recordset($1) as change (
    user_id uuid, handle text, handle_key text, display_name text, bio text, links text[],
    avatar uuid[], banner uuid[], active boolean, private boolean, pinned_post_ids uuid[], version bigint
)
where people.user_id = change.user_id
