//! NATS as this log uses it: one stream for its events, plain messages for pokes and checkpoints.
//!
//! Each name of a stream or subject carries the log's id, which keeps tests and tenants of one NATS apart.

use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use service::settings::Settings;
use std::time::Duration;
use uuid::Uuid;

/// The longest time for one request to NATS, or for one acknowledgement.
const REQUEST: Duration = Duration::from_secs(5);

/// Headers of a message that carries an event. Ids travel here and never in subjects: the server keeps
/// some hundred bytes for each distinct subject for good.
pub mod header {
    /// The event's position in the log.
    pub const POSITION: &str = "Madang-Position";
    /// The id of the event's aggregate.
    pub const AGGREGATE_ID: &str = "Madang-Aggregate-Id";
    /// The event's sequence in the aggregate's stream.
    pub const SEQUENCE: &str = "Madang-Sequence";
    /// The correlation id of the request that caused the event.
    pub const CORRELATION_ID: &str = "Madang-Correlation-Id";
}

/// The limits of the stream: how much of the log NATS keeps, and how safely. The log itself keeps all events.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// The age at which messages are dropped.
    pub max_age: Duration,
    /// The stream's size in bytes beyond which the oldest messages are dropped.
    pub max_bytes: i64,
    /// The number of a cluster's servers that hold each message.
    pub replicas: usize,
}

impl From<&Settings> for StreamLimits {
    fn from(settings: &Settings) -> Self {
        Self {
            max_age: settings.stream_max_age,
            max_bytes: i64::try_from(settings.stream_max_bytes).unwrap_or(i64::MAX),
            replicas: settings.stream_replicas,
        }
    }
}

/// The reason why NATS could not be used.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// The address is no NATS address.
    #[error("NATS at {url} can't be used")]
    Connect {
        /// The addresses of all servers, without credentials.
        url: String,
        /// The client's error.
        #[source]
        source: async_nats::ConnectError,
    },
    /// JetStream refused or did not answer.
    #[error("JetStream failed: {0}")]
    JetStream(String),
}

/// A connection for one log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Nats {
    client: async_nats::Client,
    jetstream: jetstream::Context,
    log_id: Uuid,
    limits: StreamLimits,
}

impl Nats {
    /// Connects to NATS, now or as soon as a server is there: commands don't need NATS, so this call does not
    /// wait for a server. `url` names one server, or several of a cluster with commas between them.
    ///
    /// # Errors
    /// [`NatsError::Connect`] when the address itself can't be used.
    pub async fn connect(url: &str, log_id: Uuid, limits: StreamLimits) -> Result<Self, NatsError> {
        let client = async_nats::ConnectOptions::new()
            .name("madang")
            .retry_on_initial_connect()
            .connection_timeout(REQUEST)
            .request_timeout(Some(REQUEST))
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis(50 * u64::try_from(attempts).unwrap_or(40).min(40))
            })
            .connect(&*url.split(',').map(str::trim).collect::<Vec<_>>())
            .await
            .map_err(|source| NatsError::Connect { url: without_credentials(url), source })?;
        let jetstream =
            jetstream::ContextBuilder::new().timeout(REQUEST).ack_timeout(REQUEST).build(client.clone());
        Ok(Self { client, jetstream, log_id, limits })
    }

    /// The client for plain messages.
    #[must_use]
    pub fn client(&self) -> &async_nats::Client {
        &self.client
    }

    /// The client for JetStream.
    #[must_use]
    pub fn jetstream(&self) -> &jetstream::Context {
        &self.jetstream
    }

    /// The stream of this log's events.
    #[must_use]
    pub fn stream_name(&self) -> String {
        format!("EVENTS_{}", self.log_id)
    }

    /// The subject on which an event is published.
    #[must_use]
    pub fn event_subject(&self, aggregate_type: &str, event_type: &str) -> String {
        format!("events.{}.{aggregate_type}.{event_type}", self.log_id)
    }

    /// The subject on which appenders say that there are events to relay.
    #[must_use]
    pub fn poke_subject(&self) -> String {
        format!("pokes.{}", self.log_id)
    }

    /// The subject on which runners say how far a projection has come.
    #[must_use]
    pub fn checkpoint_subject(&self, projection: &str) -> String {
        format!("checkpoints.{}.{projection}", self.log_id)
    }

    /// The subject on which readers say to which position they wait for a projection to come.
    #[must_use]
    pub fn wanted_subject(&self, projection: &str) -> String {
        format!("wanted.{}.{projection}", self.log_id)
    }

    /// Returns the stream, and makes it if there is none.
    ///
    /// # Errors
    /// [`NatsError::JetStream`].
    pub async fn stream(&self) -> Result<Stream, NatsError> {
        let config = Config {
            name: self.stream_name(),
            subjects: vec![format!("events.{}.>", self.log_id)],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            max_age: self.limits.max_age,
            max_bytes: self.limits.max_bytes,
            num_replicas: self.limits.replicas,
            ..Config::default()
        };
        let made = self.jetstream.get_or_create_stream(config).await;
        made.map_err(|error| NatsError::JetStream(error.to_string()))
    }
}

impl Nats {
    /// Drops every message of the stream. The relay goes on from the log's head, and readers that need a
    /// dropped event read it from Postgres.
    ///
    /// # Errors
    /// [`NatsError::JetStream`].
    pub async fn purge(&self) -> Result<(), NatsError> {
        let purged = async {
            self.stream().await?.purge().await.map_err(|error| NatsError::JetStream(error.to_string()))
        };
        match tokio::time::timeout(REQUEST, purged).await {
            Ok(purged) => purged.map(|_| ()),
            Err(_) => Err(NatsError::JetStream("no answer".to_owned())),
        }
    }
}

fn without_credentials(url: &str) -> String {
    let servers = url.split(',').map(|server| match server.rsplit_once('@') {
        Some((_, host)) => format!("nats://…@{host}"),
        None => server.to_owned(),
    });
    servers.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_of_a_cluster_shows_its_credentials() {
        let shown = without_credentials("nats://me:secret@a:4222,nats://b:4222,nats://me:p@ss@c");
        assert_eq!(shown, "nats://…@a:4222,nats://b:4222,nats://…@c");
    }
}
