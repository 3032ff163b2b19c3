with said as (
    select distinct on (aggregate_id) aggregate_id, event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'post'
    order by aggregate_id, sequence desc
),

carried as (
    select tag, count(*) as number
    from said
    cross join lateral jsonb_array_elements_text(said.payload -> 'tags') as tag
    where said.event_type <> 'PostDeleted' and not coalesce((said.payload ->> 'followers_only')::boolean, false)
    group by tag
),

erased as (
    select aggregate_id from public.events where position <= $1 and event_type = 'PersonErased'
),

last as (
    select distinct on (aggregate_id, payload ->> 'tag') payload ->> 'tag' as tag, event_type
    from public.events
    where position <= $1 and aggregate_type = 'followed_tags' and (payload ->> 'user_id') not in (table erased)
    order by aggregate_id, payload ->> 'tag', sequence desc
),

followed_by as (
    select tag, count(*) as number
    from last
    where event_type = 'TagFollowed'
    group by tag
)

select format(
    'tag %s: by the events %s posts and %s followers; kept %s and %s',
    tag, coalesce(carried.number, 0), coalesce(followed_by.number, 0), tags.post_count, tags.follower_count
)
from carried
full join followed_by using (tag)
full join tags using (tag)
where
    coalesce(carried.number, 0) is distinct from tags.post_count
    or coalesce(followed_by.number, 0) is distinct from tags.follower_count
