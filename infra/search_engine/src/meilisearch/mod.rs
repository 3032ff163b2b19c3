//! Meilisearch, for deployments that search much: one server for all processes, fed by each of them.
//!
//! Reading order: [`words`] (how a word is found inside longer ones without a dictionary), [`documents`],
//! [`settings`], [`ask`], [`records`] (why several processes may feed one server), [`indexes`] (how indexes
//! of another version take the place of those that answer).

mod ask;
mod documents;
mod http;
mod indexes;
mod records;
mod server;
mod settings;
mod vectors;
mod words;

use domain::value::PostId;
use futures::future::BoxFuture;
use indexes::{Building, Names, Target};
use meilisearch_sdk::documents::DocumentsQuery;
use projections::Position;
use projections::search::engine::{DocumentUpdate, Engine, EngineError, Found, Key, Kind, Query};
use records::{FeedRecord, Others};
use serde::Deserialize;
use serde_json::value::RawValue;
use server::{Server, engine};
use service::settings::MeiliSettings;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;
use vectors::OptOut;

/// The largest request that carries documents, in bytes.
const PAYLOAD: usize = 8 << 20;
/// Number of documents whose versions are read at once.
const PAGE: usize = 5_000;

/// The engine behind an address. No request is sent before an answer is needed, so the server may be away
/// when this value is made.
pub struct Meilisearch {
    server: Server,
    log: String,
    /// The name of this process among those that feed.
    me: String,
    building: tokio::sync::Mutex<Building>,
    others: Mutex<Others>,
    /// The ids of records of processes that feed no longer, to be removed once their changes are fed again.
    gone: Mutex<Vec<String>>,
    /// True if a newer release made the indexes, whose documents are not of the form that this release asks
    /// for.
    is_outdated: AtomicBool,
    /// The name of the embedder whose vectors are asked for.
    embedder: Mutex<Option<String>>,
}

impl Meilisearch {
    /// Makes an engine for one log.
    ///
    /// # Errors
    /// The HTTP client can't be made.
    pub fn new(settings: &MeiliSettings, log: Uuid) -> Result<Self, EngineError> {
        Ok(Self {
            server: Server::new(settings)?,
            log: log.simple().to_string(),
            me: Uuid::new_v4().simple().to_string(),
            building: Default::default(),
            others: Default::default(),
            gone: Default::default(),
            is_outdated: AtomicBool::new(false),
            embedder: Mutex::new(None),
        })
    }

    async fn target(&self) -> Result<Target, EngineError> {
        let target = self.building.lock().await.target(&self.server, &self.log, &self.me).await;
        let is_outdated = matches!(&target, Err(EngineError::Away(why)) if why == indexes::NEWER);
        self.is_outdated.store(is_outdated, Ordering::Relaxed);
        target
    }

    async fn begin(&self) -> Result<Position, EngineError> {
        let Target { names, records, .. } = self.target().await?;
        let Some(own) = records.of(&self.me).and_then(|record| record.position) else {
            let lowest = records.lowest();
            self.note(&names, lowest).await?;
            return Ok(lowest);
        };
        let gone = lock(&self.others).gone(&records, &self.me, own);
        let (ids, lowest) = gone.unwrap_or((vec![], own));
        *lock(&self.gone) = ids;
        Ok(lowest)
    }

    async fn note(&self, names: &Names, position: Position) -> Result<(), EngineError> {
        let record = FeedRecord { id: self.me.clone(), position: Some(position), ..FeedRecord::default() };
        records::note(&self.server, &names.meta(), record).await
    }

