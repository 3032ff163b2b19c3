-- Rebuilds of read models that someone asked for over HTTP, the last of each. Whoever has the role projector does them.
create table rebuilds (
    projection text primary key,
    asked_at timestamptz not null default clock_timestamp(),
    asked_by uuid,
    -- None while it waits or is underway.
    ended_at timestamptz,
    -- Why it did not come about, if it did not.
    error text
);
