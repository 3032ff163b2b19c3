-- A person who acts anonymously is known by an alias, which never registered, and is not counted.
with active as (
    select distinct (recorded_at at time zone 'Asia/Seoul')::date as day, metadata ->> 'actor' as actor
    from events
    where position > $1 and metadata ? 'actor'
)

select day, count(*)
from active
where exists (
    select from events
    where aggregate_type = 'user' and aggregate_id = actor and sequence = 1 and event_type = 'UserRegistered'
)
group by day
