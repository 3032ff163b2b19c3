with expected as (
    select
        aggregate_id::uuid as post_id,
        (min(payload ->> 'author_id'))::uuid as author_id,
        coalesce(bool_or((payload #>> '{board,anonymous}')::boolean), false) as anonymous
    from public.events
    where position <= $1 and aggregate_type = 'post'
    group by aggregate_id
    having bool_and(event_type <> 'PostDeleted')
)

select distinct format('that post %s stands is not as the events say', post_id)
from (
    (select post_id, author_id, anonymous from expected except select post_id, author_id, anonymous from posts)
    union all
    (select post_id, author_id, anonymous from posts except select post_id, author_id, anonymous from expected)
) as difference
