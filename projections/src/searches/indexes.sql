create index recent_by_time on recent (searched_at) include (search_id, user_id);
