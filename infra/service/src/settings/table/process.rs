//! Variables that concern a process as a whole.

use super::{Group, Variable};

/// The services that a process needs, and its roles and ports.
pub const SERVICES: Group = Group {
    title: "Services, roles, ports",
    variables: &[
        Variable::new(
            "DATABASE_URL",
            "– (a private one under `madang up`)",
            "PostgreSQL 15 or newer. On the same machine its socket is best: \
             `postgres://madang@localhost/madang?host=/var/run/postgresql`",
        ),
        Variable::new(
            "NATS_URL",
            "– (a private one under `madang up`)",
            "NATS 2.9 or newer with JetStream; the servers of a cluster with commas between them",
        ),
        Variable::new(
            "MADANG_ROLES",
            "`api,relay,projector,media`",
            "what a process does. `madang serve --roles` says the same",
        ),
        Variable::new(
            "MADANG_LISTEN",
            "`127.0.0.1:8080`",
            "the address of the public port of `madang serve`. Only the role `api` takes it. `madang serve --listen` \
             says the same; `madang up` has `--host` and `--port` for it",
        ),
        Variable::new(
            "MADANG_OPS_LISTEN",
            "nowhere (under `madang up` the port after the public one, on this machine)",
            "the address of `/healthz`, `/readyz` and `/metrics`, which a process serves there in every role. `madang \
             serve --ops-listen` says the same. Keep this port from the public: metrics show which routes are used how \
             much",
        ),
        Variable::new(
            "MADANG_DB_CONNECTIONS",
            "`16`",
            "the size of the pool of connections to Postgres. Half as many more are for reading, the appender has two \
             more, the relay, the sender of letters and the counter of views one each, each runner up to two",
        ),
        Variable::new(
            "MADANG_ALLOW_UNSAFE_POSTGRES",
            "`false`",
            "run on a Postgres with `fsync`, `synchronous_commit` or `full_page_writes` off",
        ),
    ],
};

/// The log lines that are written, and their form.
pub const LOGS: Group = Group {
    title: "Log lines",
    variables: &[
        Variable::new(
            "MADANG_LOG",
            "`info,…`",
            "levels by module; `info,api=debug` shows every request. The default shows less of some libraries",
        ),
        Variable::new("MADANG_LOG_FORMAT", "`pretty`", "`pretty` for people, `json` for machines"),
    ],
};

/// The way of events into read models.
pub const EVENTS: Group = Group {
    title: "Events and read models",
    variables: &[
        Variable::new(
            "MADANG_CONSISTENCY_BOUND_MS",
            "`1000`",
            "how long a query waits for its caller's own writes",
        ),
        Variable::new(
            "MADANG_MERGE_THRESHOLD",
            "`10000`",
            "authors with more followers than this are merged into timelines at read. A change takes effect with \
             `madang rebuild timelines`",
        ),
        Variable::new(
            "MADANG_PAGE_CACHE_MB",
            "`32`",
            "memory for first pages of timelines that nothing has touched since they were read \
             (`madang_timeline_pages_total` tells how many came from there); 0 reads each page from Postgres",
        ),
        Variable::new("MADANG_STREAM_MAX_BYTES", "`1073741824` (1 GiB)", "how much of the log NATS keeps"),
        Variable::new("MADANG_STREAM_MAX_AGE_SECONDS", "`604800` (7 days)", "how long NATS keeps an event"),
        Variable::new(
            "MADANG_STREAM_REPLICAS",
            "`1`",
            "on how many servers of a NATS cluster each event is kept: 3 survives the loss of one. Counts when the \
             stream is made; `nats stream edit` changes a stream that is there",
        ),
        Variable::new(
            "MADANG_VIEWS_EVERY_SECONDS",
            "`5`",
            "how often looks at posts are written down and counted. When Postgres is away for so long that a process \
             has 65,536 looks in memory, the process drops further ones, which `madang_views_dropped_total` tells",
        ),
        Variable::new(
            "MADANG_PROJECTOR_DELAY_MS",
            "`0`",
            "slows every projector's batch on purpose, for tests",
        ),
    ],
};

/// Variables that other programs than a server read.
pub const ELSEWHERE: Group = Group {
    title: "Private stack and commands",
    variables: &[
        Variable::elsewhere(
            "MADANG_PG_BIN",
            "the private stack of `madang up` and of tests",
            "found on the path",
            "the folder of Postgres' programs",
        ),
        Variable::elsewhere(
            "MADANG_NATS_SERVER",
            "the private stack of `madang up` and of tests",
            "found on the path",
            "the program `nats-server`",
        ),
        Variable::elsewhere(
            "MADANG_OPERATOR_TOKEN",
            "`madang import`",
            "–",
            "an operator's token, which `madang token` prints",
        ),
    ],
};
