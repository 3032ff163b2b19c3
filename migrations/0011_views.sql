-- Who has looked at which post on which day, so that each counts once: personal, hence in the vault, and gone
-- two days later. Nobody is named: `viewer` is a keyed hash of day, post and person, so that not even here can it
-- be told what else someone looked at.
create table vault.views (
    -- In Korea.
    day date not null,
    post_id uuid not null,
    viewer bytea not null,
    -- Whether it is in a batch, or counted already.
    taken boolean not null default false,
    primary key (day, post_id, viewer)
);
create index views_to_take on vault.views (post_id) where not taken;

-- What was taken of them and is not known to be counted yet. Made in the transaction that takes them, so that each
-- is in one batch; gone once the log has its event. Whoever dies in between leaves a batch that others count:
-- its id is the event's stream, which holds one event only.
create table vault.view_batches (
    id uuid primary key,
    -- As in the event: each post with how many looked at it.
    posts jsonb not null
);
