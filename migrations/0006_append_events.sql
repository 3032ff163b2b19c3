-- append_events, as in 0005, with a short way for what nearly every batch is: one event a command, and every
-- command welcome. What is refused, repeated or made of more events takes the long way, with its whole batch.
--
-- Contract
-- * Each command is answered on its own; one command's refusal never harms its neighbours. Outcomes:
--     stored    its events are in the log, the last one at `position`
--     seen      its idempotency key was used before for the same request, `position` is the answer's
--     reused    its idempotency key was used before for another request
--     taken     `claim` (a kind) belongs to another aggregate
--     conflict  its aggregate's sequence is not the expected one, `position` is the current sequence
-- * A command without events and with a key only notes the key, at `noted` (its aggregate's position).
-- * Positions are given under the lock of the log's one row, after all checks, to accepted events only:
--   commit order and position order are the same, and there is no gap.
-- * recorded_at never goes back, even when the machine's clock does.
-- * Repeating a batch whose answer was lost is harmless: a command whose events are in the log already
--   (its own command id stands at the expected place) is answered `stored` again.
-- * The caller puts at most one command per aggregate, claim and key into a batch.
--
-- Arrays beginning with c_ have one entry a command, e_ one an event, k_ one a claim; e_command and
-- k_command are 1-based indexes into the c_ arrays and ascend.
create or replace function append_events(
    c_id text[], c_aggregate_type text[], c_aggregate_id text[], c_expected bigint[],
    c_person text[], c_key text[], c_request_hash bytea[], c_noted bigint[],
    e_command int[], e_type text[], e_version text[], e_payload jsonb[], e_metadata jsonb[],
    k_command int[], k_kind text[], k_value text[], k_take boolean[]
) returns table (command int, outcome text, "position" bigint, claim text, at timestamptz)
language plpgsql
-- Plans cached while the tables were empty would scan them for ever after.
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    head bigint;
    now_at timestamptz;
    outcomes text[];
    details bigint[];
    taken text[];
    appended bigint;
    any_key boolean := array_remove(c_key, null) <> '{}';
    all_welcome boolean;
begin
    -- A statement of its own, so that every check below sees what the previous holder committed.
    select log.head, greatest(log.recorded_at, clock_timestamp())
        into head, now_at from log for update;

    select cardinality(e_command) = cardinality(c_id)
            and bool_and(e_command[c.n] = c.n and coalesce(now.sequence, 0) = c.expected)
        into all_welcome
    from unnest(c_aggregate_type, c_aggregate_id, c_expected) with ordinality
        as c(aggregate_type, aggregate_id, expected, n)
    left join lateral (
        select e.sequence from events e
        where e.aggregate_type = c.aggregate_type and e.aggregate_id = c.aggregate_id
        order by e.sequence desc limit 1
    ) now on true;
    if all_welcome and any_key then
        all_welcome := not exists (
            select from unnest(c_person, c_key) as c(person, key)
            cross join lateral (
                select from commands s
                where s.person = c.person and s.key = c.key and s.recorded_at > now_at - interval '24 hours'
                limit 1
            ) seen
        );
    end if;
    if all_welcome and cardinality(k_command) > 0 then
        all_welcome := not exists (
            select from unnest(k_command, k_kind, k_value, k_take) as k(command, kind, value, take)
            join claims h on h.kind = k.kind and h.value = k.value
            where k.take and (h.aggregate_type, h.aggregate_id)
                <> (c_aggregate_type[k.command], c_aggregate_id[k.command])
        );
    end if;

    if all_welcome then
        appended := cardinality(c_id);
        outcomes := array_fill('stored'::text, array[appended::int]);
        insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
            payload, metadata, recorded_at)
        select head + c.n, c.aggregate_type, c.aggregate_id, c.expected + 1, c.type, c.version, c.payload,
            c.metadata, now_at
        from unnest(c_aggregate_type, c_aggregate_id, c_expected, e_type, e_version, e_payload, e_metadata)
            with ordinality
            as c(aggregate_type, aggregate_id, expected, type, version, payload, metadata, n);
    else
        select array_agg(checked.outcome order by n), array_agg(checked.detail order by n),
                array_agg(checked.claim order by n)
            into outcomes, details, taken
        from (
            select c.n,
                case
                    when seen.position is not null and seen.request_hash = c.request_hash then 'seen'
                    when seen.position is not null then 'reused'
                    when own.position is not null then 'again'
                    when held.kind is not null then 'taken'
                    when coalesce(now.sequence, 0) <> c.expected then 'conflict'
                    else 'stored'
                end as outcome,
                case
                    when seen.position is not null then seen.position
                    when own.position is not null then own.position
                    when coalesce(now.sequence, 0) <> c.expected then coalesce(now.sequence, 0)
                    else c.noted
                end as detail,
                held.kind as claim
            from unnest(c_id, c_aggregate_type, c_aggregate_id, c_expected, c_person, c_key, c_request_hash,
                    c_noted) with ordinality
                as c(id, aggregate_type, aggregate_id, expected, person, key, request_hash, noted, n)
            left join lateral (
                select s.position, s.request_hash from commands s
                where s.person = c.person and s.key = c.key and s.recorded_at > now_at - interval '24 hours'
                limit 1
            ) seen on true
            left join lateral (
                select e.sequence from events e
                where e.aggregate_type = c.aggregate_type and e.aggregate_id = c.aggregate_id
                order by e.sequence desc limit 1
            ) now on true
            left join lateral (
                -- Only looked for where the stream has moved on: a retried batch.
                select e.position from events e
                where now.sequence > c.expected
                    and e.aggregate_type = c.aggregate_type and e.aggregate_id = c.aggregate_id
                    and e.sequence > c.expected and e.metadata ->> 'command_id' = c.id
                order by e.sequence desc limit 1
            ) own on true
            left join lateral (
                select k.kind from unnest(k_command, k_kind, k_value, k_take) as k(command, kind, value, take)
                join claims h on h.kind = k.kind and h.value = k.value
                where k.command = c.n and k.take
                    and (h.aggregate_type, h.aggregate_id) <> (c.aggregate_type, c.aggregate_id)
                limit 1
            ) held on true
        ) checked;

        insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
            payload, metadata, recorded_at)
        select head + row_number() over (order by e.n),
            c_aggregate_type[e.command], c_aggregate_id[e.command],
            c_expected[e.command] + row_number() over (partition by e.command order by e.n),
            e.type, e.version, e.payload, e.metadata, now_at
        from unnest(e_command, e_type, e_version, e_payload, e_metadata) with ordinality
            as e(command, type, version, payload, metadata, n)
        where outcomes[e.command] = 'stored';
        get diagnostics appended = row_count;
    end if;

    if cardinality(k_command) > 0 then
        delete from claims h using unnest(k_command, k_kind, k_value, k_take) as k(command, kind, value, take)
        where not k.take and outcomes[k.command] = 'stored' and h.kind = k.kind and h.value = k.value
            and h.aggregate_type = c_aggregate_type[k.command]
            and h.aggregate_id = c_aggregate_id[k.command];
        insert into claims as h (kind, value, aggregate_type, aggregate_id)
        select k.kind, k.value, c_aggregate_type[k.command], c_aggregate_id[k.command]
        from unnest(k_command, k_kind, k_value, k_take) as k(command, kind, value, take)
        where k.take and outcomes[k.command] = 'stored'
        -- Only ever the aggregate's own: another's was refused above.
        on conflict (kind, value) do nothing;
    end if;

    if appended > 0 then
        update log set head = head + appended, recorded_at = now_at;
    end if;

    if all_welcome then
        if any_key then
            insert into commands as s (person, key, request_hash, position, recorded_at)
            select c.person, c.key, c.request_hash, head + c.n, now_at
            from unnest(c_person, c_key, c_request_hash) with ordinality as c(person, key, request_hash, n)
            where c.key is not null
            -- Only an expired one can be there.
            on conflict (person, key) do update
                set request_hash = excluded.request_hash, position = excluded.position,
                    recorded_at = excluded.recorded_at;
        end if;
        return query
        select n::int, 'stored', head + n, null::text, now_at from generate_series(1, appended) n;
        return;
    end if;

    return query
    with counted as (
        select e.command, count(*) as events
        from unnest(e_command) as e(command) where outcomes[e.command] = 'stored' group by e.command
    ), placed as (
        select c.n, c.person, c.key, c.request_hash, counted.events,
            head + sum(counted.events) over (order by c.n) as last
        from unnest(c_person, c_key, c_request_hash) with ordinality as c(person, key, request_hash, n)
        left join counted on counted.command = c.n
    ), answered as (
        select placed.n::int as command, placed.person, placed.key, placed.request_hash,
            case outcomes[placed.n] when 'again' then 'stored' else outcomes[placed.n] end as outcome,
            case when outcomes[placed.n] = 'stored' and placed.events is not null then placed.last::bigint
                else details[placed.n] end as position
        from placed
    ), noted as (
        insert into commands as s (person, key, request_hash, position, recorded_at)
        select answered.person, answered.key, answered.request_hash, answered.position, now_at
        from answered where answered.key is not null and answered.outcome = 'stored'
        on conflict (person, key) do update
            set request_hash = excluded.request_hash, position = excluded.position,
                recorded_at = excluded.recorded_at
    )
    select answered.command, answered.outcome, answered.position, taken[answered.command], now_at
    from answered order by answered.command;
end
$$;
