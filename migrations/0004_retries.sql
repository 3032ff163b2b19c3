-- Which projections an operator asks to try their parked events again; whoever runs one takes its row away
-- with the try.
create table retries (
    projection text primary key,
    asked_at timestamptz not null default clock_timestamp()
);