    async fn send(
        &self,
        changes: Vec<DocumentUpdate>,
        position: Option<Position>,
    ) -> Result<(), EngineError> {
        let Target { names, is_beside, .. } = self.target().await?;
        let latest: BTreeMap<Key, DocumentUpdate> =
            changes.into_iter().map(|change| (change.key.clone(), change)).collect();
        let mut tasks = vec![];
        for kind in [Kind::Posts, Kind::People, Kind::Tags] {
            let index = self.server.index(&names.of(kind));
            let of_kind = latest.iter().filter(|(key, _)| kind_of(key) == kind);
            let (mut there, mut gone) = (vec![], vec![]);
            let ids: Vec<String> = of_kind.clone().map(|(key, _)| documents::id(key)).collect();
            if ids.is_empty() {
                continue;
            }
            let opt_out = match kind {
                Kind::Posts => self.opted_out(&names, &ids).await?,
                Kind::People | Kind::Tags => OptOut::default(),
            };
            for ((key, DocumentUpdate { version, document, .. }), id) in of_kind.zip(ids) {
                match document {
                    Some(document) => {
                        let document = documents::document(key, *version, document, opt_out.of(&id));
                        there.push(document.map_err(|error| EngineError::Failed(error.to_string()))?);
                    }
                    None => gone.push(id),
                }
            }
            for some in bounded(&there) {
                // The documents are sent as updates, which leave vectors where they are.
                tasks.push(index.add_or_update(some, None).await.map_err(engine)?);
            }
            if !gone.is_empty() {
                tasks.push(index.delete_documents(&gone).await.map_err(engine)?);
            }
        }
        self.server.done(tasks).await?;
        let Some(position) = position else { return Ok(()) };
        self.note(&names, position).await?;
        if is_beside {
            return self.building.lock().await.swap(&self.server, &self.log).await;
        }
        let gone = std::mem::take(&mut *lock(&self.gone));
        if !gone.is_empty() {
            records::remove(&self.server.index(&names.meta()), &self.server, &gone).await?;
        }
        Ok(())
    }

    async fn answer(&self, query: Query) -> Result<Found, EngineError> {
        if self.is_outdated.load(Ordering::Relaxed) {
            return Err(EngineError::Away(indexes::NEWER.to_owned()));
        }
        let index = self.server.index(&Names::live(&self.log).of(query.kind));
        let embedder = lock(&self.embedder).clone();
        ask::find(&index, embedder.as_deref(), &query).await
    }

    async fn all_versions(&self) -> Result<Vec<(Key, Position)>, EngineError> {
        let names = Names::live(&self.log);
        let mut versions = vec![];
        for (kind, key) in
            [(Kind::Posts, Key::Post as fn(Uuid) -> Key), (Kind::People, Key::Person), (Kind::Tags, Key::Tag)]
        {
            let index = self.server.index(&names.of(kind));
            let mut offset = 0;
            loop {
                let mut page = DocumentsQuery::new(&index);
                page.with_offset(offset).with_limit(PAGE).with_fields([settings::ID, settings::VERSION_OF]);
                let page = page.execute::<Versioned>().await.map_err(engine)?.results;
                offset += page.len();
                let is_last = page.len() < PAGE;
                versions.extend(page.into_iter().map(|found| (key(found.id), found.version)));
                if is_last {
                    break;
                }
            }
        }
        Ok(versions)
    }
}

#[derive(Deserialize)]
struct Versioned {
    id: Uuid,
    version: Position,
}

fn kind_of(key: &Key) -> Kind {
    match key {
        Key::Post(_) => Kind::Posts,
        Key::Person(_) => Kind::People,
        Key::Tag(_) => Kind::Tags,
    }
}

/// Splits documents into pieces in order, each of at least one document and of no more than fit into one
/// request.
fn bounded(documents: &[Box<RawValue>]) -> Vec<&[Box<RawValue>]> {
    let (mut pieces, mut begin, mut size) = (vec![], 0, 0);
    for (at, document) in documents.iter().enumerate() {
        let bytes = document.get().len();
        if at > begin && size + bytes > PAYLOAD {
            pieces.push(&documents[begin..at]);
            (begin, size) = (at, 0);
        }
        size += bytes;
    }
    if begin < documents.len() {
        pieces.push(&documents[begin..]);
    }
    pieces
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine for Meilisearch {
    fn name(&self) -> &'static str {
        "meilisearch"
    }

    fn position(&self) -> BoxFuture<'_, Result<Position, EngineError>> {
        Box::pin(self.begin())
    }

    fn take(
        &self,
        changes: Vec<DocumentUpdate>,
        position: Option<Position>,
    ) -> BoxFuture<'_, Result<(), EngineError>> {
        Box::pin(self.send(changes, position))
    }

    fn vectors_position<'a>(&'a self, embedder: &'a str) -> BoxFuture<'a, Result<Position, EngineError>> {
        Box::pin(self.vectors_up_to(embedder))
    }

    fn take_vectors<'a>(
        &'a self,
        embedder: &'a str,
        vectors: Vec<(PostId, Option<Vec<f32>>)>,
        position: Option<Position>,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        Box::pin(self.send_vectors(embedder, vectors, position))
    }

    fn find(&self, query: Query) -> BoxFuture<'_, Result<Found, EngineError>> {
        Box::pin(self.answer(query.bounded()))
    }

    fn versions(&self) -> BoxFuture<'_, Result<Vec<(Key, Position)>, EngineError>> {
        Box::pin(self.all_versions())
    }
}
