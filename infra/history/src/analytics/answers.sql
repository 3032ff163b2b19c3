-- Days and weeks are Seoul's; a week begins on Monday. People who act anonymously are known by an alias for each post,
-- so they are counted as authors of posts and never as people.

create view analytics.people as
select aggregate_id as user_id, min(recorded_at) as registered_at
from analytics.user_registered group by aggregate_id;
comment on view analytics.people is 'Everyone who ever registered.';

create view analytics.activity as
select distinct user_id, (events.recorded_at at time zone 'Asia/Seoul')::date as day
from public.events
join analytics.people on people.user_id = (events.metadata ->> 'actor')::uuid;
comment on view analytics.activity is 'The days on which each person did something that the log knows.';

create view analytics.daily_actives as
select day, count(*) as people from analytics.activity group by day order by day;
comment on view analytics.daily_actives is 'How many people did something on each day.';

create view analytics.retention_by_week as
with cohorts as (
    select user_id, date_trunc('week', registered_at at time zone 'Asia/Seoul')::date as cohort from analytics.people
), sizes as (
    select cohort, count(*) as size from cohorts group by cohort
), weeks as (
    select distinct user_id, date_trunc('week', day)::date as week from analytics.activity
)
select cohort, (week - cohort) / 7 as weeks_later, count(*) as people, size as of_people,
    round(count(*)::numeric / size, 4) as share
from weeks join cohorts using (user_id) join sizes using (cohort)
where week >= cohort
group by cohort, week, size
order by cohort, week;
comment on view analytics.retention_by_week is
    'Of those who registered in a week, how many did something so many weeks later.';

create view analytics.cohort_table as
select cohort, max(of_people) as people,
    max(share) filter (where weeks_later = 0) as week_0, max(share) filter (where weeks_later = 1) as week_1,
    max(share) filter (where weeks_later = 2) as week_2, max(share) filter (where weeks_later = 3) as week_3,
    max(share) filter (where weeks_later = 4) as week_4, max(share) filter (where weeks_later = 5) as week_5,
    max(share) filter (where weeks_later = 6) as week_6, max(share) filter (where weeks_later = 7) as week_7,
    max(share) filter (where weeks_later = 8) as week_8
from analytics.retention_by_week group by cohort order by cohort;
comment on view analytics.cohort_table is 'The shares of retention_by_week side by side, up to eight weeks later.';

create view analytics.posts_per_day as
select (recorded_at at time zone 'Asia/Seoul')::date as day, count(*) as posts, count(distinct author_id) as authors
from analytics.post_published group by 1 order by 1;
comment on view analytics.posts_per_day is 'Posts published on each day, those deleted since included.';

create view analytics.likes_per_day as
select (recorded_at at time zone 'Asia/Seoul')::date as day, count(*) as likes,
    count(*) filter (where target_kind = 'post') as of_posts,
    count(*) filter (where target_kind = 'comment') as of_comments
from analytics.liked group by 1 order by 1;
comment on view analytics.likes_per_day is 'Likes given on each day, those taken back since included.';

create view analytics.follower_growth as
with changes as (
    select followee_id as user_id, (recorded_at at time zone 'Asia/Seoul')::date as day, 1 as gained, 0 as lost
    from analytics.followed
    union all
    select followee_id, (recorded_at at time zone 'Asia/Seoul')::date, 0, 1 from analytics.unfollowed
)
select user_id, day, sum(gained) as gained, sum(lost) as lost,
    sum(sum(gained - lost)) over (partition by user_id order by day) as followers
from changes group by user_id, day order by user_id, day;
comment on view analytics.follower_growth is
    'Followers that each person gained and lost on a day, and how many they had at its end.';

create view analytics.time_to_first_comment as
select post.aggregate_id as post_id, post.recorded_at as published_at, first.at as first_comment_at,
    first.at - post.recorded_at as waited
from analytics.post_published as post
join (
    select post_id, min(recorded_at) as at from analytics.comment_written group by post_id
) as first on first.post_id = post.aggregate_id;
comment on view analytics.time_to_first_comment is 'How long each post waited for its first comment, where it got one.';
