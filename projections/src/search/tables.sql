-- What search engines are fed from: whole documents by version. What is gone stays as an empty row, so that engines
-- hear of it. `version` is the position of the last event that changed what a document says; `changed` is that, or
-- the position at which its number of likes last took a step (see `count_likes.sql`): engines ask for what changed since.

create table posts (
    post_id uuid primary key,
    -- None where it was written under an alias: engines must not know even that.
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

-- The projector itself finds by it what someone's leaving changes.
create index posts_of_author on posts (author_id);

create table people (
    user_id uuid primary key,
    handle text not null,
    display_name text not null,
    bio text not null,
    -- Who has left is found by nobody, nor is what they wrote.
    active boolean not null,
    private boolean not null,
    version bigint not null,
    changed bigint not null
);

-- Tags that posts for everyone carry, and how many do; empty where none does any more. Anonymous posts are left out:
-- they carry no tags.
create table tags (
    tag_id uuid primary key,
    tag text not null,
    post_count bigint not null,
    changed bigint not null
);
