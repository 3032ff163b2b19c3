with scanned as (
    select position, user_id, liked_at
    from posts.likes
    where target_id = $1 and position < $2
    order by position desc
    limit $3
)

select scanned.position as key, scanned.liked_at, authors.user_id, authors.handle, authors.display_name
from scanned
left join posts.authors on authors.user_id = scanned.user_id and authors.active
order by scanned.position desc
