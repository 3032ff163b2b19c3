with stands as (
    select aggregate_id, max(sequence) as version
    from public.events
    where position <= $1 and aggregate_type = 'post'
    group by aggregate_id
    having bool_and(event_type <> 'PostDeleted')
),

expected as (
    select
        stands.aggregate_id::uuid as post_id,
        (origin.payload ->> 'author_id')::uuid as author_id,
        latest.payload ->> 'title' as title,
        latest.payload ->> 'text' as text,
        latest.payload -> 'tags' as tags,
        latest.payload -> 'mentions' as mentions,
        -- Events before version 2 have no such field: posts had no photos.
        coalesce(latest.payload -> 'photos', '[]') as photos,
        -- Events before version 3 have no such field: all posts were for everyone, and on no board.
        coalesce((latest.payload ->> 'followers_only')::boolean, false) as followers_only,
        (origin.payload #>> '{board,board_id}')::uuid as board_id,
        coalesce((origin.payload #>> '{board,anonymous}')::boolean, false) as anonymous,
        stands.version,
        coalesce((origin.payload ->> 'original_published_at')::timestamptz, origin.recorded_at) as published_at,
        case when latest.event_type = 'PostEdited' then latest.recorded_at end as edited_at
    from stands
    join public.events as origin
        on origin.aggregate_type = 'post'
        and origin.aggregate_id = stands.aggregate_id
        and origin.event_type = 'PostPublished'
    join public.events as latest
        on latest.aggregate_type = 'post'
        and latest.aggregate_id = stands.aggregate_id
        and latest.sequence = stands.version
),

kept as (
    select
        post_id, author_id, title, text, to_jsonb(tags) as tags, to_jsonb(mentions) as mentions, photos,
        followers_only, board_id, anonymous,
        version, published_at, edited_at
    from posts
)

select distinct format('post %s is not as the events say', post_id)
from (
    (
        select
            post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, version,
            published_at, edited_at
        from expected
        except
        select
            post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, version,
            published_at, edited_at
        from kept
    )
    union all
    (
        select
            post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, version,
            published_at, edited_at
        from kept
        except
        select
            post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id, anonymous, version,
            published_at, edited_at
        from expected
    )
) as difference
