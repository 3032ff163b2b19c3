-- A person has one row for each key (see vault.searches), so rows are people. The order of queries with
-- equally many people says nothing of who came when.
select said.key
from searches.recent
join vault.searches as said on said.search_id = recent.search_id
where
    recent.searched_at > $1
    and recent.searched_at <= $2
    and not exists (select from searches.away where away.user_id = recent.user_id)
group by said.key
having count(*) >= $3
order by count(*) desc, said.key
limit $4
