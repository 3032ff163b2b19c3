create index comments_of_post on comments (post_id, comment_id) where root_id is null;
create index comments_most_liked on comments (post_id, like_count desc, comment_id desc) where root_id is null;
create index comments_of_root on comments (root_id, comment_id) where root_id is not null;
create index comments_of_reply on comments (parent_id, comment_id) where parent_id <> root_id;
create index comments_by_author on comments (author_id, comment_id desc) where not deleted;
