update events
set payload = payload || '{"title": null, "text": "", "tags": [], "mentions": []}'
where aggregate_type = 'post'
  and aggregate_id = any($1::text[])
  and event_type in ('PostPublished', 'PostEdited');
