-- Comments and replies. A deleted comment stays, emptied, because replies may stand under it. Counts change
-- far more often than the rest: the free room lets a page take the new row versions.
create table comments (
    comment_id uuid primary key,
    post_id uuid not null,
    author_id uuid not null,
    parent_id uuid,
    root_id uuid,
    anonymous boolean not null,
    text text not null,
    mentions text[] not null,
    like_count bigint not null,
    reply_count bigint not null,
    deleted boolean not null,
    version bigint not null,
    written_at timestamptz not null,
    edited_at timestamptz
) with (fillfactor = 80);

-- The posts that stand, with their authors: under other posts no comment is shown.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    -- True if the post's author is known by an alias.
    anonymous boolean not null
);
