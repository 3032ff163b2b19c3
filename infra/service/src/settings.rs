//! Settings from the environment, read once: the rest of the program sees only checked values. [`table`]
//! lists all variables for those who run the service.

mod embedder;
mod letters;
mod meili;
mod oauth;
mod s3;
mod secret;
pub mod table;
#[cfg(test)]
mod tests;
mod web;

pub use embedder::EmbedderSettings;
pub use meili::MeiliSettings;
pub use oauth::{OAuthProvider, OAuthService};
pub use s3::S3Settings;
pub use secret::Secret;
pub use web::{Networks, Origins, WebUrl};

use letters::{SmsUrl, SmtpUrl};
use lettre::message::Mailbox;
use projections::timelines::Limits;
use std::{borrow::Cow, fmt, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};
use tracing_subscriber::EnvFilter;

/// The settings of one process. Each field's text names the environment variable that sets the field.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `DATABASE_URL`: the Postgres that holds the log, the read models and the vault. Required.
    pub database_url: Secret,
    /// `NATS_URL`: the NATS (with JetStream) that carries events; several servers of a cluster with commas
    /// between them. Required.
    pub nats_url: Secret,
    /// `MADANG_LISTEN`: the address where HTTP is served; 127.0.0.1:8080.
    pub listen: SocketAddr,
    /// `MADANG_OPS_LISTEN`: the address where `/healthz`, `/readyz` and `/metrics` are served, in every role;
    /// nowhere by default. The address is for those who run the service: a person who reaches it sees which
    /// routes are used how much.
    pub ops_listen: Option<SocketAddr>,
    /// `MADANG_ROLES`: the roles of this process, as in `api,relay,projector,media`; all roles by default.
    pub roles: Roles,
    /// `MADANG_LOG` and `MADANG_LOG_FORMAT`: the log lines that are written, and their form.
    pub log: LogSettings,
    /// `MADANG_CONSISTENCY_BOUND_MS`: the longest time that a query waits for its caller's own writes; 1000.
    pub consistency_bound: Duration,
    /// `MADANG_MERGE_THRESHOLD`: the number of followers above which an author's posts are merged into
    /// timelines when these are read, instead of written to each follower; 10000.
    pub merge_threshold: u64,
    /// The limits on what timelines store and do at once. No variable sets them: the best values depend on
    /// Madang's own queries. Tests make them small, so that small data meets every case.
    pub timeline_limits: Limits,
    /// `MADANG_PAGE_CACHE_MB`: the most memory for first pages of timelines that were read lately and that
    /// nothing has touched since; 32, and 0 means that each page is read from Postgres.
    pub page_cache_mb: u32,
    /// `MADANG_RATE_LIMIT_PER_MINUTE`: the number of requests that a caller may make in a minute; 600, and 0
    /// means no limit.
    pub rate_limit_per_minute: u32,
    /// `MADANG_MAX_CONNECTIONS`: the number of clients that may be connected at once; 12000. Further clients
    /// wait.
    pub max_connections: usize,
    /// `MADANG_IDLE_SECONDS`: the longest time that a connection may rest before its next request is there
    /// whole; 75, which is longer than common proxies keep theirs.
    pub idle_timeout: Duration,
    /// `MADANG_STALL_SECONDS`: the longest time that a client may take nothing of its answer, or send nothing
    /// of a photo; 30.
    pub stall_timeout: Duration,
    /// `MADANG_TOKEN_TTL_SECONDS`: the time for which an access token is good; 600.
    pub token_ttl: Duration,
    /// `MADANG_ALLOWED_ORIGINS`: the origins, with commas between them, whose pages may call with cookies.
    /// Without any, pages of all origins may call, but only with a bearer token that they were given.
    pub allowed_origins: Origins,
    /// `MADANG_TRUSTED_PROXIES`: the addresses or networks, with commas between them, of proxies whose
    /// `X-Forwarded-For` names the caller; none.
    pub trusted_proxies: Networks,
    /// `MADANG_WEB_URL`: the address of the pages for people, to which letters link; http://localhost:8080.
    pub web_url: WebUrl,
    /// `MADANG_PUBLIC_URL`: the address of this API as it is reached from outside, to which other services
    /// send people back; http://localhost:8080.
    pub public_url: WebUrl,
    /// `MADANG_OAUTH_PROVIDERS`: the services that people may log in with, with commas between them. Each
    /// needs variables of its own.
    pub oauth_providers: Vec<OAuthProvider>,
    /// `MADANG_DB_CONNECTIONS`: the most connections to Postgres that this process opens; 16.
    pub database_connections: u32,
    /// `MADANG_ALLOW_UNSAFE_POSTGRES`: the permission to start on a Postgres that may lose data which it said
    /// it stored (`fsync`, `synchronous_commit` or `full_page_writes` off); false.
    pub allow_unsafe_postgres: bool,
    /// `MADANG_STREAM_MAX_BYTES`: the size up to which NATS keeps the event stream, in bytes; 1073741824 (1
    /// GiB).
    pub stream_max_bytes: u64,
    /// `MADANG_STREAM_MAX_AGE_SECONDS`: the time for which NATS keeps an event; 604800 (7 days).
    pub stream_max_age: Duration,
    /// `MADANG_STREAM_REPLICAS`: the number of servers of a NATS cluster on which each event is stored, 1 to
    /// 5; 1.
    pub stream_replicas: usize,
    /// `S3_ENDPOINT` and its kin: the storage of files; without it there are no photos and no exports.
    pub s3: Option<S3Settings>,
    /// `MADANG_MEDIA_GRACE_SECONDS`: the time for which a photo stays that nothing came to show; 86400 (a
    /// day).
    pub media_grace: Duration,
    /// `MEILI_URL` and its kin: the Meilisearch that searches; without it each `api` process searches by itself.
    pub meili: Option<MeiliSettings>,
    /// `MADANG_SEARCH_DIR`: the folder of this process's search index; without it the index is in a temporary
    /// folder, which is filled anew at each start.
    pub search_dir: Option<PathBuf>,
    /// `MADANG_EMBEDDER_URL` and its kin: the model that makes vectors of texts; without it this process
    /// makes the vectors, of wording only.
    pub embedder: Option<EmbedderSettings>,
    /// `MADANG_VIEWS_EVERY_SECONDS`: the pause after which looks at posts are written down and counted; 5.
    pub views_every: Duration,
    /// `MADANG_POPULAR_SEARCHES_EVERY_SECONDS`: the pause after which popular searches are counted anew; 300,
    /// and 0 counts for each request.
    pub popular_searches_every: Duration,
    /// `SMTP_URL`: the mail server; without it e-mail waits in the queue.
    pub smtp_url: Option<Secret>,
    /// `MADANG_MAIL_FROM`: the sender of e-mail; `Madang <no-reply@localhost>`.
    pub mail_from: Mailbox,
    /// `SMS_URL`: the service that takes `{"to", "text"}` by POST and sends an SMS; without it SMS wait in
    /// the queue.
    pub sms_url: Option<Secret>,
    /// `SMS_TOKEN`: the token that is shown to `SMS_URL` as `Authorization: Bearer …`.
    pub sms_token: Option<Secret>,
    /// True if letters for which no server is named can be read at `/dev/mailbox`. No variable sets it:
    /// anyone could read the letters there, so only `madang up` sets it.
    pub dev_mailbox: bool,
    /// The past that is served instead of the present (see [`history::past`]). No variable sets it, only
    /// `madang serve --as-of`.
    pub as_of: Option<String>,
    /// `MADANG_PROJECTOR_DELAY_MS`: the pause that slows every projector's batch on purpose, for tests; 0.
    pub projector_delay: Duration,
}

