-- Photos from the announcement of their upload until nothing is left of them in storage. What was made of the
-- bytes is known while they can be shown.
create table media (
    media_id uuid primary key,
    owner_id uuid not null,
    state text not null,
    -- Why it was refused or removed.
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
    -- What shows it; since when nothing does any more, if something did.
    shown_by_kind text,
    shown_by_id uuid,
    shown_until timestamptz
);

-- The projector itself finds by it what a thing showed before.
create index media_shown_by on media (shown_by_id) where shown_by_id is not null;
