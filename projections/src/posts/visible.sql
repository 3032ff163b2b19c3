-- True if viewer $1 may see a post of the author in `authors`.
authors.user_id = $1
or (
    authors.active
    and (
        not (posts.followers_only or authors.private)
        or exists (
            select from posts.follows where follows.follower_id = $1 and follows.followee_id = authors.user_id
        )
    )
    and not exists (
        select from posts.hidden where hidden.viewer_id = $1 and hidden.user_id = authors.user_id
    )
)
