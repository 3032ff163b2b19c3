with expected as (
    select p.aggregate_id::uuid as post_id, (p.payload->>'author_id')::uuid as author_id, p.position,
           exists (
               select from public.events d
               where d.aggregate_type = 'post' and d.aggregate_id = p.aggregate_id
                 and d.event_type = 'PostDeleted' and d.position <= $1
           ) as deleted
    from public.events p
    where p.aggregate_type = 'post' and p.event_type = 'PostPublished' and p.position <= $1
      and p.payload #>> '{board,anonymous}' is distinct from 'true'
), kept as (
    select post_id, author_id, position, deleted from posts
)
(select 'missing or different: post ' || e.post_id from (table expected except table kept) e)
union all
(select 'not in the events: post ' || k.post_id from (table kept except table expected) k)
