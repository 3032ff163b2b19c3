-- Puts the job $1, $2 with payload $3 and lane $4 in the queue, due at $5.
insert into public.jobs as job (kind, key, payload, lane, due_at)
values ($1, $2, $3, $4, $5)
on conflict (kind, key) do update
set payload = excluded.payload,
    lane = excluded.lane,
    enqueued_at = excluded.enqueued_at,
    due_at = case when job.lease is null then excluded.due_at else job.due_at end,
    attempts = case when job.lease is null then 0 else job.attempts end,
    again_at = case when job.lease is not null then excluded.due_at end,
    gave_up_at = null
