-- The likes that stand now: who likes what.
create table likes (
    target_id uuid not null,
    user_id uuid not null,
    position bigint not null,
    liked_at timestamptz not null,
    primary key (target_id, user_id)
);
