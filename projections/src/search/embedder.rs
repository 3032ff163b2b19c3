//! What makes vectors of texts; texts alike in meaning, or at least in wording, get vectors that point the same way.

use futures::future::BoxFuture;

/// No vectors could be made.
#[derive(Debug, thiserror::Error)]
#[error("the embedder failed: {0}")]
pub struct EmbedError(pub String);

/// Makes vectors.
pub trait Embedder: Send + Sync + 'static {
    /// What answers call it. Vectors of embedders with different names are never compared, so it names the model, too.
    fn name(&self) -> &str;

    /// How long its vectors are. They have the length 1 in space.
    fn dimensions(&self) -> usize;

    /// A vector for each text, in order.
    ///
    /// # Errors
    /// It can't be reached, or does not answer as it should.
    fn embed(&self, texts: Vec<String>) -> BoxFuture<'_, Result<Vec<Vec<f32>>, EmbedError>>;
}
