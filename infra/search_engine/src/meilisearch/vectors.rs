//! The vectors of posts, which embedders make: Meilisearch only keeps and compares them.

use super::indexes::{Names, Target};
use super::records::{self, FeedRecord};
use super::server::{Server, engine};
use super::settings::{ID, VECTORS};
use super::{Meilisearch, documents, lock};
use domain::value::PostId;
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::settings::{Embedder, EmbedderSource};
use projections::Position;
use projections::search::engine::{EngineError, Kind};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Number of vectors sent at once: numbers of eight characters, a few thousand to a vector at most.
const BATCH: usize = 256;
/// Number of documents that are told at once that they have no vector.
const PAGE: usize = 5_000;

impl Meilisearch {
    /// The position up to which this process has fed vectors of the embedder; a new process begins at the
    /// lowest of the others (see [`super::records`]).
    pub(super) async fn vectors_up_to(&self, embedder: &str) -> Result<Position, EngineError> {
        let name = name(embedder);
        *lock(&self.embedder) = Some(name.clone());
        let Target { names, records, .. } = self.target().await?;
        let index = self.server.index(&names.of(Kind::Posts));
        if !index.get_embedders().await.map_err(engine)?.contains_key(&name) {
            return Ok(0);
        }
        let own = records.of(&self.me).filter(|record| record.embedder.as_deref() == Some(&name));
        Ok(own.and_then(|record| record.vectors).unwrap_or_else(|| records.lowest_of(&name)))
    }

    /// The fields by which new documents must say that they have no vector: an index that keeps vectors
    /// refuses documents that have none without saying so. Documents that are in the index already need no
    /// such field: they have one, or a vector, and keep it.
    ///
    /// A document that another process both makes and gives a vector between this look and the sending would
    /// lose the vector; but a vector comes only after its document was waited for, which takes longer.
    pub(super) async fn opted_out(&self, names: &Names, ids: &[String]) -> Result<OptOut, EngineError> {
        let index = self.server.index(&names.of(Kind::Posts));
        let embedders = index.get_embedders().await.map_err(engine)?.into_keys();
        let of: Map<String, Json> =
            embedders.chain(lock(&self.embedder).clone()).map(|name| (name, Json::Null)).collect();
        let mut there = HashSet::new();
        if !of.is_empty() {
            for some in ids.chunks(PAGE) {
                let mut known = DocumentsQuery::new(&index);
                known.with_ids(some.iter().map(String::as_str)).with_limit(some.len()).with_fields([ID]);
                let known = known.execute::<Identified>().await.map_err(engine)?.results;
                there.extend(known.into_iter().map(|Identified { id }| id));
            }
        }
        Ok(OptOut { of, there })
    }

    pub(super) async fn send_vectors(
        &self,
        embedder: &str,
        vectors: Vec<(PostId, Option<Vec<f32>>)>,
        position: Option<Position>,
    ) -> Result<(), EngineError> {
        let name = name(embedder);
        *lock(&self.embedder) = Some(name.clone());
        let Target { names, .. } = self.target().await?;
        if let Some(dimensions) = vectors.iter().find_map(|(_, vector)| Some(vector.as_ref()?.len())) {
            prepare(&self.server, &names, &name, dimensions).await?;
        }
        let mut tasks = vec![];
        for some in vectors.chunks(BATCH) {
            let documents: Vec<Json> =
                some.iter().map(|(post, vector)| with_vector(*post, &name, vector)).collect();
            // The documents are changed, never made: a post that is gone must not come back as a document of
            // nothing but a vector.
            tasks.push(self.server.change(&names.of(Kind::Posts), &documents).await.map_err(engine)?);
        }
        self.server.done(tasks).await?;
        let Some(position) = position else { return Ok(()) };
        let record = FeedRecord {
            id: self.me.clone(),
            embedder: Some(name),
            vectors: Some(position),
            ..FeedRecord::default()
        };
        records::note(&self.server, &names.meta(), record).await
    }
}

/// The result of [`Meilisearch::opted_out`]: the fields, and the ids of documents that don't need them.
#[derive(Debug, Default)]
pub(super) struct OptOut {
    of: Map<String, Json>,
    there: HashSet<String>,
}

impl OptOut {
    /// The fields by which a document says that it has no vector, if it must say so.
    pub(super) fn of(&self, id: &str) -> Option<Json> {
        (!self.of.is_empty() && !self.there.contains(id)).then(|| Json::Object(self.of.clone()))
    }
}

fn with_vector(post: PostId, embedder: &str, vector: &Option<Vec<f32>>) -> Json {
    let vectors = match vector {
        Some(vector) => json!({ "embeddings": [vector], "regenerate": false }),
        None => Json::Null,
    };
    json!({ ID: documents::simple(post.0), VECTORS: { embedder: vectors } })
}

/// Sets the index up to keep vectors of this embedder, and of no other.
async fn prepare(server: &Server, names: &Names, name: &str, dimensions: usize) -> Result<(), EngineError> {
    let index = server.index(&names.of(Kind::Posts));
    let known = index.get_embedders().await.map_err(engine)?;
    if known.get(name).is_some_and(|embedder| embedder.dimensions == Some(dimensions)) {
        return Ok(());
    }
    // Vectors of other embedders are removed, since they would stay as parts of the documents; and each
    // document must say that it has no vector of this embedder.
    let none: Map<String, Json> =
        known.into_keys().chain([name.to_owned()]).map(|name| (name, Json::Null)).collect();
    let mut offset = 0;
    loop {
        let mut page = DocumentsQuery::new(&index);
        page.with_offset(offset).with_limit(PAGE).with_fields([ID]);
        let page = page.execute::<Identified>().await.map_err(engine)?.results;
        offset += page.len();
        let documents: Vec<Json> =
            page.iter().map(|Identified { id }| json!({ ID: id, VECTORS: none })).collect();
        let is_last = documents.len() < PAGE;
        let task = server.change(&names.of(Kind::Posts), &documents).await.map_err(engine)?;
        server.done(vec![task]).await?;
        if is_last {
            break;
        }
    }
    let wanted = Embedder {
        source: EmbedderSource::UserProvided,
        dimensions: Some(dimensions),
        ..Embedder::default()
    };
    let tasks = vec![
        index.reset_embedders().await.map_err(engine)?,
        index.set_embedders(&HashMap::from([(name.to_owned(), wanted)])).await.map_err(engine)?,
    ];
    server.done(tasks).await
}

#[derive(Deserialize)]
struct Identified {
    id: String,
}

/// The embedder's name in Meilisearch: its own name may hold characters that Meilisearch allows in no name.
fn name(embedder: &str) -> String {
    format!("e{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, embedder.as_bytes()).simple())
}
