with said as (
    select distinct on (aggregate_id) aggregate_id::uuid as post_id, event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'post'
    order by aggregate_id, sequence desc
),

expected as (
    select said.post_id, tag
    from said, jsonb_array_elements_text(said.payload -> 'tags') as tag
    where said.event_type <> 'PostDeleted' and not coalesce((said.payload ->> 'followers_only')::boolean, false)
),

counted as (
    select tag, count(*) as post_count
    from expected
    group by tag
)

select format('post %s: tag %s is in %s', post_id, tag, place)
from (
    (
        select post_id, tag, 'the events only' as place
        from (select post_id, tag from expected except select post_id, tag from tagged) as missing
    )
    union all
    (
        select post_id, tag, 'the table only' as place
        from (select post_id, tag from tagged except select post_id, tag from expected) as surplus
    )
) as difference
union all
select format(
    'tag %s: %s posts by the events, %s kept', tag, coalesce(counted.post_count, 0), coalesce(tags.post_count, 0)
)
from counted full join tags using (tag)
where counted.post_count is distinct from tags.post_count
