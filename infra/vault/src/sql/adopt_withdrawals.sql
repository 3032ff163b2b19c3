-- The people who are to be forgotten and have no job of kind $1, each with the time when there is no way back
-- for them, or when an erasure that was begun is begun anew.
select
    user_id,
    case state
        when 'erasing' then changed_at + interval '10 minutes'
        else withdrawn_at + interval '30 days 1 hour'
    end as due_at
from vault.withdrawals
where state in ('active', 'erasing')
  and not exists (select from public.jobs where kind = $1 and key = withdrawals.user_id::text)
limit 1000
