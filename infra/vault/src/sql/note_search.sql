-- The search is on its way to the log from now on, even where the log had it before: it may come to be
-- forgotten meanwhile.
insert into vault.searches (search_id, user_id, query, key)
values ($1, $2, $3, $4)
on conflict (user_id, key) do update
set query = excluded.query, version = null, noted_at = clock_timestamp()
returning search_id
