-- $1 window size: everyone's newest due posts, in the order of the entries' key.
insert into entries (owner_id, post_id, author_id)
select d.owner_id, d.post_id, d.author_id
from (
    select owner_id, post_id, author_id,
           row_number() over (partition by owner_id order by post_id desc) as place
    from (
        select p.author_id as owner_id, p.post_id, p.author_id
        from posts p
        union all
        select f.follower_id, p.post_id, p.author_id
        from posts p
        join follows f on f.followee_id = p.author_id
        where p.fanned_out
    ) due
) d
where d.place <= $1
