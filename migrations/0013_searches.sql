-- What people have searched for, in their words: personal, hence in the vault, and nowhere else. Events and read models
-- name an entry by its id only. A row goes before the event that forgets it is stored; what is left without an event
-- (whoever was to store it died) is shown to nobody, and swept.
create table vault.searches (
    -- Random. What was forgotten and is searched again gets another one.
    search_id uuid primary key,
    user_id uuid not null,
    -- As they wrote it last.
    query text not null,
    -- The form in which the same is the same; in byte order, so that it never depends on the server's language.
    key text collate "C" not null,
    -- Of the event by which the log is known to have it; null until then.
    version bigint,
    -- When it was last on its way to the log.
    noted_at timestamptz not null default clock_timestamp(),
    unique (user_id, key)
);
create index searches_on_their_way on vault.searches (noted_at) where version is null;
