-- The comments of `scanned (comment_id, key)` as viewer $1 sees them. `user_id` is null and `anonymous` false
-- where only a stub may be seen, and `post_stands` tells whether the post can be read at all.
select
    scanned.key,
    comments.comment_id,
    comments.post_id,
    comments.parent_id,
    comments.root_id,
    authors.user_id,
    comments.author_id,
    comments.anonymous and not comments.deleted as anonymous,
    authors.handle,
    authors.display_name,
    coalesce(comments.author_id = posts.author_id, false) as by_post_author,
    comments.text,
    comments.mentions,
    comments.deleted,
    comments.like_count,
    comments.reply_count,
    mine.user_id is not null as liked_by_me,
    comments.version,
    comments.written_at,
    comments.edited_at,
    coalesce(posts.anonymous, false) or host.user_id is not null as post_stands
from scanned
join comments.comments on comments.comment_id = scanned.comment_id
left join comments.posts on posts.post_id = comments.post_id
left join comments.authors as host on host.user_id = posts.author_id and host.active
left join comments.authors
    on authors.user_id = comments.author_id
    and (authors.active or authors.user_id = $1)
    and not exists (
        select from comments.hidden where hidden.viewer_id = $1 and hidden.user_id = authors.user_id
    )
    and not comments.deleted
left join comments.likes as mine on mine.target_id = comments.comment_id and mine.user_id = $1
