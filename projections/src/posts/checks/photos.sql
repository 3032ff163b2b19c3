with stands as (
    select aggregate_id, max(sequence) as version
    from public.events
    where position <= $1 and aggregate_type = 'post'
    group by aggregate_id
    having bool_and(event_type <> 'PostDeleted')
),

expected as (
    select
        (photo ->> 'media_id')::uuid as media_id,
        stands.aggregate_id::uuid as post_id,
        number - 1 as place,
        (origin.payload ->> 'author_id')::uuid as author_id
    from stands
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = stands.aggregate_id
        and origin.event_type = 'PostPublished'
    join public.events as latest
        on latest.aggregate_type = 'post'
        and latest.aggregate_id = stands.aggregate_id
        and latest.sequence = stands.version
    cross join lateral jsonb_array_elements(latest.payload -> 'photos') with ordinality as shown (photo, number)
    where origin.payload #>> '{board,anonymous}' is distinct from 'true'
)

select format('photo %s in post %s is in %s', media_id, post_id, found_in)
from (
    select media_id, post_id, 'the events only' as found_in
    from (
        select media_id, post_id, place, author_id from expected
        except
        select media_id, post_id, place, author_id from photos
    ) as missing
    union all
    select media_id, post_id, 'the table only' as found_in
    from (
        select media_id, post_id, place, author_id from photos
        except
        select media_id, post_id, place, author_id from expected
    ) as surplus
) as difference
