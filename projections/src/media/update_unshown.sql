update media
set shown_by_kind = null, shown_by_id = null, shown_until = change.until
from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as change (kind, id, until)
where media.shown_by_id = change.id and media.shown_by_kind = change.kind
