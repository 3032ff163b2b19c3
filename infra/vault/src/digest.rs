//! Keyed hashes of requests.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[derive(Clone)]
pub(super) struct RequestHasher(Hmac<Sha256>);

impl RequestHasher {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"))
    }

    pub(super) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_key_content_and_where_parts_end() {
        let hasher = RequestHasher::new([1; 32]);
        let hash = hasher.hash(&[b"POST", b"/v1/posts"]);
        assert_eq!(hash, hasher.hash(&[b"POST", b"/v1/posts"]));
        assert_ne!(hash, hasher.hash(&[b"POST/", b"v1/posts"]));
        assert_ne!(hash, hasher.hash(&[b"POST/v1/posts"]));
        assert_ne!(hash, RequestHasher::new([2; 32]).hash(&[b"POST", b"/v1/posts"]));
    }
}
