-- $1 followers and $2 followees of new follows, $3 authors merged from now on.
insert into merged_follows (follower_id, followee_id)
select n.follower_id, n.followee_id
from unnest($1::uuid[], $2::uuid[]) as n(follower_id, followee_id)
join authors a on a.user_id = n.followee_id
where a.merged
union
select f.follower_id, f.followee_id
from unnest($3::uuid[]) as m(user_id)
join follows f on f.followee_id = m.user_id
on conflict do nothing
