with edited as (
    select aggregate_id
    from public.events
    where position <= $1 and aggregate_type = 'post'
    group by aggregate_id
    having bool_and(event_type <> 'PostDeleted') and bool_or(event_type = 'PostEdited')
),

expected as (
    select
        aggregate_id::uuid as post_id,
        sequence as version,
        payload ->> 'title' as title,
        payload ->> 'text' as text,
        payload -> 'tags' as tags,
        -- Events before version 2 have no such field: posts had no photos.
        coalesce(payload -> 'photos', '[]') as photos,
        coalesce((payload ->> 'original_published_at')::timestamptz, recorded_at) as written_at
    from edited
    join public.events using (aggregate_id)
    where aggregate_type = 'post' and position <= $1
),

kept as (
    select post_id, version, title, text, to_jsonb(tags) as tags, photos, written_at
    from versions
)

select distinct format('version %s of post %s is not as the events say', version, post_id)
from (
    (table expected except table kept)
    union all
    (table kept except table expected)
) as differing
