with latest as (
    select distinct on (aggregate_id) event_type,
           (payload->>'follower_id')::uuid as follower_id, (payload->>'followee_id')::uuid as followee_id
    from public.events
    where aggregate_type = 'follow' and position <= $1
    order by aggregate_id, position desc
), published as (
    select e.aggregate_id::uuid as post_id, (e.payload->>'author_id')::uuid as author_id, p.fanned_out
    from public.events e
    left join posts p on p.post_id = e.aggregate_id::uuid
    where e.aggregate_type = 'post' and e.event_type = 'PostPublished' and e.position <= $1
      and e.payload #>> '{board,anonymous}' is distinct from 'true'
), due as (
    select p.author_id as owner_id, p.post_id, p.author_id
    from published p
    union all
    select f.follower_id, p.post_id, p.author_id
    from published p
    join latest f on f.followee_id = p.author_id and f.event_type = 'Followed'
    where p.fanned_out
), expected as (
    select d.owner_id, d.post_id, d.author_id
    from (
        select owner_id, post_id, author_id,
               row_number() over (partition by owner_id order by post_id desc) as place
        from due
    ) d
    where d.place <= (select window_size from settings)
), kept as (
    select e.owner_id, e.post_id, e.author_id
    from (
        select owner_id, post_id, author_id,
               row_number() over (partition by owner_id order by post_id desc) as place
        from entries
    ) e
    where e.place <= (select window_size from settings)
)
(select 'missing: post ' || e.post_id || ' for ' || e.owner_id
 from (table expected except table kept) e)
union all
(select 'not due: post ' || k.post_id || ' for ' || k.owner_id
 from (table kept except table expected) k)
