-- Begins to forget $1, if their time has come: an hour more than the link back is good for. A person who has
-- not left by the log is never forgotten, even if the row says so.
update vault.withdrawals
set state = 'erasing', changed_at = clock_timestamp()
where user_id = $1
  and state = 'active'
  and withdrawn_at < clock_timestamp() - interval '30 days 1 hour'
  and (
      select event_type = 'UserDeactivated'
      from public.events
      where aggregate_type = 'user'
        and aggregate_id = withdrawals.user_id::text
        and event_type in ('UserRegistered', 'UserDeactivated', 'UserReactivated')
      order by sequence desc
      limit 1
  )
returning user_id
