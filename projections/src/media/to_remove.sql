-- $1 the time before which media that nothing ever came to show count as unused, $2 how many rows.
(
    select media_id, 'no_longer_shown' as reason
    from media.media
    where shown_until is not null and state <> 'removed'
    order by shown_until
    limit $2
)
union all
(
    select media_id, case when state = 'uploading' then 'abandoned' else 'unused' end as reason
    from media.media
    where
        shown_by_id is null
        and shown_until is null
        and state in ('uploading', 'ready', 'refused')
        and changed_at < $1
    order by changed_at
    limit $2
)
limit $2
