-- Which photos a post showed stays, so that what shows what can be told as before; how they looked does not.
update events
set payload = payload
    || '{"title": null, "text": "", "tags": [], "mentions": []}'
    || case when payload ? 'photos' then jsonb_build_object('photos', (
        select coalesce(
            jsonb_agg(photo || '{"blurhash": "", "colour": "", "alternative_text": null}' order by place), '[]'
        )
        from jsonb_array_elements(payload -> 'photos') with ordinality as shown (photo, place)
    )) else '{}' end
where aggregate_type = 'post'
  and aggregate_id = any($1::text[])
  and event_type in ('PostPublished', 'PostEdited');
