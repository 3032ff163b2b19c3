//! Files, in any storage that speaks S3: photos, and what people take away of their own.
//!
//! One bucket. What is under [`PUBLIC`] anyone may read who knows its name; the rest is ours alone, and others
//! reach it only by links that are good for a few minutes.
//!
//! Reading order: [`Storage`] here, [`error`] (what can go wrong), [`prepare`] (the bucket at the start).

mod error;
mod prepare;

pub use error::StorageError;

use crate::config::S3Settings;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::fs::File;
use std::io::Seek;
use std::sync::Arc;
use std::time::Duration;

/// What begins with this anyone may read.
pub const PUBLIC: &str = "media/";

const CONNECT: Duration = Duration::from_secs(5);
/// Until the first byte of an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// With all tries. A large file on a slow line takes a while.
const WHOLE: Duration = Duration::from_secs(300);
/// As many as S3 deletes, and lists, in one request.
const AT_ONCE: usize = 1_000;

/// The bucket. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    client: Client,
    settings: Arc<S3Settings>,
}

/// One file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name, from the bucket's root.
    pub key: String,
    /// In bytes.
    pub size: u64,
}

impl Storage {
    /// Speaks to the storage of `settings`; nothing is sent yet.
    #[must_use]
    pub fn new(settings: S3Settings) -> Self {
        let secret = settings.secret_access_key.to_string();
        let credentials = Credentials::new(&settings.access_key_id, secret, None, None, "settings");
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER);
        let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http.build_https())
            .endpoint_url(&settings.endpoint.0)
            .region(Region::new(settings.region.clone()))
            .credentials_provider(credentials)
            // Every storage that speaks S3 takes these; names of buckets in the host, and checksums that are not
            // asked for, only some do.
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts.operation_timeout(WHOLE).build())
            .build();
        Self { client: Client::from_conf(config), settings: Arc::new(settings) }
    }

    /// Where anyone reads what is under [`PUBLIC`].
    #[must_use]
    pub fn public_url(&self, key: &str) -> String {
        format!("{}/{key}", self.settings.public_url.0)
    }

    /// Puts bytes there, in place of what had that name.
    ///
    /// # Errors
    /// The storage's.
    pub async fn put(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.put_stream(key, content_type, ByteStream::from(bytes)).await
    }

    /// Puts a file of this machine there, piece by piece.
    ///
    /// # Errors
    /// The file can't be read, or the storage's.
    pub async fn put_file(&self, key: &str, content_type: &str, mut file: File) -> Result<(), StorageError> {
        file.rewind().map_err(StorageError::other)?;
        let stream = ByteStream::read_from().file(file.into()).build().await.map_err(StorageError::other)?;
        self.put_stream(key, content_type, stream).await
    }

    async fn put_stream(&self, key: &str, content_type: &str, body: ByteStream) -> Result<(), StorageError> {
        let put =
            self.client.put_object().bucket(self.bucket()).key(key).content_type(content_type).body(body);
        put.send().await?;
        Ok(())
    }

    /// Deletes all that begins with `prefix`; how much that was.
    ///
    /// # Errors
    /// The storage's; some may be deleted then.
    pub async fn delete(&self, prefix: &str) -> Result<usize, StorageError> {
        let mut deleted = 0;
        loop {
            // From the beginning each time: what was listed is gone.
            let some = self.list(prefix, None).await?;
            if some.is_empty() {
                return Ok(deleted);
            }
            deleted += some.len();
            let keys = some.into_iter().map(|listed| ObjectIdentifier::builder().key(listed.key).build());
            let keys = keys.collect::<Result<_, _>>().map_err(StorageError::other)?;
            let delete = Delete::builder().set_objects(Some(keys)).quiet(true).build();
            let delete = delete.map_err(StorageError::other)?;
            let answer = self.client.delete_objects().bucket(self.bucket()).delete(delete).send().await?;
            if let Some(error) = answer.errors().first() {
                return Err(StorageError::NotDeleted(error.code().unwrap_or("no reason given").to_owned()));
            }
        }
    }

    /// Up to 1,000 files whose names begin with `prefix`, by name, from after `after`.
    ///
    /// # Errors
    /// The storage's.
    pub async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Listed>, StorageError> {
        let list = self.client.list_objects_v2().bucket(self.bucket()).prefix(prefix);
        let answer = list.max_keys(AT_ONCE as i32).set_start_after(after.map(str::to_owned)).send().await?;
        let listed = answer.contents().iter().filter_map(|object| {
            let size = u64::try_from(object.size().unwrap_or(0)).unwrap_or(0);
            Some(Listed { key: object.key()?.to_owned(), size })
        });
        Ok(listed.collect())
    }

    /// An address at which a browser downloads the file as `file_name`, for as long as `ttl`; a week at most.
    ///
    /// # Errors
    /// A time that S3 does not allow.
    pub async fn download_url(
        &self,
        key: &str,
        file_name: &str,
        ttl: Duration,
    ) -> Result<String, StorageError> {
        let get = self.client.get_object().bucket(self.bucket()).key(key);
        let get = get.response_content_disposition(format!("attachment; filename=\"{file_name}\""));
        let link = get.presigned(PresigningConfig::expires_in(ttl).map_err(StorageError::other)?).await?;
        Ok(link.uri().to_owned())
    }

    fn bucket(&self) -> &str {
        &self.settings.bucket
    }
}
