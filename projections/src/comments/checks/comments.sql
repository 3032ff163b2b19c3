with expected as (
    select
        aggregate_id::uuid as comment_id,
        (min(payload ->> 'post_id'))::uuid as post_id,
        (min(payload ->> 'author_id'))::uuid as author_id,
        (min(payload ->> 'parent_id'))::uuid as parent_id,
        (min(payload ->> 'root_id'))::uuid as root_id,
        -- Events before version 2 have no such field: there were no aliases.
        coalesce(bool_or((payload ->> 'anonymous')::boolean), false) as anonymous,
        case when bool_and(event_type <> 'CommentDeleted')
            then (array_agg(payload ->> 'text' order by sequence desc))[1] else '' end as text,
        case when bool_and(event_type <> 'CommentDeleted')
            then (array_agg(payload -> 'mentions' order by sequence desc))[1] else '[]' end as mentions,
        bool_or(event_type = 'CommentDeleted') as deleted,
        max(sequence) as version,
        min(recorded_at) as written_at,
        max(recorded_at) filter (where event_type = 'CommentEdited') as edited_at
    from public.events
    where position <= $1 and aggregate_type = 'comment'
    group by aggregate_id
),

kept as (
    select
        comment_id, post_id, author_id, parent_id, root_id, anonymous, text, to_jsonb(mentions) as mentions,
        deleted, version, written_at, edited_at
    from comments
)

select distinct format('comment %s is not as the events say', comment_id)
from (
    (
        select
            comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, deleted, version,
            written_at, edited_at
        from expected
        except
        select
            comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, deleted, version,
            written_at, edited_at
        from kept
    )
    union all
    (
        select
            comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, deleted, version,
            written_at, edited_at
        from kept
        except
        select
            comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions, deleted, version,
            written_at, edited_at
        from expected
    )
) as difference
