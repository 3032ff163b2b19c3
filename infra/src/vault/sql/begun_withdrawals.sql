-- A minute's grace covers any command still under way.
select
    withdrawals.user_id,
    (
        select event_type = 'UserDeactivated'
        from public.events
        where aggregate_type = 'user'
          and aggregate_id = withdrawals.user_id::text
          and event_type in ('UserRegistered', 'UserDeactivated', 'UserReactivated')
        order by sequence desc
        limit 1
    ) as has_left
from vault.withdrawals
where state = 'pending' and withdrawn_at < clock_timestamp() - interval '1 minute'
limit 100;
