-- Logging in with an account elsewhere (OpenID Connect, OAuth 2).

-- Which accounts elsewhere open which accounts here. A row counts from when its account does, and goes with
-- an account whose registration never came to be.
create table vault.identities (
    provider text not null,
    -- Who they are there: never changes, unlike their address.
    subject text not null check (length(subject) between 1 and 255),
    user_id uuid not null references vault.accounts on delete cascade,
    linked_at timestamptz not null default clock_timestamp(),
    primary key (provider, subject),
    unique (user_id, provider)
);

-- Someone is on their way to a provider and back.
create table vault.oauth_flows (
    -- SHA-256 of what the provider sends back.
    state_hash bytea primary key,
    provider text not null,
    -- What the ID token must repeat.
    nonce text not null,
    -- What only we can show when the code is exchanged (PKCE).
    verifier text not null,
    -- SHA-256 of the cookie of the browser in which it began: it must end there.
    browser_hash bytea not null,
    -- The account that another way in is linked to; nobody's where someone logs in.
    user_id uuid,
    expires_at timestamptz not null
);
create index oauth_flows_expires_at on vault.oauth_flows (expires_at);

-- Someone came back, and who they are there is proved: what is left to do is done by a code.
create table vault.oauth_results (
    -- SHA-256 of the code.
    code_hash bytea primary key,
    provider text not null,
    subject text not null check (length(subject) between 1 and 255),
    email text,
    email_verified boolean not null,
    -- What the provider calls them.
    display_name text,
    browser_hash bytea not null,
    -- As in oauth_flows.
    user_id uuid,
    -- Of the person to be if they register; the same each time they try.
    new_user_id uuid not null,
    expires_at timestamptz not null
);
create index oauth_results_expires_at on vault.oauth_results (expires_at);
