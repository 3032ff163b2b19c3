select e.owner_id, e.post_id, e.author_id
from (
    select owner_id, post_id, author_id,
           row_number() over (partition by owner_id order by post_id desc) as place
    from entries
) e
where e.place <= (select window_size from settings)
