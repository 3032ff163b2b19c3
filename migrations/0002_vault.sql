-- What must never be in an event: ordinary tables in a schema of their own, changed and deleted in place.
create schema vault;

comment on schema vault is 'Secrets and personal data. Nothing in it may reach an event, a message, a log line or an index.';

-- Written as pending before the event that registers the person, active from that event on. A pending row
-- whose event never came is swept away; one whose event came while we fell is activated by the sweep.
create table vault.credentials (
    user_id uuid primary key,
    password_hash text not null,
    state text not null check (state in ('pending', 'active')),
    created_at timestamptz not null default clock_timestamp()
);

create index credentials_pending on vault.credentials (created_at) where state = 'pending';

-- Keys that all processes share; whoever comes first makes them.
create table vault.secrets (
    name text primary key,
    value bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
