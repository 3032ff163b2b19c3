//! What makes vectors of texts; texts alike in meaning, or at least in wording, get vectors that point the same way.

use futures::future::BoxFuture;

/// No vectors could be made.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// It can't be reached, or does not answer as it should: later it may.
    #[error("the embedder is away: {0}")]
    Away(String),
    /// It does not take one of these texts, and never will.
    #[error("the embedder refuses a text: {0}")]
    Refused(String),
}

/// Makes vectors.
pub trait Embedder: Send + Sync + 'static {
    /// What answers call it. Vectors of embedders with different names are never compared, so it names the model, too.
    fn name(&self) -> &str;

    /// How long its vectors are, if that is known before its first answer. They have the length 1 in space, or 0 where
    /// a text has nothing to go by.
    fn dimensions(&self) -> Option<usize>;

    /// The cosine under which texts have nothing in common worth showing.
    fn closeness(&self) -> f32;

    /// A vector for each text, in order.
    ///
    /// # Errors
    /// See [`EmbedError`]; of one text that is refused the others have none either.
    fn embed(&self, texts: Vec<String>) -> BoxFuture<'_, Result<Vec<Vec<f32>>, EmbedError>>;
}

/// Brings a vector to the length 1 in space; one of no length stays as it is.
#[must_use]
pub fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}
