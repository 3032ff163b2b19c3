-- Posts that can be read; who has deleted one has it removed. Counts change far more often than the
-- rest: the free room lets a page take the new row versions.
create table posts (
    post_id uuid primary key,
    author_id uuid not null,
    title text,
    text text not null,
    tags text[] not null,
    mentions text[] not null,
    like_count bigint not null,
    comment_count bigint not null,
    version bigint not null,
    published_at timestamptz not null,
    edited_at timestamptz
) with (fillfactor = 80);

-- Deleted posts, so that a like that comes late leaves nothing behind.
create table deleted (
    post_id uuid primary key
);
