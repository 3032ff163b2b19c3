create index tags_by_count on tags (post_count desc, tag);
create index tagged_by_likes on tagged (tag, like_count desc, post_id desc);
-- The trending tags are read from this index alone.
create index tagged_by_time on tagged (published_at) include (tag, author_id);
