insert into comments (
    comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, like_count, reply_count,
    deleted, version, written_at, edited_at
)
select
    comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, 0, 0,
    deleted, version, written_at, edited_at
from jsonb_to_recordset($1) as new (
    comment_id uuid, post_id uuid, author_id uuid, parent_id uuid, root_id uuid, anonymous boolean, text text,
    mentions text[], deleted boolean, version bigint, written_at timestamptz, edited_at timestamptz
)
