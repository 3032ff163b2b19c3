//! The settings of the Meilisearch that searches.

use super::{Secret, SettingsError, Variables, WebUrl};

/// The address and key of a Meilisearch.
#[derive(Clone, Debug)]
pub struct MeiliSettings {
    /// `MEILI_URL`: the address of the Meilisearch.
    pub url: WebUrl,
    /// `MEILI_KEY`: a key that may do anything with indexes whose names begin with `madang_`, and see tasks;
    /// none where the Meilisearch needs none.
    pub key: Option<Secret>,
}

impl MeiliSettings {
    /// The environment variables that set the same values, secret and all.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let key = self.key.iter().map(|key| (KEY.to_owned(), key.to_string()));
        key.chain([(URL.to_owned(), self.url.0.clone())]).collect()
    }
}

const URL: &str = "MEILI_URL";
const KEY: &str = "MEILI_KEY";
const ADDRESS: &str = "an address such as http://meilisearch:7700";

/// Reads the settings; none where no Meilisearch is named.
pub(super) fn read<F>(env: &Variables<'_, F>) -> Result<Option<MeiliSettings>, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let Some(url) = env.optional(URL, ADDRESS)? else { return Ok(None) };
    let key = env.text(KEY);
    // The key goes into a header.
    if key.as_ref().is_some_and(|key| !key.bytes().all(|byte| (0x21..0x7f).contains(&byte))) {
        return Err(SettingsError::Unusable { name: KEY.into(), expected: "letters, digits and signs" });
    }
    Ok(Some(MeiliSettings { url, key: key.map(Secret::from) }))
}
