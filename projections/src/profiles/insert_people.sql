insert into people (
    user_id, handle, handle_key, display_name, bio, links, avatar_media_id, banner_media_id, active, private,
    pinned_post_ids, follower_count, following_count, post_count, version, created_at
)
select
    user_id, handle, handle_key, display_name, bio, links, avatar[1], banner[1], coalesce(active, true),
    coalesce(private, false), coalesce(pinned_post_ids, '{}'), 0, 0, 0, version, created_at
from jsonb_to_recordset($1) as new (
    user_id uuid, handle text, handle_key text, display_name text, bio text, links text[],
    avatar uuid[], banner uuid[], active boolean, private boolean, pinned_post_ids uuid[], version bigint, created_at timestamptz
)
