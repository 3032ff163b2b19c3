-- The position up to which this copy has come, and the version of the projector that made it.
create table checkpoint (
    one boolean primary key default true check (one),
    version int not null,
    position bigint not null default 0
);
alter table checkpoint set (fillfactor = 10);

-- The parked events: those that could not be applied, and the later ones of their aggregates, which wait for
-- them.
create table parked (
    position bigint primary key,
    aggregate_type text not null,
    aggregate_id uuid not null,
    event_type text not null,
    error text not null,
    parked_at timestamptz not null default clock_timestamp()
);
create index parked_aggregate on parked (aggregate_id);
