//! The settings of the model that makes vectors of texts.

use super::{Secret, SettingsError, Variables, WebUrl};
use std::str::FromStr;

/// A model behind OpenAI's interface for embeddings.
#[derive(Clone, Debug)]
pub struct EmbedderSettings {
    /// `MADANG_EMBEDDER_URL`: the part of the address before `/embeddings`.
    pub url: WebUrl,
    /// `MADANG_EMBEDDER_MODEL`: the name by which the service knows the model. Required with the address.
    pub model: String,
    /// `MADANG_EMBEDDER_KEY`: the key that is shown as `Authorization: Bearer …`.
    pub key: Option<Secret>,
    /// `MADANG_EMBEDDER_DIMENSIONS`: the number of dimensions that vectors are to have; by default as many as
    /// the model makes by itself.
    pub dimensions: Option<usize>,
    /// `MADANG_EMBEDDER_CLOSENESS`: the cosine under which texts count as having nothing in common; 0.3.
    pub closeness: f32,
}

const URL: &str = "MADANG_EMBEDDER_URL";
const ADDRESS: &str = "an address such as https://api.openai.com/v1 or http://localhost:11434/v1";

pub(super) fn read<F>(env: &Variables<'_, F>) -> Result<Option<EmbedderSettings>, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let Some(url) = env.optional::<WebUrl>(URL, ADDRESS)? else { return Ok(None) };
    let dimensions = env.optional::<Dimensions>("MADANG_EMBEDDER_DIMENSIONS", "a number from 1 to 8192")?;
    let closeness = env.or("MADANG_EMBEDDER_CLOSENESS", "a number from 0 to 1", || Cosine(0.3))?;
    Ok(Some(EmbedderSettings {
        model: env.required("MADANG_EMBEDDER_MODEL", "the name of a model at MADANG_EMBEDDER_URL")?,
        key: env.text("MADANG_EMBEDDER_KEY").map(Secret::from),
        dimensions: dimensions.map(|dimensions| dimensions.0),
        closeness: closeness.0,
        url,
    }))
}

struct Dimensions(usize);

impl FromStr for Dimensions {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|n| (1..=8_192).contains(n)).map(Self).ok_or(())
    }
}

struct Cosine(f32);

impl FromStr for Cosine {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|x| (0.0..=1.0).contains(x)).map(Self).ok_or(())
    }
}
