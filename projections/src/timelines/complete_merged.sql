insert into merged_follows (follower_id, followee_id)
select f.follower_id, f.followee_id
from follows f
join authors a on a.user_id = f.followee_id
where a.merged
