-- $1 merge threshold, $2 window size: stored when this copy has none yet. The statement returns the stored
-- settings. $3 what Postgres is to leave off until the transaction ends: set here, because every batch pays
-- for a round trip.
with planner as materialized (
    select count(set_config(name, 'off', true)) as off from unnest($3::text[]) name
), first as (
    insert into settings (only_row, merge_threshold, window_size)
    values (true, $1, $2)
    on conflict do nothing
    returning merge_threshold, window_size
), kept as (
    select merge_threshold, window_size from settings
    union all
    select merge_threshold, window_size from first
)
select kept.merge_threshold, kept.window_size from planner cross join kept
