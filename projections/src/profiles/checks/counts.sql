with last as (
    select distinct on (aggregate_id) event_type, payload
    from public.events
    where position <= $1 and aggregate_type = 'follow'
    order by aggregate_id, sequence desc
),

followers as (
    select (payload ->> 'followee_id')::uuid as user_id, count(*) as number
    from last
    where event_type = 'Followed'
    group by payload ->> 'followee_id'
),

following as (
    select (payload ->> 'follower_id')::uuid as user_id, count(*) as number
    from last
    where event_type = 'Followed'
    group by payload ->> 'follower_id'
),

posts as (
    select
        (payload ->> 'author_id')::uuid as user_id,
        count(*) filter (where event_type = 'PostPublished')
        - count(*) filter (where event_type = 'PostDeleted') as number
    from public.events
    where position <= $1 and event_type in ('PostPublished', 'PostDeleted')
    group by payload ->> 'author_id'
)

select format(
    'person %s: by the events %s followers, %s following, %s posts; kept %s, %s, %s',
    user_id, coalesce(followers.number, 0), coalesce(following.number, 0), coalesce(posts.number, 0),
    people.follower_count, people.following_count, people.post_count
)
from people
left join followers using (user_id)
left join following using (user_id)
left join posts using (user_id)
where
    coalesce(followers.number, 0) <> people.follower_count
    or coalesce(following.number, 0) <> people.following_count
    or coalesce(posts.number, 0) <> people.post_count
