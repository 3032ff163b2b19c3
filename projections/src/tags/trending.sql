-- The tags of the last $1 hours: by how many people used them, then by how many posts.
select tag, count(*) as author_count, sum(uses)::bigint as post_count
from (
    select tag, author_id, count(*) as uses
    from tags.tagged
    where published_at > now() - make_interval(hours => $1)
    group by tag, author_id
) as used
group by tag
order by author_count desc, post_count desc, tag
limit $2
