-- A step is each like up to sixteen, and from there on every sixteenth part more: so often an engine hears of
-- the likes.
with counted as (
    select posts.post_id, posts.like_count as before, posts.like_count + change.likes as after
    from unnest($1::uuid[], $2::bigint[]) as change (post_id, likes)
    join posts on posts.post_id = change.post_id
    where not posts.gone
),

stepped as (
    select
        post_id,
        after,
        case when before <= 16 then before else floor(16 * log(2.0, before / 16.0)) + 16 end
            is distinct from case when after <= 16 then after else floor(16 * log(2.0, after / 16.0)) + 16 end
            as steps
    from counted
)

update posts
set like_count = stepped.after, changed = case when stepped.steps then $3 else posts.changed end
from stepped
where posts.post_id = stepped.post_id
