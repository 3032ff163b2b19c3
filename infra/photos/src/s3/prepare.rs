//! The bucket at the start.

use super::{PUBLIC, Storage, StorageError};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use serde_json::json;
use tracing::{info, warn};

/// Of AWS, where it must not be named.
const UNNAMED_REGION: &str = "us-east-1";

impl Storage {
    /// Makes the bucket if it is not there.
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
        let place = (region != UNNAMED_REGION).then(|| {
            let place = BucketLocationConstraint::from(region.as_str());
            CreateBucketConfiguration::builder().location_constraint(place).build()
        });
        let made = self.client.create_bucket().bucket(self.bucket()).set_create_bucket_configuration(place);
        match made.send().await {
            Ok(_) => info!(bucket = self.bucket(), "the bucket was made"),
            // Another node was quicker.
            Err(error)
                if error.as_service_error().is_some_and(|error| {
                    error.is_bucket_already_owned_by_you() || error.is_bucket_already_exists()
                }) => {}
            Err(error) => return Err(error.into()),
        }
        self.open_to_readers().await;
        Ok(())
    }

    /// Lets anyone read what is public. Not every storage knows such rules, and some leave them to those who run
    /// it.
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
