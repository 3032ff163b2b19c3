//! The form with which a browser posts a file straight to the storage. We sign the form, with a policy that
//! the storage enforces
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>). The SDK can't make
//! such forms.

use super::Storage;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;

/// A form that uploads one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadForm {
    /// The URL to which the form is posted, as `multipart/form-data`.
    pub url: String,
    /// The form's fields, to come before the field `file`.
    pub fields: Vec<(&'static str, String)>,
}

impl Storage {
    /// A form that uploads a file of this key and type and of 1 to `max_bytes` bytes, for as long as `ttl`
    /// from `now`.
    #[must_use]
    pub fn upload_form(
        &self,
        key: &str,
        content_type: &str,
        max_bytes: u64,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> UploadForm {
        let settings = &self.settings;
        let day = now.format("%Y%m%d").to_string();
        let date = now.format("%Y%m%dT%H%M%SZ").to_string();
        let credential = format!("{}/{day}/{}/s3/aws4_request", settings.access_key_id, settings.region);
        let policy = json!({
            "expiration": (now + ttl).to_rfc3339_opts(SecondsFormat::Millis, true),
            "conditions": [
                { "bucket": settings.bucket },
                ["eq", "$key", key],
                ["eq", "$Content-Type", content_type],
                ["content-length-range", 1, max_bytes],
                { "x-amz-algorithm": ALGORITHM },
                { "x-amz-credential": credential },
                { "x-amz-date": date },
            ],
        });
        let policy = STANDARD.encode(policy.to_string());
        let mut signing = hmac(format!("AWS4{}", &*settings.secret_access_key).as_bytes(), &day);
        for part in [settings.region.as_str(), "s3", "aws4_request"] {
            signing = hmac(&signing, part);
        }
        let signature: String = hmac(&signing, &policy).iter().map(|byte| format!("{byte:02x}")).collect();
        UploadForm {
            url: format!("{}/{}", settings.endpoint.0, settings.bucket),
            fields: vec![
                ("key", key.to_owned()),
                ("Content-Type", content_type.to_owned()),
                ("x-amz-algorithm", ALGORITHM.to_owned()),
                ("x-amz-credential", credential),
                ("x-amz-date", date),
                ("policy", policy),
                ("x-amz-signature", signature),
            ],
        }
    }
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is one");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}
