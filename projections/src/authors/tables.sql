-- Who wrote it, as much as a card shows; those who have left stay, not active.
create table authors (
    user_id uuid primary key,
    handle text not null,
    display_name text not null,
    active boolean not null,
    -- They decide who follows them, and only these see what they publish.
    private boolean not null
);
