-- Takes at most $2 due letters of channel $1: nobody else takes them for $3 seconds.
with due as materialized (
    select id
    from vault.outbox
    where channel = $1
      and sent_at is null
      and gave_up_at is null
      and next_attempt_at <= now()
      -- What came too late is given up by the sweep.
      and created_at > now() - interval '1 day'
      and (not_after is null or not_after > now())
    order by next_attempt_at
    limit $2
    for update skip locked
)
update vault.outbox as letter
set attempts = attempts + 1,
    next_attempt_at = clock_timestamp() + make_interval(secs => $3)
from due
where letter.id = due.id
returning letter.id, recipient, language, subject, body, attempts
