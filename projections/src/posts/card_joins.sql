left join posts.posts on posts.post_id = scanned.post_id
left join posts.likes as mine on mine.target_id = posts.post_id and mine.user_id = $1
left join posts.authors on authors.user_id = posts.author_id and (
