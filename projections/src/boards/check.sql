with opened as (
    select aggregate_id, payload ->> 'slug' as slug, (payload ->> 'anonymous')::boolean as anonymous
    from public.events
    where position <= $1 and event_type = 'BoardOpened'
),

last as (
    select distinct on (aggregate_id) aggregate_id, payload, sequence
    from public.events
    where position <= $1 and aggregate_type = 'board'
    order by aggregate_id, sequence desc
),

expected as (
    select
        last.aggregate_id::uuid as board_id,
        opened.slug,
        last.payload ->> 'name' as name,
        last.payload ->> 'description' as description,
        opened.anonymous,
        nullif(last.payload -> 'hours', 'null') as hours,
        -- A board that was just opened has no such field: it is open.
        coalesce((last.payload ->> 'closed')::boolean, false) as closed,
        last.sequence as version
    from last
    join opened using (aggregate_id)
    union all
    select
        '959ebdb3-ed4e-5c37-a24b-ec192f5d11e2', 'night', '심야톡방',
        '밤 10시부터 새벽 4시까지, 이름 없이 나누는 이야기', true,
        '{"opens": 1320, "closes": 240, "time_zone": "Asia/Seoul"}', false, 0
    where not exists (select from opened where slug = 'night')
),

kept as (
    select board_id, slug, name, description, anonymous, hours, closed, version from boards
)

select distinct format('board %s is not as the events say', slug)
from (
    (table expected except table kept)
    union all
    (table kept except table expected)
) as differing
