-- The searches that were made and not forgotten since. The words are in vault.searches, under the same id.
create table recent (
    search_id uuid primary key,
    user_id uuid not null,
    -- The position of the latest time: it orders searches, also those of the same time.
    position bigint not null,
    searched_at timestamptz not null
) with (fillfactor = 80);

-- The index by which the projector itself forgets all searches of a person.
create index recent_of_user on recent (user_id, position desc);

-- The people who have left and may come back: their searches count for nothing meanwhile.
create table away (
    user_id uuid primary key
);
