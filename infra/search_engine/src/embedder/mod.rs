//! Embedders behind the port of [`projections::search::embedder`]: [`local`] knows wording only and is always
//! there, [`http`] asks a model, which knows meaning.

pub mod http;
pub mod local;

use projections::search::embedder::{EmbedError, Embedder};
use service::settings::EmbedderSettings;
use std::sync::Arc;

pub use http::Http;
pub use local::Local;

/// The embedder that the settings name, or the local one.
///
/// # Errors
/// The HTTP client can't be made: HTTPS can't be spoken.
pub fn of(settings: Option<&EmbedderSettings>) -> Result<Arc<dyn Embedder>, EmbedError> {
    Ok(match settings {
        Some(settings) => Arc::new(Http::new(settings)?),
        None => Arc::new(Local),
    })
}
