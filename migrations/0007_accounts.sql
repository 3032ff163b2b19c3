-- Who someone is, as strangers on the internet may be asked: addresses, passwords, codes, sessions, keys.

-- One row a person. Written as pending before the event that registers them, active from that event on; a
-- pending row whose event never came is swept away, one whose event came while we fell is activated.
create table vault.accounts (
    user_id uuid primary key,
    state text not null check (state in ('pending', 'active')),
    -- People who were moved here from another service may have neither address nor password yet.
    email text,
    -- The form in which an address is unique.
    email_key text unique,
    password_hash text,
    -- In which letters are written.
    language text not null default 'ko' check (language in ('ko', 'en')),
    -- Only ever a number that was proved to be theirs.
    phone text,
    birth_year smallint,
    region text,
    interests text[] not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    check ((email is null) = (email_key is null))
);
create index accounts_pending on vault.accounts (created_at) where state = 'pending';

insert into vault.accounts (user_id, state, password_hash, created_at)
select user_id, state, password_hash, created_at from vault.credentials;
drop table vault.credentials;

-- A code of six digits that was sent somewhere, to be typed in within minutes.
create table vault.codes (
    id uuid primary key,
    purpose text not null check (purpose in ('sign_up', 'email', 'phone')),
    -- Whose; nobody's before they have signed up.
    user_id uuid,
    -- Where it was sent.
    recipient text not null,
    -- HMAC of id and code; null where no code is ever right, which its sender must not notice.
    code_hash bytea,
    tries_left smallint not null,
    sends_left smallint not null,
    next_send_at timestamptz not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (user_id, purpose)
);
create index codes_created_at on vault.codes (created_at);

-- What someone typed who wants to become a member; gone when they are one, or after a day.
create table vault.sign_ups (
    id uuid primary key references vault.codes on delete cascade,
    user_id uuid not null,
    email text not null,
    email_key text not null,
    password_hash text not null,
    handle text not null,
    display_name text not null,
    language text not null
);

-- What a link in a letter allows, once.
create table vault.links (
    -- SHA-256 of what the link carries.
    token_hash bytea primary key,
    purpose text not null check (purpose in ('password_reset', 'come_back')),
    user_id uuid not null,
    expires_at timestamptz not null,
    unique (user_id, purpose)
);
create index links_expires_at on vault.links (expires_at);

-- People who have left and may come back for thirty days.
create table vault.withdrawals (
    user_id uuid primary key,
    -- Pending before the event that hides them, active from it on, returning before the event that shows
    -- them again. Erasing once that has begun: there is no way back, and it is completed whatever happens.
    state text not null default 'pending' check (state in ('pending', 'active', 'returning', 'erasing')),
    withdrawn_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp()
);

-- Handles of people who were forgotten, by their HMAC: nobody can pose as them for a year.
create table vault.retired_handles (
    handle_hash bytea primary key,
    until timestamptz not null
);

-- Where someone is logged in: a family of refresh tokens of which only the newest is good.
create table vault.sessions (
    id uuid primary key,
    user_id uuid not null,
    -- How often it was refreshed.
    generation integer not null default 0,
    -- SHA-256 of the newest refresh token.
    token_hash bytea not null,
    rotated_at timestamptz,
    user_agent text not null,
    address inet not null,
    created_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index sessions_user on vault.sessions (user_id, last_seen_at desc);
create index sessions_ended_at on vault.sessions (ended_at) where ended_at is not null;
create index sessions_expires_at on vault.sessions (expires_at);

-- Every node must hear of it at once: access tokens of an ended session are worth nothing from then on.
create function vault.tell_ended() returns trigger language plpgsql as $$
begin
    perform pg_notify('madang_vault', 'session ' || new.id);
    return null;
end
$$;
create trigger tell_ended after update of ended_at on vault.sessions
for each row when (old.ended_at is null and new.ended_at is not null)
execute function vault.tell_ended();

-- Keys that sign access tokens: the newest active one signs, all of them verify.
create table vault.signing_keys (
    kid text primary key,
    -- The private half of an Ed25519 key.
    seed bytea not null check (length(seed) = 32),
    -- Later than created_at, so that every node and every reader of the key set knows it by then.
    active_from timestamptz not null,
    created_at timestamptz not null default clock_timestamp()
);
delete from vault.secrets where name = 'token_signing_key';

create function vault.tell_keys() returns trigger language plpgsql as $$
begin
    perform pg_notify('madang_vault', 'keys');
    return null;
end
$$;
create trigger tell_keys after insert or delete on vault.signing_keys
for each statement execute function vault.tell_keys();

-- How often something was tried that must not be tried without end. Keys are HMACs.
create table vault.attempts (
    kind text not null,
    key bytea not null,
    tries integer not null,
    -- No further try before.
    free_at timestamptz not null,
    last_at timestamptz not null,
    primary key (kind, key)
);
create index attempts_last_at on vault.attempts (last_at);

-- Counts a try; how many milliseconds to wait if there were too many, 0 if it may go on. After `burst` tries
-- each further one makes the next wait twice as long, from one second up to `longest`; after a rest of
-- `forgets` all is forgotten. Counting comes first, so that tries at the same time are counted, too.
create function vault.attempt(
    kind_ text, key_ bytea, burst integer, longest interval, forgets interval
) returns bigint language plpgsql as $$
declare
    now_at timestamptz := clock_timestamp();
    seen vault.attempts;
begin
    -- Who is put off costs no write: there may be thousands.
    select * into seen from vault.attempts where kind = kind_ and key = key_;
    if seen.free_at > now_at and seen.free_at <= now_at + longest and seen.last_at <= now_at then
        return greatest(1, extract(epoch from seen.free_at - now_at) * 1000)::bigint;
    end if;
    insert into vault.attempts as a (kind, key, tries, free_at, last_at)
    values (kind_, key_, 0, '-infinity', now_at)
    on conflict (kind, key) do update set last_at = a.last_at
    returning * into seen;
    -- Who came before us may have held the row for a while.
    now_at := clock_timestamp();
    if seen.last_at < now_at - forgets then
        seen.tries := 0;
        seen.free_at := '-infinity';
    end if;
    -- A clock that was set back makes nobody wait for longer.
    if seen.last_at > now_at then
        seen.free_at := least(seen.free_at, now_at + longest);
        update vault.attempts set free_at = seen.free_at, last_at = now_at where kind = kind_ and key = key_;
    end if;
    if seen.free_at > now_at then
        return greatest(1, extract(epoch from seen.free_at - now_at) * 1000)::bigint;
    end if;
    seen.tries := seen.tries + 1;
    update vault.attempts
    set tries = seen.tries,
        free_at = case
            when seen.tries < burst then '-infinity'::timestamptz
            else now_at + least(longest, interval '1 second' * power(2, least(seen.tries - burst, 20)))
        end,
        last_at = now_at
    where kind = kind_ and key = key_;
    return 0;
end
$$;
