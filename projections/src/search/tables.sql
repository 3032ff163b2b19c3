-- The documents that search engines are fed with, whole and by version. A document that is gone stays as an
-- empty row, so that engines hear of it. `version` is the position of the last event that changed what a
-- document says; `changed` is that position, or the position at which its number of likes last took a step
-- (see `count_likes.sql`): engines ask for the rows changed since.

create table posts (
    post_id uuid primary key,
    -- The author; none where the post was written under an alias: engines must not know even that.
    author_id uuid,
    board_id uuid,
    title text not null,
    text text not null,
    tags text[] not null,
    alternative_texts text[] not null,
    photo_count integer not null,
    followers_only boolean not null,
    published_at timestamptz not null,
    like_count bigint not null,
    gone boolean not null,
    version bigint not null,
    changed bigint not null
) with (fillfactor = 80);

-- The index by which the projector itself finds the posts that a person's leaving changes.
create index posts_of_author on posts (author_id);

create table people (
    user_id uuid primary key,
    handle text not null,
    display_name text not null,
    bio text not null,
    -- True if the person has not left: those who have left are not found, nor are their posts.
    active boolean not null,
    private boolean not null,
    version bigint not null,
    changed bigint not null
);

-- The tags that posts for everyone carry, and the number of these posts; the word is empty where no post
-- carries the tag any more. Anonymous posts are left out: they carry no tags.
create table tags (
    tag_id uuid primary key,
    tag text not null,
    post_count bigint not null,
    changed bigint not null
);
