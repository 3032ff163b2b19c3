//! Files, in any storage that speaks S3: photos, and the exports that people make of their own data.
//!
//! All files are in one bucket. A file under [`PUBLIC`] can be read by anyone who knows its key; the other
//! files are ours alone, and other people reach them only by links that are good for a few minutes.
//!
//! Reading order: [`Storage`] here, [`error`] (the storage's errors), [`prepare`] (the bucket at the start),
//! [`form`] (the form with which browsers upload).

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

/// The prefix of keys whose files anyone may read.
pub const PUBLIC: &str = "media/";

const CONNECT: Duration = Duration::from_secs(5);
/// The longest wait for the first byte of an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// The longest time for a request with all its tries. A large file on a slow line takes a while.
const WHOLE: Duration = Duration::from_secs(300);
/// The number of files that S3 deletes, and lists, in one request.
const AT_ONCE: usize = 1_000;

/// The bucket. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    client: Client,
    settings: Arc<S3Settings>,
}

/// The configuration for sending a file. The SDK counts sending as waiting for an answer, so that wait has no
/// bound here; only the whole request has.
fn sending() -> aws_sdk_s3::config::Builder {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).disable_read_timeout();
    aws_sdk_s3::Config::builder().timeout_config(timeouts.operation_timeout(WHOLE).build())
}

/// One file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The file's key: its name from the bucket's root.
    pub key: String,
    /// The file's size in bytes.
    pub size: u64,
    /// The time when the file was put there.
    pub modified: Option<SystemTime>,
}

impl Listed {
    /// True if the file was put there longer than `age` ago. A file that the storage does not date is young.
    #[must_use]
    pub fn is_older_than(&self, age: Duration) -> bool {
        self.modified.and_then(|at| at.elapsed().ok()).is_some_and(|elapsed| elapsed > age)
    }
}

impl Storage {
    /// Makes a client of the storage of `settings`; nothing is sent yet.
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
            // Paths that begin with the bucket's name, and no checksums but required ones: every storage that
            // speaks S3 takes these, and only some take the bucket's name in the host, and further checksums.
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts.operation_timeout(WHOLE).build())
            .build();
        Self { client: Client::from_conf(config), settings: Arc::new(settings) }
    }

    /// The URL at which anyone reads a file under [`PUBLIC`].
    #[must_use]
    pub fn public_url(&self, key: &str) -> String {
        format!("{}/{key}", self.settings.public_url.0)
    }

    /// Puts a file of these bytes into the bucket, in place of a file that had the same key.
    ///
    /// # Errors
    /// The storage's errors.
    pub async fn put(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.put_stream(key, content_type, ByteStream::from(bytes)).await
    }

    /// Puts a file of this machine into the bucket, piece by piece.
    ///
    /// # Errors
    /// The file can't be read, or the storage's errors.
    pub async fn put_file(&self, key: &str, content_type: &str, mut file: File) -> Result<(), StorageError> {
        file.rewind().map_err(StorageError::other)?;
        let stream = ByteStream::read_from().file(file.into()).build().await.map_err(StorageError::other)?;
        self.put_stream(key, content_type, stream).await
    }

    /// Puts a file into the bucket whose bytes never change under this key, so that readers keep it for a
    /// year.
    ///
    /// # Errors
    /// The storage's errors.
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

    /// Puts a body of exactly `size` bytes into the bucket as a file, while the body arrives.
    ///
    /// # Errors
    /// The storage's errors, and the body's: it is broken off, or of another size. No file is made then.
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
        // The body can't be hashed before it has arrived.
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

    /// A file's bytes; none if there is no such file, or it has more than `max_bytes`.
    ///
    /// # Errors
    /// The storage's errors.
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

    /// A file's size in bytes; none if there is no such file.
    ///
    /// # Errors
    /// The storage's errors.
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
    /// The time or the size is none that S3 allows.
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

    /// Deletes the file of this key, if there is one.
    ///
    /// # Errors
    /// The storage's errors.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.client.delete_object().bucket(self.bucket()).key(key).send().await?;
        Ok(())
    }

    /// Deletes all files in a folder, whose name ends with `/`. Returns the number of files.
    ///
    /// # Errors
    /// The storage's errors; some files may be deleted then.
    pub async fn delete_folder(&self, folder: &str) -> Result<usize, StorageError> {
        let mut deleted = 0;
        loop {
            // Each list is from the beginning: the files listed before are gone.
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

    /// Up to 1,000 files whose keys begin with `prefix`, ordered by key, from after `after`.
    ///
    /// # Errors
    /// The storage's errors.
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
    /// The time is none that S3 allows.
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
