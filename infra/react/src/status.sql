select
    reaction.name,
    reaction.position,
    greatest(log.head - reaction.position, 0) as lag,
    exists (
        select from public.leases
        where leases.name = 'reaction ' || reaction.name and leases.expires_at > now()
    ) as is_led,
    reaction.stopped_because,
    (select count(*) from public.parked_reactions as parked where parked.reaction = reaction.name) as parked_count,
    (select coalesce(json_agg(first), '[]') from (
        select position, event_type, error from public.parked_reactions as parked
        where parked.reaction = reaction.name order by position limit 20
    ) as first) as parked
from public.reactions as reaction
cross join public.log
order by reaction.name
