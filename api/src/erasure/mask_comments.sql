update events
set payload = payload || '{"text": "", "mentions": []}'
where aggregate_type = 'comment'
  and aggregate_id = any($1::text[])
  and event_type in ('CommentWritten', 'CommentEdited');
