-- What is to be done beside requests, at once or at a time: put here in the transaction that causes it, done afterwards by
-- whichever process is free. A payload holds ids; words and addresses stay in the vault.
create table jobs (
    kind text not null,
    -- What the job is about. Within a kind there is one job for each key: asking twice is asking once.
    key text not null,
    payload jsonb not null,
    -- Whose turn the job takes: the first of each lane goes before the second of any.
    lane uuid,
    enqueued_at timestamptz not null default clock_timestamp(),
    -- Whoever takes a job moves this on again and again: nobody else takes it meanwhile, and if they die, others do.
    due_at timestamptz not null default clock_timestamp(),
    -- How often the job was tried, the try under way included.
    attempts integer not null default 0,
    -- Names the try under way: whoever was replaced meanwhile settles nothing any more.
    lease uuid,
    -- When the job is due once more, where it was asked for while it ran.
    again_at timestamptz,
    gave_up_at timestamptz,
    -- Why the last try failed, in words that tell nothing personal.
    last_error text,
    primary key (kind, key)
);
create index jobs_due on jobs (kind, due_at) where gave_up_at is null;
create index jobs_gave_up_at on jobs (gave_up_at) where gave_up_at is not null;
