-- Everyone who ever registered; who has left stays, not active. Counts change far more often than the
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
    -- They decide who follows them, and only these see what they publish.
    private boolean not null,
    -- Shown before their other posts, in this order.
    pinned_post_ids uuid[] not null,
    follower_count bigint not null,
    following_count bigint not null,
    post_count bigint not null,
    version bigint not null,
    created_at timestamptz not null
) with (fillfactor = 80);

-- Who follows whom now, and since which event.
create table follows (
    follower_id uuid not null,
    followee_id uuid not null,
    position bigint not null,
    primary key (follower_id, followee_id)
);

-- Who asks to follow whom and was not answered yet, and since which event.
create table follow_requests (
    follower_id uuid not null,
    followee_id uuid not null,
    position bigint not null,
    primary key (follower_id, followee_id)
);