/// The settings of logging: the log lines that are written, and their form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// `MADANG_LOG`: the levels by module, as in `info,sqlx=warn`.
    pub filter: String,
    /// `MADANG_LOG_FORMAT`: the form, `pretty` (the default) or `json`.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Pretty,
    /// Lines for machines: one JSON object a line.
    Json,
}

/// The roles of a process; any mix, on any number of machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// True if the process serves HTTP.
    pub api: bool,
    /// True if the process publishes events to NATS when no other process does.
    pub relay: bool,
    /// True if the process builds read models when no other process does.
    pub projector: bool,
    /// True if the process checks uploaded photos, and deletes files that nothing shows.
    pub media: bool,
}

/// The variable that is missing or can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The variable is not set, and has no default.
    #[error("{name} is not set; it looks like {hint}")]
    Missing {
        /// The variable.
        name: Cow<'static, str>,
        /// An example of its value.
        hint: &'static str,
    },
    /// The variable has a value that it may not have. The value itself may be a secret and is not shown.
    #[error("{name} can't be used: expected {expected}")]
    Unusable {
        /// The variable.
        name: Cow<'static, str>,
        /// The values that it may have.
        expected: &'static str,
    },
}

const DEFAULT_FILTER: &str = "info,sqlx=warn,async_nats=warn,hyper=warn,tower_http=info,s3s=off";

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable that is missing or can't be used.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// The defaults, with these two services.
    #[must_use]
    pub fn new(database_url: &str, nats_url: &str) -> Self {
        Self::read(|name| match name {
            "DATABASE_URL" => Some(database_url.to_owned()),
            "NATS_URL" => Some(nats_url.to_owned()),
            _ => None,
        })
        .expect("the defaults are valid and nothing else is required")
    }

    /// Reads each variable by `variable`; an empty value counts as unset.
    ///
    /// # Errors
    /// The first variable that is missing or can't be used.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let env = Variables(&variable);
        Ok(Self {
            database_url: env.required("DATABASE_URL", "postgres://user:password@host:5432/database")?.into(),
            nats_url: env.required("NATS_URL", "nats://host:4222")?.into(),
            listen: env.or("MADANG_LISTEN", "an address and port such as 127.0.0.1:8080", || {
                SocketAddr::from(([127, 0, 0, 1], 8080))
            })?,
            ops_listen: env.optional("MADANG_OPS_LISTEN", "an address and port such as 127.0.0.1:9090")?,
            roles: env.or("MADANG_ROLES", "some of api,relay,projector,media", || Roles::ALL)?,
            log: LogSettings::read(&variable)?,
            consistency_bound: env.millis("MADANG_CONSISTENCY_BOUND_MS", 1_000)?,
            merge_threshold: env.or("MADANG_MERGE_THRESHOLD", NUMBER, || 10_000)?,
            timeline_limits: Limits::default(),
            page_cache_mb: env.or("MADANG_PAGE_CACHE_MB", NUMBER, || 32)?,
            rate_limit_per_minute: env.or("MADANG_RATE_LIMIT_PER_MINUTE", NUMBER, || 600)?,
            max_connections: env.or("MADANG_MAX_CONNECTIONS", FROM_ONE, || NonZero(12_000))?.0,
            idle_timeout: env.seconds_from_one("MADANG_IDLE_SECONDS", 75)?,
            stall_timeout: env.seconds_from_one("MADANG_STALL_SECONDS", 30)?,
            token_ttl: env.seconds("MADANG_TOKEN_TTL_SECONDS", 600)?,
            allowed_origins: env.or("MADANG_ALLOWED_ORIGINS", ORIGINS, Origins::default)?,
            trusted_proxies: env.or("MADANG_TRUSTED_PROXIES", NETWORKS, Networks::default)?,
            web_url: env.or("MADANG_WEB_URL", "an address such as https://example.kr", WebUrl::default)?,
            public_url: env.or(
                "MADANG_PUBLIC_URL",
                "an address such as https://api.example.kr",
                WebUrl::default,
            )?,
            oauth_providers: oauth::read(&env)?,
            database_connections: env.or("MADANG_DB_CONNECTIONS", "a number from 4", || Connections(16))?.0,
            allow_unsafe_postgres: env.or("MADANG_ALLOW_UNSAFE_POSTGRES", "true or false", || Flag(false))?.0,
            stream_max_bytes: env.or("MADANG_STREAM_MAX_BYTES", NUMBER, || 1 << 30)?,
            stream_max_age: env.seconds("MADANG_STREAM_MAX_AGE_SECONDS", 7 * 24 * 3_600)?,
            stream_replicas: env.or("MADANG_STREAM_REPLICAS", "a number from 1 to 5", || Replicas(1))?.0,
            s3: s3::read(&env)?,
            media_grace: env.seconds("MADANG_MEDIA_GRACE_SECONDS", 24 * 3_600)?,
            meili: meili::read(&env)?,
            search_dir: env.text("MADANG_SEARCH_DIR").map(PathBuf::from),
            embedder: embedder::read(&env)?,
            views_every: env.seconds_from_one("MADANG_VIEWS_EVERY_SECONDS", 5)?,
            popular_searches_every: env.seconds("MADANG_POPULAR_SEARCHES_EVERY_SECONDS", 300)?,
            smtp_url: env.optional("SMTP_URL", SMTP)?.map(|SmtpUrl(url)| url),
            mail_from: env.or(
                "MADANG_MAIL_FROM",
                "an address such as Madang <no-reply@example.kr>",
                || Mailbox::new(Some("Madang".to_owned()), NO_REPLY.parse().expect("it is an address")),
            )?,
            sms_url: env.optional("SMS_URL", "https://host/path")?.map(|SmsUrl(url)| url),
            sms_token: env.text("SMS_TOKEN").map(Secret::from),
            dev_mailbox: false,
            as_of: None,
            projector_delay: env.millis("MADANG_PROJECTOR_DELAY_MS", 0)?,
        })
    }
}

