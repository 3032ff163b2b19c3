-- A conflict is a tag that an edit has left.
insert into tagged (tag, post_id, author_id, published_at, like_count)
select new.tag, posts.post_id, posts.author_id, posts.published_at, posts.like_count
from unnest($1::text[], $2::uuid[]) as new (tag, post_id)
join posts on posts.post_id = new.post_id
on conflict (tag, post_id) do nothing
returning tag
