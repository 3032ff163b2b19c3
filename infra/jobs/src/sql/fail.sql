-- Stores that the try $3 of the job $1, $2 failed, because of $4: the job is due again after $5 seconds, and
-- the run counts as a try if $6.
update public.jobs
set lease = null,
    last_error = coalesce($4, last_error),
    due_at = clock_timestamp() + make_interval(secs => $5),
    attempts = attempts - case when $6 then 0 else 1 end,
    again_at = null
where kind = $1 and key = $2 and lease = $3
