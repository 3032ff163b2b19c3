-- What is to be sent by e-mail or SMS, put here in the transaction that causes it and sent afterwards. It holds
-- addresses, codes and links, so it is in the vault, and what is in a row goes once the row is done with: a
-- letter that was sent is deleted, one that was given up is emptied and stays a day for whoever asks why.
create table vault.outbox (
    -- Made of the time (UUIDv7), and in each letter's Message-ID: a repeat can be recognised.
    id uuid primary key,
    channel text not null check (channel in ('email', 'sms')),
    recipient text not null,
    language text not null check (language in ('ko', 'en')),
    subject text not null,
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    -- Of no use afterwards: a code, say.
    not_after timestamptz,
    -- Whoever takes a letter to send it moves this on: nobody else takes it meanwhile, and if they die, others do.
    next_attempt_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    -- Only set where nothing leaves: what the mailbox of `madang up` shows for a day.
    sent_at timestamptz,
    gave_up_at timestamptz,
    last_error text
);

create index outbox_due on vault.outbox (channel, next_attempt_at) where sent_at is null and gave_up_at is null;
