-- Takes letter $1, if it is still to be sent. The sweep gives up the letters that came too late.
update vault.outbox
set attempts = attempts + 1
where id = $1
  and sent_at is null
  and gave_up_at is null
  and created_at > now() - interval '1 day'
  and (not_after is null or not_after > now())
returning id, recipient, language, subject, body, attempts
