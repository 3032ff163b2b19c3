with last as (
    select distinct on (by, user_id, is_block) by, user_id, is_block, event_type
    from (
        select
            (payload ->> 'by')::uuid as by,
            (payload ->> 'user_id')::uuid as user_id,
            event_type in ('PersonBlocked', 'PersonUnblocked') as is_block,
            event_type,
            position
        from public.events
        where position <= $1 and aggregate_type = 'blocklist'
    ) as said
    order by by, user_id, is_block, position desc
),

expected as (
    select by as viewer_id, user_id, 'blocks' as reason from last where event_type = 'PersonBlocked'
    union all
    select user_id, by, 'blocked' from last where event_type = 'PersonBlocked'
    union all
    select by, user_id, 'mutes' from last where event_type = 'PersonMuted'
)

select format('%s hidden from %s (%s) is in %s', user_id, viewer_id, reason, place)
from (
    select viewer_id, user_id, reason, 'the events only' as place
    from (
        select viewer_id, user_id, reason from expected
        except
        select viewer_id, user_id, reason from hidden
    ) as missing
    union all
    select viewer_id, user_id, reason, 'the table only' as place
    from (
        select viewer_id, user_id, reason from hidden
        except
        select viewer_id, user_id, reason from expected
    ) as surplus
) as difference
