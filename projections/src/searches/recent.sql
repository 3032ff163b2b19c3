select recent.search_id, said.query, recent.searched_at
from searches.recent
join vault.searches as said on said.search_id = recent.search_id and said.user_id = recent.user_id
where recent.user_id = $1 and strpos(said.key, $2) > 0
order by starts_with(said.key, $2) desc, recent.position desc
limit $3
