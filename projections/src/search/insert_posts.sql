insert into posts (
    post_id, author_id, board_id, title, text, tags, alternative_texts, photo_count, followers_only, published_at,
    like_count, gone, version, changed
)
select
    post_id, author_id, board_id, title, text, tags, alternative_texts, photo_count, followers_only, published_at,
    0, gone, version, version
from jsonb_to_recordset($1) as new (
    post_id uuid, author_id uuid, board_id uuid, title text, text text, tags text[], alternative_texts text[],
    photo_count integer, followers_only boolean, published_at timestamptz, gone boolean, version bigint
)
