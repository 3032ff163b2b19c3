//! The settings of the storage of files.

use super::{Secret, SettingsError, Variables, WebUrl};
use std::str::FromStr;

/// The addresses and keys of a storage that speaks S3.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// `S3_ENDPOINT`: the address of the storage, for us and for the browsers that upload to it.
    pub endpoint: WebUrl,
    /// `S3_REGION`: the region as the storage calls it; us-east-1.
    pub region: String,
    /// `S3_BUCKET`: the bucket, which is made at the start if it is not there; madang.
    pub bucket: String,
    /// `S3_ACCESS_KEY_ID`: the id by which the storage knows us.
    pub access_key_id: String,
    /// `S3_SECRET_ACCESS_KEY`: the secret that shows that a request is ours.
    pub secret_access_key: Secret,
    /// `S3_PUBLIC_URL`: the address under which the bucket's files are seen from outside, through a CDN for
    /// one; by default the bucket's own address.
    pub public_url: WebUrl,
}

impl S3Settings {
    /// The environment variables that set the same values, secret and all.
    #[must_use]
    pub fn variables(&self) -> [(String, String); 6] {
        [
            (ENDPOINT, self.endpoint.0.as_str()),
            ("S3_REGION", &self.region),
            ("S3_BUCKET", &self.bucket),
            ("S3_ACCESS_KEY_ID", &self.access_key_id),
            ("S3_SECRET_ACCESS_KEY", &self.secret_access_key),
            ("S3_PUBLIC_URL", &self.public_url.0),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }
}

const ENDPOINT: &str = "S3_ENDPOINT";
const ADDRESS: &str = "an address such as https://s3.ap-northeast-2.amazonaws.com";

/// Reads the settings; none where no storage is named.
pub(super) fn read<F>(env: &Variables<'_, F>) -> Result<Option<S3Settings>, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let Some(endpoint) = env.optional::<WebUrl>(ENDPOINT, ADDRESS)? else { return Ok(None) };
    let bucket =
        env.or("S3_BUCKET", "3 to 63 small letters, digits and hyphens", || Bucket("madang".to_owned()))?;
    let own = || WebUrl(format!("{}/{}", endpoint.0, bucket.0));
    Ok(Some(S3Settings {
        region: env.text("S3_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
        access_key_id: env.required("S3_ACCESS_KEY_ID", "a key id of the storage at S3_ENDPOINT")?,
        secret_access_key: env.required("S3_SECRET_ACCESS_KEY", "the secret of S3_ACCESS_KEY_ID")?.into(),
        public_url: env.or("S3_PUBLIC_URL", "an address such as https://images.example.kr", own)?,
        bucket: bucket.0,
        endpoint,
    }))
}

/// A bucket's name without dots, so that a certificate for all buckets covers it.
struct Bucket(String);

impl FromStr for Bucket {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = (3..=63).contains(&text.len())
            && text.chars().all(is_plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        is_name.then(|| Self(text.to_owned())).ok_or(())
    }
}
