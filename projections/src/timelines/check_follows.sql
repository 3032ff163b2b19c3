with latest as (
    select distinct on (aggregate_id) event_type,
           (payload->>'follower_id')::uuid as follower_id, (payload->>'followee_id')::uuid as followee_id
    from public.events
    where aggregate_type = 'follow' and position <= $1
    order by aggregate_id, position desc
), expected as (
    select follower_id, followee_id from latest where event_type = 'Followed'
), kept as (
    select follower_id, followee_id from follows
)
(select 'missing: ' || e.follower_id || ' follows ' || e.followee_id
 from (table expected except table kept) e)
union all
(select 'not in the events: ' || k.follower_id || ' follows ' || k.followee_id
 from (table kept except table expected) k)