impl LogSettings {
    /// Reads the process's environment; apart from [`Settings`], because logging starts before the services
    /// are known.
    ///
    /// # Errors
    /// The variable that can't be used.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let env = Variables(&variable);
        let filter = env.text("MADANG_LOG").unwrap_or_else(|| DEFAULT_FILTER.to_owned());
        if EnvFilter::try_new(&filter).is_err() {
            let expected = "levels by module such as info,sqlx=warn";
            return Err(SettingsError::Unusable { name: "MADANG_LOG".into(), expected });
        }
        let format = env.or("MADANG_LOG_FORMAT", "pretty or json", || LogFormat::Pretty)?;
        Ok(Self { filter, format })
    }
}

impl Roles {
    /// All roles, as on a single machine.
    pub const ALL: Self = Self { api: true, relay: true, projector: true, media: true };
}

impl FromStr for Roles {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let mut roles = Self { api: false, relay: false, projector: false, media: false };
        for role in text.split(',').map(str::trim) {
            match role {
                "api" => roles.api = true,
                "relay" => roles.relay = true,
                "projector" => roles.projector = true,
                "media" => roles.media = true,
                _ => return Err(UnknownRole),
            }
        }
        Ok(roles)
    }
}

/// A word that names no role.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("expected some of api,relay,projector,media")]
pub struct UnknownRole;

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            [(self.api, "api"), (self.relay, "relay"), (self.projector, "projector"), (self.media, "media")];
        let names: Vec<_> = named.into_iter().filter_map(|(on, name)| on.then_some(name)).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

