-- The people of `scanned (user_id, key)` as viewer $1 sees them, null where a person is hidden: they have
-- left, or are hidden for one of the reasons that follow here.
select
    scanned.key,
    people.user_id,
    people.handle,
    people.display_name,
    people.bio,
    people.links,
    people.avatar_media_id,
    people.banner_media_id,
    people.private,
    people.pinned_post_ids,
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
    ) as follows_me,
    exists (
        select from profiles.follow_requests as asked
        where asked.follower_id = $1 and asked.followee_id = people.user_id
    ) as follow_requested_by_me,
    exists (
        select from profiles.hidden
        where hidden.viewer_id = $1 and hidden.user_id = people.user_id and hidden.reason = 'blocks'
    ) as blocked_by_me,
    exists (
        select from profiles.hidden
        where hidden.viewer_id = $1 and hidden.user_id = people.user_id and hidden.reason = 'mutes'
    ) as muted_by_me
from scanned
left join profiles.people
    on people.user_id = scanned.user_id
    and people.active
    and not exists (
        select from profiles.hidden
        where hidden.viewer_id = $1 and hidden.user_id = people.user_id
          and hidden.reason in (
