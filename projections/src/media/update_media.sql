-- Only the removal follows on the outcome of processing: a field that the change does not have is no more.
update media
set
    state = change.state,
    reason = change.reason,
    byte_size = coalesce(change.byte_size, media.byte_size),
    format = change.format,
    width = change.width,
    height = change.height,
    blurhash = change.blurhash,
    colour = change.colour,
    variants = change.variants,
    version = change.version,
    changed_at = change.changed_at
from jsonb_to_recordset($1) as change (
    media_id uuid, state text, reason text, byte_size bigint, format text, width bigint, height bigint,
    blurhash text, colour text, variants jsonb, version bigint, changed_at timestamptz
)
where media.media_id = change.media_id
