with shown as (
    select
        aggregate_id,
        position,
        sequence,
        recorded_at,
        'post' as kind,
        array(select photo ->> 'media_id' from jsonb_array_elements(payload -> 'photos') as photo) as media
    from public.events
    where position <= $1 and aggregate_type = 'post'
    union all
    select
        aggregate_id,
        position,
        sequence,
        recorded_at,
        place.kind,
        array_remove(array[payload ->> 'media_id'], null) as media
    from public.events
    join (values ('avatar', 'AvatarChanged'), ('banner', 'BannerChanged')) as place (kind, event_type)
        on events.event_type in (place.event_type, 'PersonErased')
    where position <= $1 and aggregate_type = 'user'
),

spans as (
    select
        aggregate_id,
        position,
        kind,
        media,
        lead(recorded_at) over (partition by kind, aggregate_id order by sequence) as until
    from shown
),

last as (
    select distinct on (media_id) media_id, kind, aggregate_id, until
    from spans, unnest(media) as media_id
    order by media_id, position desc
),

expected as (
    select
        media.media_id,
        case when last.until is null then last.kind end as shown_by_kind,
        case when last.until is null then last.aggregate_id::uuid end as shown_by_id,
        last.until as shown_until
    from media
    left join last on last.media_id::uuid = media.media_id
)

select distinct format('what shows media %s is not as the events say', media_id)
from (
    select media_id, shown_by_kind, shown_by_id, shown_until from expected
    except
    select media_id, shown_by_kind, shown_by_id, shown_until from media
) as difference
