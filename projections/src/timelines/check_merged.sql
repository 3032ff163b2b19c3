with expected as (
    select f.follower_id, f.followee_id
    from follows f
    where exists (select from posts p where p.author_id = f.followee_id and not p.fanned_out)
), kept as (
    select follower_id, followee_id from merged_follows
)
(select 'not merged: ' || e.followee_id || ' for ' || e.follower_id
 from (table expected except table kept) e)
union all
(select 'merged without need: ' || k.followee_id || ' for ' || k.follower_id
 from (table kept except table expected) k)
