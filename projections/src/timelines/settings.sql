-- $1 merge threshold, $2 window size: kept when this copy has none yet. Answers what it keeps.
with first as (
    insert into settings (only_row, merge_threshold, window_size)
    values (true, $1, $2)
    on conflict do nothing
    returning merge_threshold, window_size
)
select merge_threshold, window_size from settings
union all
select merge_threshold, window_size from first
