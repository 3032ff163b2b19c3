with stands as (
    select
        aggregate_id,
        max(sequence) as version,
        min(recorded_at) as requested_at,
        (array_agg(payload -> 'byte_size' order by sequence desc) filter (where payload ? 'byte_size'))[1] as byte_size
    from public.events
    where position <= $1 and aggregate_type = 'media'
    group by aggregate_id
    having bool_and(event_type <> 'MediaSwept')
),

expected as (
    select
        stands.aggregate_id::uuid as media_id,
        (origin.payload ->> 'owner_id')::uuid as owner_id,
        case latest.event_type
            when 'MediaRequested' then 'uploading'
            when 'MediaUploaded' then 'processing'
            when 'MediaProcessed' then 'ready'
            when 'MediaRefused' then 'refused'
            when 'MediaRemoved' then 'removed'
        end as state,
        latest.payload ->> 'reason' as reason,
        origin.payload ->> 'content_type' as content_type,
        stands.byte_size::bigint as byte_size,
        latest.payload ->> 'format' as format,
        (latest.payload ->> 'width')::bigint as width,
        (latest.payload ->> 'height')::bigint as height,
        latest.payload ->> 'blurhash' as blurhash,
        latest.payload ->> 'colour' as colour,
        latest.payload -> 'variants' as variants,
        stands.version,
        stands.requested_at,
        latest.recorded_at as changed_at
    from stands
    join public.events as origin
        on origin.aggregate_type = 'media'
        and origin.aggregate_id = stands.aggregate_id
        and origin.sequence = 1
    join public.events as latest
        on latest.aggregate_type = 'media'
        and latest.aggregate_id = stands.aggregate_id
        and latest.sequence = stands.version
),

kept as (
    select
        media_id, owner_id, state, reason, content_type, byte_size, format, width, height, blurhash, colour, variants,
        version, requested_at, changed_at
    from media
)

select distinct format('media %s is not as the events say', media_id)
from (
    (table expected except table kept)
    union all
    (table kept except table expected)
) as difference
