//! An embedder makes vectors of texts; texts alike in meaning, or at least in wording, get vectors that point
//! the same way.

use futures::future::BoxFuture;

/// The error of an embedder that could make no vectors.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The embedder can't be reached, or does not answer as it should: later it may.
    #[error("the embedder is away: {0}")]
    Away(String),
    /// The embedder does not take one of these texts, and never will.
    #[error("the embedder refuses a text: {0}")]
    Refused(String),
}

/// An embedder makes vectors.
pub trait Embedder: Send + Sync + 'static {
    /// Returns the embedder's name, as answers give it. Vectors of embedders with different names are never
    /// compared, so the name includes the model.
    fn name(&self) -> &str;

    /// Returns the number of a vector's dimensions, if it is known before the first answer. The vectors have
    /// the length 1 in space, or 0 where a text has nothing to go by.
    fn dimensions(&self) -> Option<usize>;

    /// Returns the cosine under which texts have nothing in common worth showing.
    fn closeness(&self) -> f32;

    /// Makes a vector for each text, in order.
    ///
    /// # Errors
    /// See [`EmbedError`]; if one text is refused the others get no vectors either.
    fn embed(&self, texts: Vec<String>) -> BoxFuture<'_, Result<Vec<Vec<f32>>, EmbedError>>;
}

/// Brings a vector to the length 1 in space; a vector of no length stays as it is.
#[must_use]
pub fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}
