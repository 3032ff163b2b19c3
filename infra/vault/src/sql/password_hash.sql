-- A pending row counts when the registration it was written for is in the log: the process fell before it
-- could activate the row, and the sweep has not come by yet.
select password_hash
from vault.accounts
where user_id = $1
  and (
      state = 'active'
      or exists (
          select 1
          from public.events
          where aggregate_type = 'user'
            and aggregate_id = ($1::uuid)::text
            and sequence = 1
            and recorded_at >= accounts.created_at
      )
  );
