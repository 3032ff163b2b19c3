-- A pending row counts, as with passwords, when the registration it was written for is in the log.
select identities.user_id
from vault.identities
join vault.accounts using (user_id)
where identities.provider = $1
  and identities.subject = $2
  and (
      accounts.state = 'active'
      or exists (
          select 1
          from public.events
          where aggregate_type = 'user'
            and aggregate_id = accounts.user_id::text
            and sequence = 1
            and recorded_at >= accounts.created_at
      )
  );
