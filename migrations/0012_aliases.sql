-- Whose the aliases are under which people write on anonymous boards. Nothing but these rows knows it: not an
-- event, not a read model, not a key of a command. Whoever is forgotten loses their rows, and then nobody does.

-- One for each person and post. Times are kept of nothing that the log keeps them of.
create table vault.aliases (
    alias_id uuid primary key,
    user_id uuid not null,
    post_id uuid not null,
    -- Of who published the post with an Idempotency-Key: HMAC of the person and the key, for a day, so that a repeat
    -- finds the same post. The log itself keeps such keys by the alias only.
    key_hash bytea unique,
    key_until timestamptz,
    unique (user_id, post_id),
    check ((key_hash is null) = (key_until is null))
);
create index aliases_key_until on vault.aliases (key_until) where key_until is not null;

-- The names that were given under a post. They stay when their aliases go: nobody comes to be called as someone
-- was called whose words still stand there.
create table vault.alias_names (
    post_id uuid not null,
    name integer not null,
    primary key (post_id, name)
);

-- Photos for anonymous boards: each has an owner of its own, so that no two of them are told to be one person's.
create table vault.anonymous_media (
    media_id uuid primary key,
    alias_id uuid not null unique,
    user_id uuid not null,
    -- The one post that may show it: under a second one it would tell that both are by the same person.
    post_id uuid,
    key_hash bytea unique,
    key_until timestamptz,
    check ((key_hash is null) = (key_until is null))
);
create index anonymous_media_of_user on vault.anonymous_media (user_id);
create index anonymous_media_key_until on vault.anonymous_media (key_until) where key_until is not null;
