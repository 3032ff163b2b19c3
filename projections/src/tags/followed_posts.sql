-- The query reads no more than a page of each tag, however many posts carry it.
select distinct newest.post_id
from tags.followed
cross join lateral (
    select tagged.post_id
    from tags.tagged
    where tagged.tag = followed.tag and tagged.post_id < $2
    order by tagged.post_id desc
    limit $3
) as newest
where followed.user_id = $1
order by newest.post_id desc
limit $3
