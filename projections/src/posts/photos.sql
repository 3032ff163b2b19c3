select
    row(scanned.post_id, scanned.place) as key,
    scanned.post_id,
    scanned.place,
    posts.photos -> scanned.place as photo,
    authors.user_id,
    authors.handle,
    authors.display_name
from scanned
join posts.posts on posts.post_id = scanned.post_id
left join posts.authors on authors.user_id = posts.author_id and (
