update events
set payload = payload || case event_type
    when 'UserRegistered' then '{"handle": "", "display_name": "", "bio": ""}'::jsonb
    when 'ProfileChanged' then '{"display_name": "", "bio": "", "links": []}'::jsonb
    else '{"handle": "", "previous": ""}'::jsonb
end
where aggregate_type = 'user'
  and aggregate_id = any($1::text[])
  and event_type in ('UserRegistered', 'ProfileChanged', 'HandleChanged');
