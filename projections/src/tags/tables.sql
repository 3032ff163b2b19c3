-- Posts that stand, tagged or not: an edit that gives a post its first tag says neither who wrote it nor when, nor
-- how many like it already. Anonymous posts are left out: they carry no tags.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    published_at timestamptz not null,
    like_count bigint not null
) with (fillfactor = 80);

-- Which posts carry which tag. Byte order lets a prefix of a tag be a range of the index. The rest is as in `posts`,
-- so that each list of a tag's posts is a range of one index.
create table tagged (
    tag text collate "C" not null,
    post_id uuid not null,
    author_id uuid not null,
    published_at timestamptz not null,
    like_count bigint not null,
    primary key (tag, post_id)
);

-- The projector itself finds a post's former tags by it.
create index tagged_of_post on tagged (post_id);

-- Who follows which tag now.
create table followed (
    user_id uuid not null,
    tag text collate "C" not null,
    primary key (user_id, tag)
);

-- How many posts carry a tag and how many people follow it; neither, no row.
create table tags (
    tag text collate "C" primary key,
    post_count bigint not null,
    follower_count bigint not null
);
