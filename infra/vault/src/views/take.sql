-- Makes batch $1 of looks that are in none yet: $2 looks at $3 posts at most. Other processes take other
-- looks meanwhile.
with waiting as materialized (
    select day, post_id, viewer
    from vault.views
    where not taken
    order by post_id
    limit $2
    for update skip locked
),

ranked as (
    select day, post_id, viewer, dense_rank() over (order by post_id) as place
    from waiting
),

taken as (
    update vault.views as view
    set taken = true
    from ranked
    where
        view.day = ranked.day
        and view.post_id = ranked.post_id
        and view.viewer = ranked.viewer
        and ranked.place <= $3
    returning view.post_id
),

counted as (
    select post_id, count(*) as views
    from taken
    group by post_id
)

insert into vault.view_batches (id, posts)
select $1, jsonb_agg(jsonb_build_object('post_id', post_id, 'views', views) order by post_id)
from counted
having count(*) > 0
