with expected as (
    select
        aggregate_id::uuid as user_id,
        (array_agg(payload ->> 'handle' order by sequence desc) filter (where payload ? 'handle'))[1] as handle,
        (array_agg(payload ->> 'display_name' order by sequence desc)
            filter (where payload ? 'display_name'))[1] as display_name,
        (array_agg(payload ->> 'bio' order by sequence desc) filter (where payload ? 'bio'))[1] as bio,
        (array_agg(event_type order by sequence desc)
            filter (where event_type in ('UserRegistered', 'UserDeactivated', 'UserReactivated', 'PersonErased'))
        )[1] not in ('UserDeactivated', 'PersonErased') as active,
        coalesce(
            (array_agg(coalesce((payload ->> 'private')::boolean, false) order by sequence desc)
                filter (where event_type in ('PrivacyChanged', 'PersonErased')))[1],
            false
        ) as private
    from public.events
    where position <= $1 and aggregate_type = 'user'
    group by aggregate_id
)

select distinct format('person %s is not as the events say', user_id)
from (
    (
        select user_id, handle, display_name, bio, active, private from expected
        except
        select user_id, handle, display_name, bio, active, private from people
    )
    union all
    (
        select user_id, handle, display_name, bio, active, private from people
        except
        select user_id, handle, display_name, bio, active, private from expected
    )
) as difference
