insert into photos (post_id, place, media_id, author_id)
select posts.post_id, number - 1, (photo ->> 'media_id')::uuid, posts.author_id
from posts
cross join lateral jsonb_array_elements(posts.photos) with ordinality as shown (photo, number)
where posts.post_id = any($1::uuid[]) and not posts.anonymous
