-- The posts that stand, tagged or not: an edit that gives a post its first tag says neither the author nor
-- the time, nor the number of likes so far. Anonymous posts are left out: they carry no tags.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    published_at timestamptz not null,
    like_count bigint not null
) with (fillfactor = 80);

-- The tags that posts carry. Byte order lets a prefix of a tag be a range of the index. The other columns are
-- as in `posts`, so that each list of a tag's posts is a range of one index.
create table tagged (
    tag text collate "C" not null,
    post_id uuid not null,
    author_id uuid not null,
    published_at timestamptz not null,
    like_count bigint not null,
    primary key (tag, post_id)
);

-- The index by which the projector itself finds a post's former tags.
create index tagged_of_post on tagged (post_id);

-- The tags that people follow now.
create table followed (
    user_id uuid not null,
    tag text collate "C" not null,
    primary key (user_id, tag)
);

-- The number of posts that carry a tag and of people who follow it; a tag with neither has no row.
create table tags (
    tag text collate "C" primary key,
    post_count bigint not null,
    follower_count bigint not null
);
