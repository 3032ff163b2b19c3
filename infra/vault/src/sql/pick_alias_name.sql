-- A name that was not given under post $1 yet: one of the first $2 while there is one, then a numbered one,
-- any of so many that two requests at once seldom pick the same.
select coalesce(
    (
        select plain.name
        from generate_series(0, $2 - 1) as plain (name)
        where not exists (
            select from vault.alias_names as given where given.post_id = $1 and given.name = plain.name
        )
        order by random()
        limit 1
    ),
    $2 + floor(
        random() * (select 2 * count(*) from vault.alias_names as given where given.post_id = $1)
    )::integer
)
