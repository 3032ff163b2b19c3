-- The tags that posts $1 no longer carry, now that they carry these: each of $2 with its post in $3.
delete from tagged
where
    post_id = any($1::uuid[])
    and not exists (
        select from unnest($2::text[], $3::uuid[]) as present (tag, post_id)
        where present.tag = tagged.tag and present.post_id = tagged.post_id
    )
returning tag
