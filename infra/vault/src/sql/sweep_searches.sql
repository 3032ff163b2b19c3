-- The log has searches $2 of person $1 as of version $3, and no request is still telling it of a search that
-- was noted $4 seconds ago.
with stale as (
    select search_id, search_id = any($2) as known
    from vault.searches
    where
        user_id = $1
        and (version <= $3 or version is null and noted_at < clock_timestamp() - make_interval(secs => $4))
    for update
),

gone as (
    delete from vault.searches
    using stale
    where searches.search_id = stale.search_id and not stale.known
)

update vault.searches
set version = $3
from stale
where searches.search_id = stale.search_id and stale.known
