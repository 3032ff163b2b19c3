-- Every post ever published under its author's own name. A deleted one is only flagged, so that no entry need be taken back.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    position bigint not null,
    -- Whether it goes into its author's followers' entries: decided once, at its own position.
    fanned_out boolean not null,
    deleted boolean not null
);

-- Who follows whom now.
create table follows (
    follower_id uuid not null,
    followee_id uuid not null,
    primary key (follower_id, followee_id)
);

-- Everyone who was ever followed.
create table authors (
    user_id uuid primary key,
    follower_count bigint not null,
    -- For ever, once a post of theirs was not fanned out.
    merged boolean not null
);

-- The follows of merged authors, so that a reader finds these few without walking all follows.
create table merged_follows (
    follower_id uuid not null,
    followee_id uuid not null,
    primary key (follower_id, followee_id)
);

-- Each person's timeline as far as it is written on fan-out.
create table entries (
    owner_id uuid not null,
    post_id uuid not null,
    author_id uuid not null,
    primary key (owner_id, post_id)
);

-- Entries older than this post may be missing for this owner; at least a whole window is not older.
-- Who has no row here lacks nothing.
create table floors (
    owner_id uuid primary key,
    post_id uuid not null
);

-- Fan-outs that are not finished, by the position of their post.
create table tasks (
    position bigint primary key,
    post_id uuid not null,
    author_id uuid not null,
    -- Followers up to this one have it; the nil id comes before everyone.
    after_follower uuid not null,
    chunks_delivered bigint not null
);
create index tasks_by_turn on tasks (chunks_delivered, position);

-- What this copy was built with, so that it never mixes two.
create table settings (
    only_row boolean primary key check (only_row),
    merge_threshold bigint not null,
    window_size bigint not null
);
