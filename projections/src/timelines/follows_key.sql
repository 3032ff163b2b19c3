create unique index if not exists follows_key on follows (follower_id, followee_id);
