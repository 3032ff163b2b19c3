//! The feeder of vectors has an embedder make vectors of posts and feeds an engine with them. It runs beside
//! the feeder of words: an embedder that is slow or away delays no words.

use super::feeder::{Fed, FeedError, POLL};
use domain::value::PostId;
use futures::future::BoxFuture;
use projections::Position;
use projections::search::embedder::{EmbedError, Embedder};
use projections::search::engine::Engine;
use projections::search::texts::TextFeed;
use service::backoff;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Number of texts embedded at once.
const BATCH: usize = 64;
/// The longest pause between tries while the embedder stays away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The feeder of one engine with vectors.
pub struct VectorFeeder {
    /// The pool for the documents' table.
    pub pool: PgPool,
    /// The engine that is fed.
    pub engine: Arc<dyn Engine>,
    /// The embedder that makes the vectors.
    pub embedder: Arc<dyn Embedder>,
    /// The engine's progress with words: a post's vector comes after the post.
    pub words: Fed,
    /// The engine's progress with vectors.
    pub fed: Fed,
    /// The token that ends the feeding.
    pub shutdown: CancellationToken,
}

type Vectors = Vec<(PostId, Option<Vec<f32>>)>;

impl VectorFeeder {
    /// Feeds the engine with vectors until shutdown.
    pub async fn run(self) {
        let shutdown = self.shutdown.clone();
        tokio::select! {
            () = self.feed_always() => {}
            () = shutdown.cancelled() => {}
        }
    }

    async fn feed_always(&self) {
        let (mut known, mut failures) = (None, 0);
        loop {
            let begun = Instant::now();
            match self.feed(known).await {
                Ok(position) => {
                    (known, failures) = (Some(position), 0);
                    self.reached(position);
                    self.fed.pause(begun).await;
                    self.words.reaches(position + 1, POLL).await;
                }
                Err(failure) => {
                    (known, failures) = (None, failures + 1);
                    self.measure();
                    warn!(%failure, embedder = self.embedder.name(), "no vectors are made for now");
                    tokio::time::sleep(backoff::pause(failures, LONGEST_PAUSE)).await;
                }
            }
        }
    }

    /// Brings the engine's vectors to the projection's position, and returns that position.
    async fn feed(&self, known: Option<Position>) -> Result<Position, FeedError> {
        let name = self.embedder.name();
        let after = match known {
            Some(known) => known,
            None => self.engine.vectors_position(name).await?,
        };
        let mut feed = TextFeed::begin(&self.pool, after).await?;
        while !self.words.reaches(feed.up_to, POLL).await {}
        let mut count = 0;
        while let Some(piece) = feed.next(&self.pool).await? {
            count += piece.texts.len();
            let mut texts = piece.texts.into_iter().peekable();
            while texts.peek().is_some() {
                let vectors = self.vectors(texts.by_ref().take(BATCH).collect()).await?;
                self.engine.take_vectors(name, vectors, None).await?;
            }
            // The position is noted after each piece: making all vectors may take hours, and a restart must
            // not make them again.
            self.engine.take_vectors(name, vec![], Some(piece.up_to)).await?;
            self.reached(piece.up_to);
        }
        if count > 0 {
            self.engine.take_vectors(name, vec![], Some(feed.up_to)).await?;
        }
        if count > 10_000 {
            info!(vectors = count, position = feed.up_to, embedder = name, "vectors were made");
        }
        Ok(feed.up_to)
    }

    async fn vectors(&self, posts: Vec<(PostId, Option<String>)>) -> Result<Vectors, EmbedError> {
        let (there, gone): (Vec<_>, Vec<_>) = posts.into_iter().partition(|(_, text)| text.is_some());
        let there = there.into_iter().filter_map(|(post, text)| Some((post, text?))).collect();
        let mut vectors = self.embedded(there).await?;
        vectors.extend(gone.into_iter().map(|(post, _)| (post, None)));
        Ok(vectors)
    }

    /// Makes vectors of posts. A batch that the embedder refuses is halved until the guilty text stands
    /// alone; that text gets no vector.
    fn embedded(&self, mut posts: Vec<(PostId, String)>) -> BoxFuture<'_, Result<Vectors, EmbedError>> {
        Box::pin(async move {
            if posts.is_empty() {
                return Ok(vec![]);
            }
            let texts = posts.iter().map(|(_, text)| text.clone()).collect();
            match self.embedder.embed(texts).await {
                Ok(vectors) => {
                    let has_direction = |vector: &Vec<f32>| vector.iter().any(|x| *x != 0.0);
                    let vectors = vectors.into_iter().map(|vector| Some(vector).filter(has_direction));
                    Ok(posts.into_iter().map(|(post, _)| post).zip(vectors).collect())
                }
                Err(EmbedError::Refused(why)) => {
                    if let [(post, _)] = posts[..] {
                        // An embedder that refuses even this word is set up wrongly.
                        self.embedder.embed(vec!["마당".to_owned()]).await?;
                        warn!(%post, why, "a post gets no vector");
                        return Ok(vec![(post, None)]);
                    }
                    let rest = posts.split_off(posts.len() / 2);
                    let mut vectors = self.embedded(posts).await?;
                    vectors.extend(self.embedded(rest).await?);
                    Ok(vectors)
                }
                Err(error @ EmbedError::Away(_)) => Err(error),
            }
        })
    }

    fn reached(&self, position: Position) {
        self.fed.reached(position);
        self.measure();
    }

    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) {
        let lag = (self.words.position() - self.fed.position()).max(0);
        metrics::gauge!("madang_search_vectors_lag").set(lag as f64);
    }
}
