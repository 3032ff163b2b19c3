(event_type = 'UserRegistered' and payload ->> 'handle' = '')
or (event_type = 'HandleChanged' and payload ->> 'handle' = '' and payload ->> 'previous' = '')
or (event_type = 'ProfileChanged' and payload ->> 'display_name' = '')
or (event_type in ('PostPublished', 'PostEdited') and payload ->> 'text' = ''
    and not jsonb_path_exists(payload, '$.photos[*] ? (@.blurhash != "")'))
or (event_type in ('CommentWritten', 'CommentEdited') and payload ->> 'text' = '')
or (event_type = 'MediaProcessed' and payload ->> 'blurhash' = '')
or (event_type in ('TagFollowed', 'TagUnfollowed') and payload ->> 'tag' = '')
