-- The rows that do not agree with the log, because a process fell after it had changed one of the two. A
-- minute's grace covers any command still under way.
select user_id, state, has_left
from (
    select
        withdrawals.user_id,
        withdrawals.state,
        coalesce((
            select event_type = 'UserDeactivated'
            from public.events
            where aggregate_type = 'user'
              and aggregate_id = withdrawals.user_id::text
              and event_type in ('UserRegistered', 'UserDeactivated', 'UserReactivated')
            order by sequence desc
            limit 1
        ), false) as has_left
    from vault.withdrawals
    where state <> 'erasing' and changed_at < clock_timestamp() - interval '1 minute'
) as settled
where state <> 'active' or not has_left
limit 100;
