-- How far each reaction to the log has come. The row moves in the transaction that enqueues what follows from the events.
create table reactions (
    name text primary key,
    -- Every event up to here was handled, or is parked.
    position bigint not null,
    -- Why the reaction stands still, for the operator; null while it goes on.
    stopped_because text
);

-- Events that a reaction could not handle: tried again whenever its leader begins, and now and then.
create table parked_reactions (
    reaction text not null references reactions,
    position bigint not null,
    event_type text not null,
    error text not null,
    parked_at timestamptz not null default clock_timestamp(),
    primary key (reaction, position)
);
