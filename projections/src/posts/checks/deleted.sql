with expected as (
    select aggregate_id::uuid as post_id
    from public.events
    where position <= $1 and event_type = 'PostDeleted'
)

select format('that post %s is deleted is not as the events say', post_id)
from (
    (select post_id from expected except select post_id from deleted)
    union all
    (select post_id from deleted except select post_id from expected)
) as difference
