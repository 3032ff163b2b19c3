create index likes_of_target on likes (target_id, position desc);
create index likes_by_user on likes (user_id, position desc);
