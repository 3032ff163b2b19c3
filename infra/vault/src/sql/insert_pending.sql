-- A registered person's row is never set this way: somebody who repeats a registration with another password
-- would take over the account.
insert into vault.accounts (user_id, state, email, email_key, password_hash, language)
select $1, 'pending', $2, $3, $4, $5
where not exists (
    select 1
    from public.events
    where aggregate_type = 'user' and aggregate_id = ($1::uuid)::text and sequence = 1
)
on conflict (user_id) do update
set email = excluded.email, email_key = excluded.email_key, password_hash = excluded.password_hash,
    language = excluded.language, created_at = clock_timestamp()
where accounts.state = 'pending';
