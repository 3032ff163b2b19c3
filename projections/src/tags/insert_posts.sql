insert into posts (post_id, author_id, published_at, like_count)
select post_id, author_id, published_at, 0
from jsonb_to_recordset($1) as new (post_id uuid, author_id uuid, published_at timestamptz)
