-- The rows with work for a worker are few beside all rows.
create index media_to_process on media (changed_at) where state = 'processing';
create index media_to_sweep on media (changed_at) where state = 'removed';
create index media_unshown on media (shown_until) where shown_until is not null and state <> 'removed';
create index media_unused on media (changed_at)
where shown_by_id is null and shown_until is null and state in ('uploading', 'ready', 'refused');
create index media_of_owner on media (owner_id, media_id);
