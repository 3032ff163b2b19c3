insert into posts (
    post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, like_count,
    comment_count, view_count, version, published_at, edited_at
)
select
    post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, 0, 0, 0,
    version, published_at, edited_at
from jsonb_to_recordset($1) as new (
    post_id uuid, author_id uuid, title text, text text, tags text[], mentions text[], photos jsonb,
    followers_only boolean, board_id uuid, anonymous boolean, version bigint, published_at timestamptz,
    edited_at timestamptz
)
