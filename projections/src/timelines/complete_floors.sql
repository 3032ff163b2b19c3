-- $1 window size: whoever has a whole window may lack what is older.
insert into floors (owner_id, post_id)
select o.owner_id, oldest.post_id
from (
    select owner_id from entries group by owner_id having count(*) >= $1
) o
cross join lateral (
    select e.post_id from entries e where e.owner_id = o.owner_id order by e.post_id limit 1
) oldest
