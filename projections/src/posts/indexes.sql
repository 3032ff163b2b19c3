create index posts_by_author on posts (author_id, post_id desc);
