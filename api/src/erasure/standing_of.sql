-- What stands between $1 and others: their likes, and who follows or asks to follow whom, on either side.
select aggregate_type, event_type, event_version, payload
from (
    select distinct on (aggregate_type, aggregate_id) aggregate_type, event_type, event_version, payload
    from events
    where (aggregate_type = 'like' and payload ->> 'user_id' = $1)
       or (aggregate_type = 'follow' and (payload ->> 'follower_id' = $1 or payload ->> 'followee_id' = $1))
    order by aggregate_type, aggregate_id, sequence desc
) as latest
where event_type in ('Liked', 'Followed', 'FollowRequested');
