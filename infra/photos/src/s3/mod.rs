//! Files, in any storage that speaks S3: photos, and what people take away of their own.
//!
//! One bucket. What is under [`PUBLIC`] anyone may read who knows its name; the rest is ours alone, and others
//! reach it only by links that are good for a few minutes.
//!
//! Reading order: [`Storage`] here, [`error`] (what can go wrong), [`prepare`] (the bucket at the start), [`form`]
//! (what browsers upload with).

mod error;
mod form;
mod prepare;

pub use error::StorageError;
pub use form::UploadForm;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use http_body::Body;
use hyper::body::Bytes;
use service::settings::S3Settings;
use std::error::Error;
use std::fs::File;
use std::io::Seek;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

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

/// The SDK counts sending as waiting for an answer. What is sent takes as long as it takes; only all of it is
/// bounded.
fn sending() -> aws_sdk_s3::config::Builder {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).disable_read_timeout();
    aws_sdk_s3::Config::builder().timeout_config(timeouts.operation_timeout(WHOLE).build())
}

/// One file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name, from the bucket's root.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// When it was put there.
    pub modified: Option<SystemTime>,
}

impl Listed {
    /// Whether it was there long ago. What the storage does not date is young.
    #[must_use]
    pub fn is_older_than(&self, age: Duration) -> bool {
        self.modified.and_then(|at| at.elapsed().ok()).is_some_and(|elapsed| elapsed > age)
    }
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

    /// Puts bytes there that never change under this name, so that readers keep them for a year.
    ///
    /// # Errors
    /// The storage's.
    pub async fn put_for_ever(
        &self,
        key: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StorageError> {
        let put = self.putting(key, content_type, ByteStream::from(bytes));
        put.cache_control("public, max-age=31536000, immutable").send().await?;
        Ok(())
    }

    /// Puts there what arrives, as it arrives: exactly `size` bytes.
    ///
    /// # Errors
    /// The storage's, and the body's: it is broken off, or of another size. Nothing is there then.
    pub async fn put_arriving<B>(
        &self,
        key: &str,
        content_type: &str,
        size: u64,
        body: B,
    ) -> Result<(), StorageError>
    where
        B: Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let length = i64::try_from(size).map_err(StorageError::other)?;
        let put = self.putting(key, content_type, ByteStream::from_body_1_x(body)).content_length(length);
        // It can't be hashed before it has arrived.
        put.customize().config_override(sending()).disable_payload_signing().send().await?;
        Ok(())
    }

    async fn put_stream(&self, key: &str, content_type: &str, body: ByteStream) -> Result<(), StorageError> {
        self.putting(key, content_type, body).customize().config_override(sending()).send().await?;
        Ok(())
    }

    fn putting(&self, key: &str, content_type: &str, body: ByteStream) -> PutObjectFluentBuilder {
        self.client.put_object().bucket(self.bucket()).key(key).content_type(content_type).body(body)
    }

    /// All of a file; none if it is not there, or has more than `max_bytes`.
    ///
    /// # Errors
    /// The storage's.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, StorageError> {
        let answer = match self.client.get_object().bucket(self.bucket()).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let size = answer.content_length().and_then(|length| u64::try_from(length).ok());
        if size.is_none_or(|size| size > max_bytes) {
            return Ok(None);
        }
        let bytes = answer.body.collect().await.map_err(StorageError::other)?;
        Ok(Some(bytes.to_vec()))
    }

    /// How many bytes a file has; none if it is not there.
    ///
    /// # Errors
    /// The storage's.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        match self.client.head_object().bucket(self.bucket()).key(key).send().await {
            Ok(answer) => Ok(answer.content_length().and_then(|length| u64::try_from(length).ok())),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// An address to which exactly `size` bytes of this type can be PUT, for as long as `ttl`.
    ///
    /// # Errors
    /// A time or a size that S3 does not allow.
    pub async fn upload_url(
        &self,
        key: &str,
        content_type: &str,
        size: u64,
        ttl: Duration,
    ) -> Result<String, StorageError> {
        let length = i64::try_from(size).map_err(StorageError::other)?;
        let put = self.client.put_object().bucket(self.bucket()).key(key);
        let put = put.content_type(content_type).content_length(length);
        let link = put.presigned(PresigningConfig::expires_in(ttl).map_err(StorageError::other)?).await?;
        Ok(link.uri().to_owned())
    }

    /// Deletes one file, if it is there.
    ///
    /// # Errors
    /// The storage's.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.client.delete_object().bucket(self.bucket()).key(key).send().await?;
        Ok(())
    }

    /// Deletes all in a folder, whose name ends with `/`; how much that was.
    ///
    /// # Errors
    /// The storage's; some may be deleted then.
    pub async fn delete_folder(&self, folder: &str) -> Result<usize, StorageError> {
        let mut deleted = 0;
        loop {
            // From the beginning each time: what was listed is gone.
            let some = self.list(folder, None).await?;
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
            let modified = object.last_modified().and_then(|at| SystemTime::try_from(*at).ok());
            Some(Listed { key: object.key()?.to_owned(), size, modified })
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
