-- Roles belong to the whole server, so another database of it may have made this one, and whoever runs Madang may lack
-- the right to.
do $$
begin
    if not exists (select from pg_roles where rolname = 'madang_analyst') then
        begin
            create role madang_analyst nologin;
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise warning 'the role madang_analyst can''t be made; create it, then grant it what projections/README.md says';
        end;
    end if;
    if exists (select from pg_roles where rolname = 'madang_analyst') then
        grant usage on schema analytics to madang_analyst;
        grant select on all tables in schema analytics to madang_analyst;
    end if;
end
$$;
