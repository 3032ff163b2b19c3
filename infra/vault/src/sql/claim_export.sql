update vault.exports
set next_attempt_at = clock_timestamp() + make_interval(secs => $1), attempts = attempts + 1
where user_id = (
    select user_id
    from vault.exports
    where made_at is null and next_attempt_at <= clock_timestamp()
    order by next_attempt_at
    limit 1
    for update skip locked
)
returning user_id, id, attempts
