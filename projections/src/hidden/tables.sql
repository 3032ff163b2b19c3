-- Whom a viewer is not shown, and why: whom they block or mute, and who blocks them.
create table hidden (
    viewer_id uuid not null,
    user_id uuid not null,
    reason text not null,
    primary key (viewer_id, user_id, reason)
);
