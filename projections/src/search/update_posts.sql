update posts
set
    title = change.title,
    text = change.text,
    tags = change.tags,
    alternative_texts = change.alternative_texts,
    photo_count = change.photo_count,
    followers_only = change.followers_only,
    -- The likes of a post that is gone count for nothing, whenever they came.
    like_count = case when change.gone then 0 else posts.like_count end,
    gone = change.gone,
    version = change.version,
    changed = change.version
from jsonb_to_recordset($1) as change (
    post_id uuid, title text, text text, tags text[], alternative_texts text[], photo_count integer,
    followers_only boolean, gone boolean, version bigint
)
where posts.post_id = change.post_id
