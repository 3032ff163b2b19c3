//! Variables that concern callers: limits, logins, letters.

use super::{Group, Variable};

/// Connections, sessions, origins and addresses.
pub const HTTP: Group = Group {
    title: "HTTP",
    variables: &[
        Variable::new(
            "MADANG_RATE_LIMIT_PER_MINUTE",
            "`600`",
            "requests in a minute for each person or address, of pages as of the API; 0 is no limit",
        ),
        Variable::new(
            "MADANG_MAX_CONNECTIONS",
            "`12000`",
            "clients connected at once; more of them wait, which the log and `http_connections_waited_total` tell. \
             `ulimit -n` is raised as far as allowed",
        ),
        Variable::new(
            "MADANG_IDLE_SECONDS",
            "`75`",
            "how long a connection may rest before the head of its next request is there whole",
        ),
        Variable::new(
            "MADANG_STALL_SECONDS",
            "`30`",
            "how long a client may take nothing of its answer, or send nothing of a photo; a client below 4 KB/s uses this up",
        ),
        Variable::new(
            "MADANG_TOKEN_TTL_SECONDS",
            "`600`",
            "how long an access token is good for. A session is over when it was not refreshed for 30 days",
        ),
        Variable::new(
            "MADANG_ALLOWED_ORIGINS",
            "–",
            "origins, with commas between them, whose pages may call with cookies. Without any, all pages may call, but \
             only with a bearer token that they were given",
        ),
        Variable::new(
            "MADANG_TRUSTED_PROXIES",
            "–",
            "addresses or networks, with commas between them, of proxies whose `X-Forwarded-For` names the caller, \
             with or without a port. Behind a proxy that is not named here, all callers share one limit",
        ),
        Variable::new(
            "MADANG_WEB_URL",
            "`http://localhost:8080` (the server's own address under `madang up`)",
            "the address of the pages for people: letters link to `/account/reset-password#token=…` and \
             `/account/come-back#token=…` there. The server has plain pages of its own under these paths",
        ),
        Variable::new(
            "MADANG_PUBLIC_URL",
            "`http://localhost:8080` (the server's own address under `madang up`)",
            "the address of this API as it is reached from outside: other services send people back to \
             `/v1/oauth/{provider}/callback` there, and want to be told this address to the letter",
        ),
    ],
};

/// Other services that people log in with.
pub const LOGINS: Group = Group {
    title: "Logins elsewhere",
    variables: &[
        Variable::new(
            "MADANG_OAUTH_PROVIDERS",
            "–",
            "services that people may log in with, such as `google,kakao,naver,acme`. Each has the variables below, \
             with its name in upper case in the place of `<NAME>`",
        ),
        Variable::new("MADANG_OAUTH_<NAME>_CLIENT_ID", "–", "what the service gave you; required for each"),
        Variable::new(
            "MADANG_OAUTH_<NAME>_CLIENT_SECRET",
            "–",
            "what the service gave you; required for each",
        ),
        Variable::new(
            "MADANG_OAUTH_<NAME>_ISSUER",
            "known for `google` and `kakao`",
            "the OpenID Connect issuer. `naver` has none",
        ),
        Variable::new(
            "MADANG_OAUTH_<NAME>_SCOPES",
            "`email profile`; none for `kakao`",
            "what is asked for beside `openid`. Kakao refuses what your app was not allowed; where it was allowed: \
             `account_email profile_nickname`",
        ),
    ],
};

/// E-mail and SMS.
pub const LETTERS: Group = Group {
    title: "Letters",
    variables: &[
        Variable::new(
            "SMTP_URL",
            "– (a page at `/dev/mailbox` under `madang up`)",
            "the mail server: `smtps://user:password@host`, or `smtp://user:password@host:587?tls=required`. Without it \
             e-mail waits in the queue, for a day at most",
        ),
        Variable::new("MADANG_MAIL_FROM", "`Madang <no-reply@localhost>`", "the sender of e-mail"),
        Variable::new(
            "SMS_URL",
            "– (the same page under `madang up`)",
            "a service that takes `{\"to\": …, \"text\": …}` by POST, with `Authorization: Bearer SMS_TOKEN`, and sends \
             an SMS. Without it SMS wait in the queue",
        ),
        Variable::new("SMS_TOKEN", "–", "the token that is shown to `SMS_URL`"),
    ],
};
