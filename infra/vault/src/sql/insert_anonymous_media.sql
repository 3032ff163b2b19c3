-- Inserts no row where another request with the same key was quicker.
insert into vault.anonymous_media (media_id, alias_id, user_id, key_hash, key_until)
values ($1, $2, $3, $4, case when $4 is not null then clock_timestamp() + interval '1 day' end)
on conflict do nothing
