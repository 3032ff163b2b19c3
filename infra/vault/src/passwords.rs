//! Passwords are hashed with argon2id (parameters as OWASP advises), a few at a time: each hash takes a core
//! for tens of milliseconds and 19 MiB, so that without a bound a burst of logins stops everything. The
//! hashing is done by threads that give way to all others, so that a burst costs nobody else's time.

use super::VaultError;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use service::polite;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The most passwords that wait for a core: a further one would wait longer than a client does.
const WAITING_MAX: usize = 256;

/// The hash that is checked when a person has none, so that the time tells nothing. Made by hashing, at the
/// first need.
static NOBODY: OnceLock<String> = OnceLock::new();

#[derive(Clone)]
pub(super) struct Passwords {
    working: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            working: Arc::new(Semaphore::new(cores)),
            admitted: Arc::new(Semaphore::new(cores + WAITING_MAX)),
        }
    }

    /// The PHC string of a password with a salt of its own.
    pub(super) async fn hash(&self, password: &str) -> Result<String, VaultError> {
        let password = normal(password);
        self.run(move || hash(&password)).await
    }

    /// True if the password is the hashed one. Without a hash, the check takes as long and is false.
    pub(super) async fn check(&self, hash: Option<String>, password: &str) -> Result<bool, VaultError> {
        let password = normal(password);
        self.run(move || match hash {
            Some(hash) => matches(&hash, &password),
            None => {
                matches(NOBODY.get_or_init(|| self::hash("nobody")), &password);
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, VaultError> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| VaultError::Overloaded)?;
        let core = self.working.clone().acquire_owned().await.expect("the semaphore is never closed");
        let worked = polite::run("password", move || {
            let result = work();
            // The permits go with the work: a caller who hangs up does not free a core that is still busy.
            drop((core, admitted));
            result
        });
        worked.await.map_err(|error| VaultError::Unavailable(Box::new(error)))
    }
}

/// The number of letters of a password, in the form in which it is hashed: a rule on the length that counted the
/// letters as typed would know a password from one keyboard and not from another.
#[must_use]
pub fn password_length(password: &str) -> usize {
    password.nfc().count()
}

/// The password in Unicode's composed form: keyboards type the same letters, Hangul above all, composed or
/// decomposed. Every stored hash is of this form, also of a password that was counted as typed, and so is
/// shorter or longer than the rule on new ones has it: one check finds each of them.
fn normal(password: &str) -> String {
    password.nfc().collect()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> String {
    let hash: PasswordHash =
        argon2().hash_password(password.as_bytes()).expect("any password of less than 4 GiB can be hashed");
    hash.to_string()
}

fn matches(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_matches_and_equal_ones_have_different_hashes() {
        let passwords = Passwords::new();
        let hash = passwords.hash("마당에서 만나요").await.expect("free");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("마당에서 만나요").await.expect("free"));
        assert!(passwords.check(Some(hash.clone()), "마당에서 만나요").await.expect("free"));
        let decomposed: String = "마당에서 만나요".nfd().collect();
        assert!(passwords.check(Some(hash.clone()), &decomposed).await.expect("free"));
        assert!(!passwords.check(Some(hash), "마당에서 만나").await.expect("free"));
        assert!(!passwords.check(None, "nobody").await.expect("free"));
    }

    #[test]
    fn a_password_is_as_long_as_what_is_hashed_of_it() {
        for (password, length) in [("비밀번호", 4), ("각각각", 3), ("long enough", 11), ("", 0)] {
            let decomposed: String = password.nfd().collect();
            assert_eq!((password_length(password), password_length(&decomposed)), (length, length));
        }
    }

    #[tokio::test]
    async fn more_than_can_be_served_in_time_are_turned_away() {
        let passwords = Passwords::new();
        let all = u32::try_from(passwords.admitted.available_permits()).expect("small");
        let held = passwords.admitted.clone().acquire_many_owned(all).await.expect("open");
        assert!(matches!(passwords.check(None, "x").await, Err(VaultError::Overloaded)));
        drop(held);
        assert!(!passwords.check(None, "x").await.expect("free again"));
    }
}
