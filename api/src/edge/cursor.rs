//! Cursors: where the next page of a list begins, opaque to clients.
//!
//! A cursor names its list, because a key of one list would silently mean another place in another.

use super::problem::Problem;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const VERSION: u8 = 1;
/// The longest cursor that is read: the longest tag, which is a key, fits in.
const MAX_LENGTH: usize = 512;

/// The character NUL as JSON writes it.
const NUL: &[u8] = b"\\u0000";

/// A cursor once it is decoded.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor<L, K> {
    v: u8,
    list: L,
    after: K,
}

/// Writes the cursor of the place right after `after`.
#[must_use]
pub fn write<K: Serialize>(list: &str, after: &K) -> String {
    let cursor = Cursor { v: VERSION, list, after };
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).expect("ids and numbers are JSON"))
}

/// Reads a cursor of this list.
///
/// # Errors
/// 400 for anything that [`write()`] did not write for this list.
pub fn read<K: DeserializeOwned>(list: &str, cursor: &str) -> Result<K, Problem> {
    let bytes = if cursor.len() <= MAX_LENGTH { BASE64_URL_SAFE_NO_PAD.decode(cursor).ok() } else { None };
    // No key holds the character NUL, and Postgres takes no text that does.
    let bytes = bytes.filter(|bytes| !bytes.windows(NUL.len()).any(|part| part == NUL));
    let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Cursor<String, K>>(&bytes).ok());
    match cursor {
        Some(cursor) if cursor.v == VERSION && cursor.list == list => Ok(cursor.after),
        Some(_) | None => Err(Problem::bad_parameter(
            "cursor",
            "invalid_cursor",
            "must be a `next_cursor` of this very list; leave it out to begin with the first page",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = write("posts", &Uuid::nil());
        assert_eq!(read::<Uuid>("posts", &cursor).ok(), Some(Uuid::nil()));
        assert_eq!(read::<Uuid>("people", &cursor).map_err(|problem| problem.status().as_u16()), Err(400));
        assert!(read::<i64>("posts", &cursor).is_err());
    }

    #[test]
    fn a_key_with_a_nul_is_refused() {
        assert!(read::<String>("tags", &write("tags", &"a\0")).is_err());
        assert!(read::<String>("tags", &write("tags", &"a0000")).is_ok());
    }

    #[test]
    fn the_longest_key_fits() {
        let tag = "\u{10428}".repeat(50);
        let cursor = write("followed_tags", &tag);
        assert_eq!(read::<String>("followed_tags", &cursor).ok(), Some(tag));
    }

    proptest! {
        #[test]
        fn every_place_survives_the_way(position: i64, id: u128) {
            prop_assert_eq!(read::<i64>("likes", &write("likes", &position)).ok(), Some(position));
            let id = Uuid::from_u128(id);
            prop_assert_eq!(read::<Uuid>("posts", &write("posts", &id)).ok(), Some(id));
        }

        #[test]
        fn garbage_is_refused_and_never_panics(garbage in "\\PC{0,300}", bytes: Vec<u8>) {
            prop_assert!(read::<i64>("likes", &garbage).is_err());
            prop_assert!(read::<i64>("likes", &BASE64_URL_SAFE_NO_PAD.encode(bytes)).is_err());
        }
    }
}
