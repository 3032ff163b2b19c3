with counted as (
    update posts
    set like_count = posts.like_count + change.likes
    from unnest($1::uuid[], $2::bigint[]) as change (post_id, likes)
    where posts.post_id = change.post_id
    returning posts.post_id, posts.like_count
)

update tagged
set like_count = counted.like_count
from counted
where tagged.post_id = counted.post_id
