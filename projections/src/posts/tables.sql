-- The posts that can be read; deleted ones are removed. Counts change far more often than the rest: the free
-- room lets a page take the new row versions.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    title text,
    text text not null,
    tags text[] not null,
    mentions text[] not null,
    photos jsonb not null,
    followers_only boolean not null,
    board_id uuid,
    -- True if the author is known by an alias.
    anonymous boolean not null,
    like_count bigint not null,
    comment_count bigint not null,
    view_count bigint not null,
    version bigint not null,
    published_at timestamptz not null,
    edited_at timestamptz
) with (fillfactor = 80);

-- The deleted posts, so that a like that comes late leaves nothing behind.
create table deleted (
    post_id uuid primary key
);

-- The versions of edited posts that can be read, what they said before and say now: the first version and
-- each edit.
create table versions (
    post_id uuid not null,
    version bigint not null,
    title text,
    text text not null,
    tags text[] not null,
    photos jsonb not null,
    written_at timestamptz not null,
    primary key (post_id, version)
);

-- The photos of posts that can be read, so that they can be listed alone, but for those of anonymous posts;
-- `place` is the photo's place in `posts.photos`, from 0. The log sees to it that a media is in one place
-- only: a post that was parked must not keep another from taking over its photo.
create table photos (
    post_id uuid not null,
    place int not null,
    media_id uuid not null,
    author_id uuid not null,
    primary key (post_id, place)
);

-- The follows that stand now: some posts are for followers only.
create table follows (
    follower_id uuid not null,
    followee_id uuid not null,
    primary key (follower_id, followee_id)
);
