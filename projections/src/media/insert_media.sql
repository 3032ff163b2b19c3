insert into media (
    media_id, owner_id, state, reason, content_type, byte_size, format, width, height, blurhash, colour, variants,
    version, requested_at, changed_at
)
select
    media_id, owner_id, state, reason, content_type, byte_size, format, width, height, blurhash, colour, variants,
    version, requested_at, changed_at
from jsonb_to_recordset($1) as new (
    media_id uuid, owner_id uuid, state text, reason text, content_type text, byte_size bigint, format text,
    width bigint, height bigint, blurhash text, colour text, variants jsonb, version bigint,
    requested_at timestamptz, changed_at timestamptz
)
