//! Plain NATS messages between processes: "there are events to relay", "a projection has come to this
//! position", "a reader waits for a projection to come to this position". A lost message only delays: relay
//! and readers ask Postgres now and then, and runners never rest long.

use crate::nats::Nats;
use async_nats::Message;
use futures::{Stream, StreamExt};
use projections::Position;
use projections::ports::Announcer;
use projections::progress::Progress;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::debug;

/// The silence of a projection after which its checkpoint is read from Postgres.
const SILENCE: Duration = Duration::from_secs(2);

/// The shortest time between two messages that tell runners which positions readers wait for.
const HURRY: Duration = Duration::from_millis(10);

#[derive(Serialize, Deserialize)]
struct Announcement {
    position: Position,
}

/// An announcer of the checkpoints of this process's runners.
pub struct NatsAnnouncer {
    queue: mpsc::Sender<(String, Position)>,
}

impl NatsAnnouncer {
    /// Starts an announcer that sends from a task of its own: a runner never waits for NATS.
    #[must_use]
    pub fn start(nats: Nats) -> Self {
        let (queue, mut waiting) = mpsc::channel::<(String, Position)>(256);
        tokio::spawn(async move {
            while let Some((projection, position)) = waiting.recv().await {
                let body = serde_json::to_vec(&Announcement { position }).unwrap_or_default();
                let subject = nats.checkpoint_subject(&projection);
                if let Err(error) = nats.client().publish(subject, body.into()).await {
                    debug!(%error, "an announcement was lost");
                }
            }
        });
        Self { queue }
    }
}

impl Announcer for NatsAnnouncer {
    fn announce(&self, projection: &str, position: Position) {
        // A full queue means that NATS is away: the next announcement tells this position or a later one.
        let _ = self.queue.try_send((projection.to_owned(), position));
    }
}

/// Pokes the relay, in whichever process it runs, after this process's appends.
pub async fn poke(nats: Nats, mut head: watch::Receiver<Position>, shutdown: CancellationToken) {
    let poking = async {
        while head.changed().await.is_ok() {
            if let Err(error) = nats.client().publish(nats.poke_subject(), "".into()).await {
                debug!(%error, "a poke was lost");
            }
        }
    };
    // A message waits while NATS is away and the client's queue of messages is full.
    shutdown.run_until_cancelled(poking).await;
}

/// Tells runners, in whichever process they run, which positions this process's readers wait for.
pub async fn hurry(nats: Nats, progress: Arc<Progress>, shutdown: CancellationToken) {
    let mut wanted = progress.wanted();
    let mut told = BTreeMap::new();
    let hurrying = async {
        while wanted.changed().await.is_ok() {
            let wanted = wanted.borrow_and_update().clone();
            let news = wanted.iter().filter(|(name, position)| told.get(*name) != Some(*position));
            for (projection, position) in news {
                let wish = position.to_string().into();
                if let Err(error) = nats.client().publish(nats.wanted_subject(projection), wish).await {
                    debug!(%error, "a wish was lost");
                }
            }
            told = wanted;
            tokio::time::sleep(HURRY).await;
        }
    };
    shutdown.run_until_cancelled(hurrying).await;
}

/// Notes the checkpoints that runners of other processes announce and the positions that readers there wait
/// for, and asks Postgres about runners that are silent.
pub async fn listen(
    nats: Nats,
    pool: PgPool,
    projections: Vec<&'static str>,
    progress: Arc<Progress>,
    shutdown: CancellationToken,
) {
    let announcements = nats.client().subscribe(nats.checkpoint_subject("*")).await.ok();
    let wishes = nats.client().subscribe(nats.wanted_subject("*")).await.ok();
    let listening = listen_to(announcements, wishes, &pool, &projections, &progress);
    shutdown.run_until_cancelled(listening).await;
}

/// Listens to both kinds of messages, and goes on listening while Postgres takes its time to answer.
async fn listen_to<S: Stream<Item = Message> + Unpin>(
    mut announcements: Option<S>,
    mut wishes: Option<S>,
    pool: &PgPool,
    projections: &[&'static str],
    progress: &Progress,
) {
    let hearing = async {
        loop {
            tokio::select! {
                announced = next(&mut announcements) => note(&announced, progress),
                wished = next(&mut wishes) => want(&wished, progress),
            }
        }
    };
    let asking = async {
        let mut silence = tokio::time::interval(SILENCE / 2);
        silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            silence.tick().await;
            ask(pool, projections, progress).await;
        }
    };
    tokio::join!(hearing, asking);
}

/// Waits for the next message of the subscription; for ever once it has ended.
async fn next<S: Stream<Item = Message> + Unpin>(subscriber: &mut Option<S>) -> Message {
    if let Some(messages) = subscriber
        && let Some(message) = messages.next().await
    {
        return message;
    }
    *subscriber = None;
    std::future::pending().await
}

fn want(message: &Message, progress: &Progress) {
    let projection = message.subject.rsplit('.').next().unwrap_or_default();
    if let Ok(position) = String::from_utf8_lossy(&message.payload).parse() {
        progress.want(projection, position);
    }
}

fn note(message: &Message, progress: &Progress) {
    let projection = message.subject.rsplit('.').next().unwrap_or_default();
    if let Ok(Announcement { position }) = serde_json::from_slice(&message.payload) {
        progress.note(projection, position);
    }
}

async fn ask(pool: &PgPool, projections: &[&'static str], progress: &Progress) {
    for projection in projections {
        let (known, heard) = progress.checkpoint(projection);
        if heard < SILENCE && known > 0 {
            continue;
        }
        let sql = format!("select position from {projection}.checkpoint");
        let checkpoint: Result<Option<(Position,)>, _> = sqlx::query_as(&sql).fetch_optional(pool).await;
        // A checkpoint is noted only if it moved: a projection that stands still stays silent, and readers
        // know that it is down.
        if let Ok(Some((position,))) = checkpoint
            && position > known
        {
            progress.note(projection, position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::mpsc::unbounded;
    use tokio::net::TcpListener;

    fn announced(projection: &str, position: Position) -> Message {
        let payload = serde_json::to_vec(&Announcement { position }).expect("plain data");
        Message {
            subject: format!("checkpoints.log.{projection}").into(),
            reply: None,
            length: payload.len(),
            payload: payload.into(),
            headers: None,
            status: None,
            description: None,
        }
    }

    #[tokio::test]
    async fn announcements_are_heard_while_postgres_does_not_answer() {
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = silent.local_addr().expect("an address");
        let pool = PgPool::connect_lazy(&format!("postgres://{address}/none")).expect("an address");
        let (announcements, heard) = unbounded();
        let progress = Progress::default();
        let announce = async {
            let connection = silent.accept().await.expect("Postgres is asked");
            announcements.unbounded_send(announced("posts", 7)).expect("it is heard");
            progress.reach("posts", 7, Duration::from_secs(60)).await;
            drop(connection);
        };
        tokio::select! {
            () = listen_to(Some(heard), None, &pool, &["posts"], &progress) => {}
            () = announce => {}
        }
        assert_eq!(progress.checkpoint("posts").0, 7);
    }
}
