-- What people take away of their own: asked for, made when its turn comes, kept for a week as a file in the
-- storage under exports/<user_id>/<id>.zip.
create table vault.exports (
    user_id uuid primary key,
    id uuid not null,
    asked_at timestamptz not null default clock_timestamp(),
    -- Whoever makes it moves this on: nobody else does meanwhile, and if they die, others do.
    next_attempt_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    -- Null until it is there.
    made_at timestamptz,
    byte_size bigint,
    check ((made_at is null) = (byte_size is null))
);
create index exports_waiting on vault.exports (next_attempt_at) where made_at is null;

alter table vault.links drop constraint links_purpose_check;
alter table vault.links
add constraint links_purpose_check check (purpose in ('password_reset', 'come_back', 'export'));