const NETWORKS: &str = "addresses or networks such as 10.0.0.0/8, with commas between them";
const ORIGINS: &str = "origins such as https://example.kr, with commas between them";
const SMTP: &str = "smtp://user:password@host:587?tls=required or smtps://user:password@host";
const NO_REPLY: &str = "no-reply@localhost";
const NUMBER: &str = "a whole number";
const FROM_ONE: &str = "a whole number from 1";

struct Flag(bool);

impl FromStr for Flag {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "true" | "1" | "yes" => Ok(Self(true)),
            "false" | "0" | "no" => Ok(Self(false)),
            _ => Err(()),
        }
    }
}

/// A number of connections: fewer than four leave none for queries once relay and projectors hold theirs.
struct Connections(u32);

impl FromStr for Connections {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|&n| n >= 4).map(Self).ok_or(())
    }
}

/// A number of replicas that NATS allows.
struct Replicas(usize);

impl FromStr for Replicas {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|n| (1..=5).contains(n)).map(Self).ok_or(())
    }
}

/// A number that would stop all service if it were 0.
struct NonZero(usize);

impl FromStr for NonZero {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|&n| n > 0).map(Self).ok_or(())
    }
}

struct Variables<'a, F>(&'a F);

impl<F: Fn(&str) -> Option<String>> Variables<'_, F> {
    fn text(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str, hint: &'static str) -> Result<String, SettingsError> {
        self.text(name).ok_or(SettingsError::Missing { name: name.into(), hint })
    }

    fn or<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
        default: impl FnOnce() -> T,
    ) -> Result<T, SettingsError> {
        match self.text(name) {
            None => Ok(default()),
            Some(value) => {
                value.trim().parse().map_err(|_| SettingsError::Unusable { name: name.into(), expected })
            }
        }
    }

    fn optional<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, SettingsError> {
        let parsed = self.text(name).map(|value| value.trim().parse());
        parsed.transpose().map_err(|_| SettingsError::Unusable { name: name.into(), expected })
    }

    fn millis(&self, name: &'static str, default: u64) -> Result<Duration, SettingsError> {
        self.or(name, "a number of milliseconds", || default).map(Duration::from_millis)
    }

    fn seconds(&self, name: &'static str, default: u64) -> Result<Duration, SettingsError> {
        self.or(name, "a number of seconds", || default).map(Duration::from_secs)
    }

    fn seconds_from_one(&self, name: &'static str, default: usize) -> Result<Duration, SettingsError> {
        let seconds = self.or(name, FROM_ONE, || NonZero(default))?;
        Ok(Duration::from_secs(seconds.0 as u64))
    }
}
