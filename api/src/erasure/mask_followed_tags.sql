-- Of these a person writes every word; `PersonErased` ends all of it, whatever it was.
update events
set payload = payload || '{"tag": ""}'
where aggregate_type = 'followed_tags'
  and aggregate_id = any($1::text[]);
