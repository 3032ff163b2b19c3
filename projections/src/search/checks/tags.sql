with said as (
    select distinct on (aggregate_id) aggregate_id, event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'post'
    order by aggregate_id, sequence desc
),

carried as (
    select tag, count(*) as number
    from said
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = said.aggregate_id
        and origin.event_type = 'PostPublished'
    cross join lateral jsonb_array_elements_text(said.payload -> 'tags') as tag
    where
        said.event_type <> 'PostDeleted'
        and not coalesce((said.payload ->> 'followers_only')::boolean, false)
        and origin.payload #>> '{board,anonymous}' is distinct from 'true'
    group by tag
)

select format(
    'tag %s: by the events %s posts; kept %s', tag, coalesce(carried.number, 0), coalesce(tags.post_count, 0)
)
from carried
full join tags using (tag)
where coalesce(carried.number, 0) <> coalesce(tags.post_count, 0)
