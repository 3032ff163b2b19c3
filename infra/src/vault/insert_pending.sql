-- A registered person's password is never set this way: whoever repeats a registration with another
-- password would take over the account.
insert into vault.credentials (user_id, password_hash, state)
select $1, $2, 'pending'
where not exists (
    select 1
    from public.events
    where aggregate_type = 'user' and aggregate_id = ($1::uuid)::text and sequence = 1
)
on conflict (user_id) do update
set password_hash = excluded.password_hash, created_at = clock_timestamp()
where credentials.state = 'pending';
