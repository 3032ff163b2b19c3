//! Which Meilisearch searches.

use super::{Secret, SettingsError, Variables, WebUrl};

/// A Meilisearch.
#[derive(Clone, Debug)]
pub struct MeiliSettings {
    /// `MEILI_URL`: where it is reached.
    pub url: WebUrl,
    /// `MEILI_KEY`: a key that may do anything with indexes whose names begin with `madang_`, and see tasks; none
    /// where it asks for none.
    pub key: Option<Secret>,
}

impl MeiliSettings {
    /// The variables that say the same, secret and all.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let key = self.key.iter().map(|key| (KEY.to_owned(), key.to_string()));
        key.chain([(URL.to_owned(), self.url.0.clone())]).collect()
    }
}

const URL: &str = "MEILI_URL";
const KEY: &str = "MEILI_KEY";
const ADDRESS: &str = "an address such as http://meilisearch:7700";

/// None where none is named.
pub(super) fn read<F>(env: &Variables<'_, F>) -> Result<Option<MeiliSettings>, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let Some(url) = env.optional(URL, ADDRESS)? else { return Ok(None) };
    let key = env.text(KEY);
    // It goes into a header.
    if key.as_ref().is_some_and(|key| !key.bytes().all(|byte| (0x21..0x7f).contains(&byte))) {
        return Err(SettingsError::Unusable { name: KEY.into(), expected: "letters, digits and signs" });
    }
    Ok(Some(MeiliSettings { url, key: key.map(Secret::from) }))
}
