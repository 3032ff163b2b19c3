-- The index is not unique: two people may swap handles within a batch.
create index people_by_handle on people (handle_key) where active;
create index people_active on people (user_id desc) where active;
create index follows_of_followee on follows (followee_id, position desc);
create index follows_by_follower on follows (follower_id, position desc);
create index follow_requests_of_followee on follow_requests (followee_id, position desc);
