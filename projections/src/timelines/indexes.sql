create index posts_by_author on posts (author_id, post_id) include (deleted);
create index posts_fanned_out on posts (author_id, post_id) where fanned_out;
create index posts_merged on posts (author_id, post_id) where not fanned_out and not deleted;
create index follows_by_followee on follows (followee_id, follower_id);
