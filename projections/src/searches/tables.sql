-- What was searched for and not forgotten since. The words are in vault.searches, under the same id.
create table recent (
    search_id uuid primary key,
    user_id uuid not null,
    -- Of the latest time: their order, which times that are alike don't have.
    position bigint not null,
    searched_at timestamptz not null
) with (fillfactor = 80);

-- The projector itself forgets all of a person's by it.
create index recent_of_user on recent (user_id, position desc);

-- Who has left and may come back: their searches count for nothing meanwhile.
create table away (
    user_id uuid primary key
);
