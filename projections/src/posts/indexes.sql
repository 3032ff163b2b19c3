create index posts_by_author on posts (author_id, post_id desc);
create index posts_by_board on posts (board_id, post_id desc) where board_id is not null;
create index photos_by_media on photos (media_id);
create index photos_by_post on photos (post_id desc, place);
create index photos_by_author on photos (author_id, post_id desc, place);
