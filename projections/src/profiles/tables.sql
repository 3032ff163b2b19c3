-- The people who ever registered; those who have left stay, not active. Counts change far more often than the
-- rest: the free room lets a page take the new row versions.
create table people (
    user_id uuid primary key,
    handle text not null,
    handle_key text not null,
    display_name text not null,
    bio text not null,
    links text[] not null,
    avatar_media_id uuid,
    banner_media_id uuid,
    active boolean not null,
    -- True if the person decides who follows them; only followers then see what the person publishes.
    private boolean not null,
    -- The posts shown before the person's other posts, in this order.
    pinned_post_ids uuid[] not null,
    follower_count bigint not null,
    following_count bigint not null,
    post_count bigint not null,
    version bigint not null,
    created_at timestamptz not null
) with (fillfactor = 80);

-- The follows that stand now, and the event since which each does.
create table follows (
    follower_id uuid not null,
    followee_id uuid not null,
    position bigint not null,
    primary key (follower_id, followee_id)
);

-- The follow requests that were not answered yet, and the event since which each stands.
create table follow_requests (
    follower_id uuid not null,
    followee_id uuid not null,
    position bigint not null,
    primary key (follower_id, followee_id)
);
