-- Activates only rows older than the registration: a later one was written for a registration that was
-- refused.
update vault.accounts
set state = 'active'
where state = 'pending'
  and exists (
      select 1
      from public.events
      where aggregate_type = 'user'
        and aggregate_id = accounts.user_id::text
        and sequence = 1
        and recorded_at >= accounts.created_at
  );
