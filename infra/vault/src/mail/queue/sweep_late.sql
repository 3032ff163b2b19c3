-- Gives up, and empties, the letters that nobody could send in time.
update vault.outbox
set gave_up_at = clock_timestamp(),
    recipient = '', subject = '', body = '',
    last_error = coalesce(last_error, 'nothing sent it in time')
where sent_at is null
  and gave_up_at is null
  and (created_at <= now() - interval '1 day' or not_after <= now())
