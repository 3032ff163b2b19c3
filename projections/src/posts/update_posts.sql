update posts
set
    title = change.title,
    text = change.text,
    tags = change.tags,
    mentions = change.mentions,
    photos = change.photos,
    followers_only = change.followers_only,
    version = change.version,
    edited_at = change.edited_at
from jsonb_to_recordset($1) as change (
    post_id uuid, title text, text text, tags text[], mentions text[], photos jsonb,
    followers_only boolean, version bigint, edited_at timestamptz
)
where posts.post_id = change.post_id
