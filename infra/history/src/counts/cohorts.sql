with cohorts as (
    select aggregate_id as user_id, date_trunc('week', recorded_at at time zone 'Asia/Seoul')::date as week
    from events
    where position > $1 and aggregate_type = 'user' and event_type = 'UserRegistered'
),

active as (
    select distinct
        metadata ->> 'actor' as user_id, date_trunc('week', recorded_at at time zone 'Asia/Seoul')::date as week
    from events
    where position > $1 and metadata ? 'actor'
),

sizes as (
    select week, count(*) as people from cohorts group by week
)

-- A person who never did anything adds 0 to the count of their first week.
select cohorts.week, people, coalesce(active.week, cohorts.week) as active_week, count(active.user_id)
from cohorts
inner join sizes on sizes.week = cohorts.week
left join active on active.user_id = cohorts.user_id and active.week >= cohorts.week
group by 1, 2, 3
order by 1, 3
