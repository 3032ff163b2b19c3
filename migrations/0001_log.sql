-- The log: every event of every aggregate in commit order, and what must be decided with it.

create table log (
    one boolean primary key default true check (one),
    -- Names the log in NATS; a restored backup gets a new one, so that its future can't mix with the
    -- future that others saw.
    id uuid not null default gen_random_uuid(),
    -- The position of the newest event; positions are 1..head without a gap.
    head bigint not null default 0,
    -- When the newest event was stored.
    recorded_at timestamptz not null default '-infinity'
);
insert into log default values;
-- One row, rewritten by every batch: room for in-page updates keeps it in one page.
alter table log set (fillfactor = 10, autovacuum_vacuum_threshold = 1000);

-- The columns that postgres-es reads, and the position.
create table events (
    position bigint primary key,
    aggregate_type text not null,
    aggregate_id text not null,
    sequence bigint not null check (sequence > 0),
    event_type text not null,
    event_version text not null,
    payload jsonb not null,
    metadata jsonb not null,
    recorded_at timestamptz not null,
    unique (aggregate_type, aggregate_id, sequence)
);

-- What only one aggregate may have at a time (a handle, for one).
create table claims (
    kind text not null,
    value text not null,
    aggregate_type text not null,
    aggregate_id text not null,
    primary key (kind, value)
);

-- Commands that came with an Idempotency-Key, kept for a day.
create table commands (
    person text not null,
    key text not null,
    request_hash bytea not null,
    -- The last event of the aggregate after the command: its answer is rebuilt from there.
    position bigint not null,
    recorded_at timestamptz not null,
    primary key (person, key)
);
create index commands_recorded_at on commands (recorded_at);

-- What cqrs-es's repository reads for one stream. The log's own facts travel in the metadata, where the
-- repository hands them through.
create view streams as
select aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
    metadata || jsonb_build_object('position', position::text, 'recorded_at', recorded_at) as metadata
from events;

-- Who does what only one process may do at a time. A lease ends when it expires or when the database
-- session that holds it ends, whichever is first.
create table leases (
    name text primary key,
    holder uuid not null,
    backend_pid int not null,
    backend_start timestamptz not null,
    expires_at timestamptz not null
);

-- How far the relay has come: the position, and the message of the stream that carries it.
create table relay (
    one boolean primary key default true check (one),
    position bigint not null default 0,
    stream_sequence bigint not null default 0,
    stream_created timestamptz,
    -- Why it stands still, for the operator; null while it runs.
    stopped_because text
);
insert into relay default values;
