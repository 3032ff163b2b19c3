update media
set shown_by_kind = change.kind, shown_by_id = change.id, shown_until = change.until
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) as change (media_id, kind, id, until)
where media.media_id = change.media_id
