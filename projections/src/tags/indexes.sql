create index tags_by_count on tags (post_count desc, tag);
