-- The people whom a viewer is not shown, and the reason: the viewer blocks or mutes them, or they block the
-- viewer.
create table hidden (
    viewer_id uuid not null,
    user_id uuid not null,
    reason text not null,
    primary key (viewer_id, user_id, reason)
);
