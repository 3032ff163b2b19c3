-- Read models as they stood at some position, each set in a database of its own beside this one. A row is there when
-- all of them are.
create table pasts (
    name text primary key,
    database text not null,
    -- What had happened then: everything up to here.
    position bigint not null,
    made_at timestamptz not null default now()
);
