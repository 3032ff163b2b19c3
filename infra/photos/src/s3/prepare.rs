//! The preparation of the bucket at the start.

use super::{PUBLIC, Storage, StorageError};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use serde_json::json;
use tracing::{info, warn};

/// The region of AWS that must not be named when a bucket is made.
const UNNAMED_REGION: &str = "us-east-1";

impl Storage {
    /// Makes the bucket if there is none.
    ///
    /// # Errors
    /// The storage can't be reached, or does not let us have the bucket.
    pub async fn prepare(&self) -> Result<(), StorageError> {
        let Err(missing) = self.client.head_bucket().bucket(self.bucket()).send().await else {
            return Ok(());
        };
        if !missing.as_service_error().is_some_and(|error| error.is_not_found()) {
            return Err(missing.into());
        }
        let region = &self.settings.region;
        let config = (region != UNNAMED_REGION).then(|| {
            let location = BucketLocationConstraint::from(region.as_str());
            CreateBucketConfiguration::builder().location_constraint(location).build()
        });
        let made = self.client.create_bucket().bucket(self.bucket()).set_create_bucket_configuration(config);
        match made.send().await {
            Ok(_) => info!(bucket = self.bucket(), "the bucket was made"),
            // Another process has made the bucket first.
            Err(error)
                if error.as_service_error().is_some_and(|error| {
                    error.is_bucket_already_owned_by_you() || error.is_bucket_already_exists()
                }) => {}
            Err(error) => return Err(error.into()),
        }
        self.open_to_readers().await;
        Ok(())
    }

    /// Lets anyone read the files under [`PUBLIC`]. Some storages don't know such rules, and some leave them
    /// to their operators.
    async fn open_to_readers(&self) {
        let bucket = self.bucket();
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": format!("arn:aws:s3:::{bucket}/{PUBLIC}*"),
            }],
        });
        let put = self.client.put_bucket_policy().bucket(bucket).policy(policy.to_string()).send().await;
        if let Err(error) = put.map_err(StorageError::from) {
            warn!(%error, "let anyone read what is under {PUBLIC} in the bucket {bucket}, if they can't yet");
        }
    }
}
