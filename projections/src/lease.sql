-- Takes the lease $1 for holder $2 for $3 seconds; returns a row if it is now held.
insert into public.leases as l (name, holder, backend_pid, backend_start, expires_at)
select $1, $2, pg_backend_pid(), a.backend_start, clock_timestamp() + make_interval(secs => $3)
from pg_stat_activity a where a.pid = pg_backend_pid()
on conflict (name) do update
    set holder = excluded.holder, backend_pid = excluded.backend_pid,
        backend_start = excluded.backend_start, expires_at = excluded.expires_at
    where l.holder = excluded.holder
        or l.expires_at < clock_timestamp()
        -- A clock that was set back must not make a lease last for ever.
        or l.expires_at > clock_timestamp() + make_interval(secs => 2 * $3)
        or not exists (
            select 1 from pg_stat_activity a
            where a.pid = l.backend_pid and a.backend_start = l.backend_start
        )
returning true
