-- Puts jobs in the queue: kinds $1, keys $2, payloads $3, lanes $4; $5 tells of each job whether it is done
-- once more where it runs.
insert into public.jobs as job (kind, key, payload, lane, again_at)
select kind, key, payload, lane, case when again then clock_timestamp() end
from unnest($1::text[], $2::text[], $3::jsonb[], $4::uuid[], $5::boolean[]) as asked (kind, key, payload, lane, again)
order by kind, key
on conflict (kind, key) do update
set payload = excluded.payload,
    lane = excluded.lane,
    enqueued_at = case when job.gave_up_at is null then job.enqueued_at else excluded.enqueued_at end,
    due_at = case when job.lease is null then excluded.due_at else job.due_at end,
    attempts = case when job.gave_up_at is null then job.attempts else 0 end,
    again_at = case when job.lease is not null then excluded.again_at end,
    gave_up_at = null
where job.gave_up_at is not null
   -- The job runs, and may have looked before the cause of this request came.
   or (job.lease is not null and excluded.again_at is not null)
   -- The job waits for its time; a job that failed keeps its pause.
   or (job.lease is null and job.attempts = 0 and job.due_at > excluded.due_at)
