-- Photos from the announcement of their upload until nothing is left of them in storage. The outcome of
-- processing the bytes is known while they can be shown.
create table media (
    media_id uuid primary key,
    owner_id uuid not null,
    state text not null,
    -- The reason why the media was refused or removed.
    reason text,
    content_type text not null,
    byte_size bigint not null,
    format text,
    width bigint,
    height bigint,
    blurhash text,
    colour text,
    variants jsonb,
    version bigint not null,
    requested_at timestamptz not null,
    changed_at timestamptz not null,
    -- The post or profile that shows the media; the time since when nothing does any more, if something did.
    shown_by_kind text,
    shown_by_id uuid,
    shown_until timestamptz
);

-- The index by which the projector itself finds what a post or profile showed before.
create index media_shown_by on media (shown_by_id) where shown_by_id is not null;
