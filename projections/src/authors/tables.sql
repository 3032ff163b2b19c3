-- The authors of posts and comments, as much as a card shows; people who have left stay, not active.
create table authors (
    user_id uuid primary key,
    handle text not null,
    display_name text not null,
    active boolean not null,
    -- True if the person decides who follows them; only followers then see what the person publishes.
    private boolean not null
);
