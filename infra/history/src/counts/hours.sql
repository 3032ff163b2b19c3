-- The number of events stored before each hour from $1 to $2, by halving the log up to $3 for all hours at
-- once: times ascend with positions, which have no gaps.
with recursive search (hour, low, high) as (
    select hour, 0::bigint, $3::bigint
    from generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') as hours (hour)
    union all
    select
        hour,
        case when recorded_at < hour then middle else low end,
        case when recorded_at < hour then high else middle - 1 end
    from (select hour, low, high, (low + high + 1) / 2 as middle from search where low < high) as halved
    inner join events on events.position = halved.middle
)

select hour, low
from search
where low = high
order by hour
