select comment_id, comment_id as key
from (
    (
        select comment_id from comments.comments
        where root_id = $2 and comment_id > $3
        order by comment_id limit $4
    )
    union all
    (
        select comment_id from comments.comments
        where parent_id = $2 and parent_id <> root_id and comment_id > $3
        order by comment_id limit $4
    )
) as replies
order by comment_id limit $4
