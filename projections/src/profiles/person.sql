-- Those of `scanned (user_id, key)` as viewer $1 sees them, null where a person is hidden.
select
    scanned.key,
    people.user_id,
    people.handle,
    people.display_name,
    people.bio,
    people.links,
    people.avatar_media_id,
    people.banner_media_id,
    people.follower_count,
    people.following_count,
    people.post_count,
    people.version,
    people.created_at,
    exists (
        select from profiles.follows
        where follows.follower_id = $1 and follows.followee_id = people.user_id
    ) as followed_by_me,
    exists (
        select from profiles.follows
        where follows.follower_id = people.user_id and follows.followee_id = $1
    ) as follows_me
from scanned
left join profiles.people on people.user_id = scanned.user_id and people.active
