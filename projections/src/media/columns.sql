    media_id,
    owner_id,
    to_jsonb(state) as state,
    reason,
    content_type,
    byte_size,
    case when format is not null then jsonb_build_object(
        'format', format, 'width', width, 'height', height, 'blurhash', blurhash, 'colour', colour,
        'variants', variants
    ) end as processed,
    version,
    requested_at,
    changed_at,
    case when shown_by_id is not null then jsonb_build_object('kind', shown_by_kind, 'id', shown_by_id) end
        as shown_by,
    shown_until
