-- Takes jobs that are due: of the kinds $1 as many as $2 of each, if they were tried less often than $3. No
-- other worker takes them for $4 seconds. Within a kind the first of each lane goes before the second of any,
-- among the thousand that have waited longest.
with due as materialized (
    select turn.kind, turn.key
    from unnest($1::text[], $2::int[], $3::int[]) as wanted (kind, free, max_attempts)
    cross join lateral (
        select waiting.kind, waiting.key
        from (
            select job.kind, job.key, job.lane, job.due_at
            from public.jobs as job
            where job.kind = wanted.kind
              and job.gave_up_at is null
              and job.due_at <= now()
              and job.attempts < wanted.max_attempts
            order by job.due_at
            limit 1000
        ) as waiting
        order by
            case when lane is null then 1 else row_number() over (partition by lane order by due_at) end,
            due_at
        limit wanted.free
    ) as turn
),

mine as materialized (
    select job.kind, job.key
    from public.jobs as job
    join due using (kind, key)
    where job.gave_up_at is null and job.due_at <= now()
    for update of job skip locked
)

update public.jobs as job
set attempts = job.attempts + 1,
    lease = gen_random_uuid(),
    due_at = clock_timestamp() + make_interval(secs => $4),
    -- The requests so far are covered by this try.
    again_at = null
from mine
where job.kind = mine.kind and job.key = mine.key
returning job.kind, job.key, job.payload, job.attempts, job.lease
