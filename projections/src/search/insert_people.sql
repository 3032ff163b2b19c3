insert into people (user_id, handle, display_name, bio, active, private, version, changed)
select
    user_id, handle, display_name, bio, coalesce(active, true), coalesce(private, false), version, version
from jsonb_to_recordset($1) as new (
    user_id uuid, handle text, display_name text, bio text, active boolean, private boolean, version bigint
)
