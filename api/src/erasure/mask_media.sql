-- After their removal: what was never shown again is not missed.
update events
set payload = payload || '{"blurhash": "", "colour": ""}'
where aggregate_type = 'media'
  and aggregate_id = any($1::text[])
  and event_type = 'MediaProcessed';
