-- Gives the job $1, $2 up with the try $3, because of $4. A job that was enqueued again meanwhile begins
-- anew.
update public.jobs
set lease = null,
    last_error = $4,
    gave_up_at = case when again_at is null then clock_timestamp() end,
    due_at = coalesce(again_at, due_at),
    attempts = case when again_at is null then attempts else 0 end,
    again_at = null
where kind = $1 and key = $2 and lease = $3
