-- Counts the jobs of the kinds $1, and those of kinds that this release does not know.
select kind,
    count(*) filter (where gave_up_at is null and lease is null and due_at > now()) as waiting,
    count(*) filter (where gave_up_at is null and due_at <= now()) as due,
    count(*) filter (where gave_up_at is null and lease is not null and due_at > now()) as running,
    count(*) filter (where gave_up_at is not null) as given_up,
    coalesce(
        extract(epoch from now() - min(due_at) filter (where gave_up_at is null and due_at <= now())), 0
    )::float8 as oldest_due_seconds
from unnest($1::text[]) as known (kind)
full join public.jobs using (kind)
group by kind
order by kind
