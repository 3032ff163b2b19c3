update comments
set
    text = change.text,
    mentions = change.mentions,
    deleted = comments.deleted or change.deleted,
    version = change.version,
    edited_at = coalesce(change.edited_at, comments.edited_at)
from jsonb_to_recordset($1) as change (
    comment_id uuid, text text, mentions text[], deleted boolean, version bigint, edited_at timestamptz
)
where comments.comment_id = change.comment_id
