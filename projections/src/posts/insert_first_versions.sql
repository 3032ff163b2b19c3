-- The first versions of posts that are about to be edited for the first time.
insert into versions (post_id, version, title, text, tags, photos, written_at)
select post_id, version, title, text, tags, photos, published_at
from posts
where post_id = any($1::uuid[]) and edited_at is null
