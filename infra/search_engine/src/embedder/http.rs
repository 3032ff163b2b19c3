//! An embedder that asks a model over HTTP, by OpenAI's interface, which Ollama, vLLM and others speak, too:
//! `POST …/embeddings` with `{"model", "input": […]}` answers `{"data": [{"index", "embedding"}, …]}`.

use futures::future::BoxFuture;
use projections::search::embedder::{EmbedError, Embedder, unit};
use reqwest::{Client, redirect::Policy};
use serde::{Deserialize, Serialize};
use service::settings::{EmbedderSettings, Secret};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The longest time for one request and its whole answer: models on small machines are slow.
const TIME_LIMIT: Duration = Duration::from_secs(30);
const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(3);
/// Number of texts in one request.
const BATCH: usize = 32;
/// The largest answer in bytes: a batch of vectors of the largest models, each number written out in full.
const ANSWER_MAX_BYTES: usize = 8 << 20;
/// Number of requests at once; further ones wait.
const AT_ONCE: usize = 8;
/// The most dimensions that a vector may have: no model's vectors are longer.
const DIMENSIONS_MAX: usize = 8_192;

/// A model at an address.
pub struct Http {
    client: Client,
    url: String,
    model: String,
    key: Option<Secret>,
    /// The number of dimensions in the settings, if set: the request names it for models that can shorten
    /// their vectors.
    wanted: Option<usize>,
    /// The number of dimensions as set, or as the first answer has it.
    dimensions: OnceLock<usize>,
    closeness: f32,
    slots: Semaphore,
}

#[derive(Serialize)]
struct EmbeddingRequest<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl Http {
    /// Makes the embedder and sends no request yet: the model's server may start later than this process.
    ///
    /// # Errors
    /// The HTTP client can't be made: HTTPS can't be spoken.
    pub fn new(settings: &EmbedderSettings) -> Result<Self, EmbedError> {
        // The call fails only when a provider is installed already, and then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The key is for this address only, so the client follows no redirect.
        let client = Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_TIME_LIMIT);
        Ok(Self {
            client: client.timeout(TIME_LIMIT).build().map_err(|_| away("HTTPS can't be spoken"))?,
            url: format!("{}/embeddings", settings.url.0),
            model: settings.model.clone(),
            key: settings.key.clone(),
            wanted: settings.dimensions,
            dimensions: settings.dimensions.map_or_else(OnceLock::new, OnceLock::from),
            closeness: settings.closeness,
            slots: Semaphore::new(AT_ONCE),
        })
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let _slot = self.slots.acquire().await.map_err(away)?;
        let body = EmbeddingRequest {
            model: &self.model,
            input: texts,
            encoding_format: "float",
            dimensions: self.wanted,
        };
        let mut request = self.client.post(&self.url).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(&**key);
        }
        let mut answer = request.send().await.map_err(unreachable)?;
        match answer.status().as_u16() {
            200 => {}
            // These statuses mean that the texts themselves are at fault. Wrong keys, addresses and limits
            // can be put right with the same texts.
            status @ (400 | 413 | 422) => return Err(EmbedError::Refused(format!("status {status}"))),
            status => return Err(away(format!("status {status}"))),
        }
        let mut body = vec![];
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(away(format!("it answers more than {ANSWER_MAX_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let Answer { data } = serde_json::from_slice(&body).map_err(|_| away("it answers no vectors"))?;
        self.read(data, texts.len())
    }

    /// Reads the vectors of all texts, in order. An answer without a vector of the right length for each text
    /// is an error.
    fn read(&self, data: Vec<Embedding>, texts: usize) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors = vec![None; texts];
        for (at, Embedding { index, embedding }) in data.into_iter().enumerate() {
            let vector = vectors.get_mut(index.unwrap_or(at)).ok_or_else(|| away("too many vectors"))?;
            *vector = Some(self.checked(embedding)?);
        }
        vectors.into_iter().collect::<Option<_>>().ok_or_else(|| away("too few vectors"))
    }

    fn checked(&self, vector: Vec<f32>) -> Result<Vec<f32>, EmbedError> {
        if vector.is_empty() || vector.len() > DIMENSIONS_MAX || !vector.iter().all(|x| x.is_finite()) {
            return Err(away("it answers what is no vector"));
        }
        let vector = unit(vector);
        if !vector.iter().all(|x| x.is_finite()) {
            return Err(away("it answers a vector of no length"));
        }
        let expected = *self.dimensions.get_or_init(|| vector.len());
        match vector.len() {
            length if length == expected => Ok(vector),
            length => Err(away(format!("vectors of {length} dimensions in place of {expected}"))),
        }
    }
}

impl Embedder for Http {
    fn name(&self) -> &str {
        &self.model
    }

    fn dimensions(&self) -> Option<usize> {
        self.dimensions.get().copied()
    }

    fn closeness(&self) -> f32 {
        self.closeness
    }

    fn embed(&self, texts: Vec<String>) -> BoxFuture<'_, Result<Vec<Vec<f32>>, EmbedError>> {
        Box::pin(async move {
            let mut vectors = Vec::with_capacity(texts.len());
            for texts in texts.chunks(BATCH) {
                vectors.extend(self.ask(texts).await?);
            }
            Ok(vectors)
        })
    }
}

fn away(why: impl std::fmt::Display) -> EmbedError {
    EmbedError::Away(why.to_string())
}

/// An error in words of our own: the client's may have the address in them.
fn unreachable(error: reqwest::Error) -> EmbedError {
    away(if error.is_timeout() { "it does not answer in time" } else { "it can't be reached" })
}
