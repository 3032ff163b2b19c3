-- Which posts carry which tag. Byte order lets a prefix of a tag be a range of the index.
create table tagged (
    tag text collate "C" not null,
    post_id uuid not null,
    primary key (tag, post_id)
);

-- The projector itself finds a post's former tags by it.
create index tagged_of_post on tagged (post_id);

-- How many posts carry a tag; none, no row.
create table tags (
    tag text collate "C" primary key,
    post_count bigint not null
);
