-- Inserts no row where another request was quicker: to the name, for the same person, or with the same key.
with named as (
    insert into vault.alias_names (post_id, name) values ($3, $4)
    on conflict do nothing
    returning post_id
)

insert into vault.aliases (alias_id, user_id, post_id, key_hash, key_until)
select $1, $2, post_id, $5, case when $5 is not null then clock_timestamp() + interval '1 day' end
from named
on conflict do nothing
