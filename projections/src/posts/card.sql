-- Those of `scanned (post_id, key)` as viewer $1 sees them, `user_id` null where a post is hidden.
select
    scanned.key,
    posts.post_id,
    authors.user_id,
    authors.handle,
    authors.display_name,
    posts.title,
    posts.text,
    posts.tags,
    posts.mentions,
    posts.like_count,
    posts.comment_count,
    mine.user_id is not null as liked_by_me,
    posts.version,
    posts.published_at,
    posts.edited_at
from scanned
left join posts.posts on posts.post_id = scanned.post_id
left join posts.authors on authors.user_id = posts.author_id and authors.active
left join posts.likes as mine on mine.target_id = posts.post_id and mine.user_id = $1
