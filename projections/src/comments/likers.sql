-- The people who like $2, as viewer $1 sees them.
with scanned as (
    select position, user_id, liked_at
    from comments.likes
    where
        target_id = $2 and position < $3
        and exists (select from comments.comments where comment_id = $2 and not deleted)
    order by position desc
    limit $4
)

select scanned.position as key, scanned.liked_at, authors.user_id, authors.handle, authors.display_name
from scanned
left join comments.authors
    on authors.user_id = scanned.user_id
    and authors.active
    and not exists (
        select from comments.hidden where hidden.viewer_id = $1 and hidden.user_id = authors.user_id
    )
order by scanned.position desc
