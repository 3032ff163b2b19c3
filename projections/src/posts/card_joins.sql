left join posts.posts on posts.post_id = scanned.post_id
-- Who has left is hidden from all but themself.
left join posts.authors
    on authors.user_id = posts.author_id and (authors.active or authors.user_id = $1)
left join posts.likes as mine on mine.target_id = posts.post_id and mine.user_id = $1
