-- The log has searches $2 of person $1 as of version $3, search $4 perhaps among them. A search that the log
-- was known to have and has no more was forgotten. A search that the log was never known to have may be told
-- to it just now by other requests.
with gone as (
    delete from vault.searches
    where user_id = $1 and version <= $3 and search_id <> all($2)
)

update vault.searches
set version = $3
where user_id = $1 and search_id = $4 and search_id = any($2) and coalesce(version, 0) < $3
