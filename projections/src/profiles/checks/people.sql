with expected as (
    select
        aggregate_id::uuid as user_id,
        (array_agg(payload ->> 'handle' order by sequence desc) filter (where payload ? 'handle'))[1] as handle,
        (array_agg(payload ->> 'display_name' order by sequence desc)
            filter (where payload ? 'display_name'))[1] as display_name,
        (array_agg(payload ->> 'bio' order by sequence desc) filter (where payload ? 'bio'))[1] as bio,
        coalesce(
            (array_agg(payload -> 'links' order by sequence desc) filter (where payload ? 'links'))[1], '[]'
        ) as links,
        (array_agg(payload ->> 'media_id' order by sequence desc)
            filter (where event_type in ('AvatarChanged', 'PersonErased')))[1]::uuid as avatar_media_id,
        (array_agg(payload ->> 'media_id' order by sequence desc)
            filter (where event_type in ('BannerChanged', 'PersonErased')))[1]::uuid as banner_media_id,
        (array_agg(event_type order by sequence desc)
            filter (where event_type in ('UserRegistered', 'UserDeactivated', 'UserReactivated', 'PersonErased'))
        )[1] not in ('UserDeactivated', 'PersonErased') as active,
        coalesce(
            (array_agg(coalesce((payload ->> 'private')::boolean, false) order by sequence desc)
                filter (where event_type in ('PrivacyChanged', 'PersonErased')))[1],
            false
        ) as private,
        coalesce(
            (array_agg(coalesce(payload -> 'post_ids', '[]') order by sequence desc)
                filter (where event_type in ('PinsChanged', 'PersonErased')))[1],
            '[]'
        ) as pinned_post_ids,
        max(sequence) as version,
        min(recorded_at) as created_at
    from public.events
    where position <= $1 and aggregate_type = 'user'
    group by aggregate_id
),

kept as (
    select
        user_id, handle, display_name, bio, to_jsonb(links) as links, avatar_media_id, banner_media_id, active,
        private, to_jsonb(pinned_post_ids) as pinned_post_ids, version, created_at
    from people
)

select distinct format('person %s is not as the events say', user_id)
from (
    (
        select
            user_id, handle, display_name, bio, links, avatar_media_id, banner_media_id, active, private,
            pinned_post_ids, version, created_at
        from expected
        except
        select
            user_id, handle, display_name, bio, links, avatar_media_id, banner_media_id, active, private,
            pinned_post_ids, version, created_at
        from kept
    )
    union all
    (
        select
            user_id, handle, display_name, bio, links, avatar_media_id, banner_media_id, active, private,
            pinned_post_ids, version, created_at
        from kept
        except
        select
            user_id, handle, display_name, bio, links, avatar_media_id, banner_media_id, active, private,
            pinned_post_ids, version, created_at
        from expected
    )
) as difference
