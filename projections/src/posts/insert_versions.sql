insert into versions (post_id, version, title, text, tags, photos, written_at)
select post_id, version, title, text, tags, photos, written_at
from jsonb_to_recordset($1) as new (
    post_id uuid, version bigint, title text, text text, tags text[], photos jsonb, written_at timestamptz
)
