create index posts_merged on posts (author_id, post_id) where not fanned_out and not deleted;
