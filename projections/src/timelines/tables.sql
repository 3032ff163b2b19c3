-- The posts that were ever published under their authors' own names. A deleted post is only flagged, so that
-- no entry need be taken back.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    position bigint not null,
    -- True if the post goes into the entries of its author's followers: decided once, at the post's own
    -- position.
    fanned_out boolean not null,
    deleted boolean not null
);

-- The follows that stand now.
create table follows (
    follower_id uuid not null,
    followee_id uuid not null,
    primary key (follower_id, followee_id)
);

-- The people who were ever followed.
create table authors (
    user_id uuid primary key,
    follower_count bigint not null,
    -- True for ever, once a post of the author was not fanned out.
    merged boolean not null
);

-- The follows of merged authors, so that a reader finds these few without walking all follows.
create table merged_follows (
    follower_id uuid not null,
    followee_id uuid not null,
    primary key (follower_id, followee_id)
);

-- The timeline of each person as far as it is written on fan-out.
create table entries (
    owner_id uuid not null,
    post_id uuid not null,
    author_id uuid not null,
    primary key (owner_id, post_id)
);

-- The floors of owners: entries older than this post may be missing; at least a whole window is not older. An
-- owner without a row here lacks nothing.
create table floors (
    owner_id uuid primary key,
    post_id uuid not null
);

-- The fan-outs that are not finished, by the position of their post.
create table tasks (
    position bigint primary key,
    post_id uuid not null,
    author_id uuid not null,
    -- The follower up to whom the followers have the post; the nil id comes before everyone.
    after_follower uuid not null,
    chunks_delivered bigint not null
);
create index tasks_by_turn on tasks (chunks_delivered, position);

-- The settings with which this copy was built, so that it never mixes two.
create table settings (
    only_row boolean primary key check (only_row),
    merge_threshold bigint not null,
    window_size bigint not null
);
