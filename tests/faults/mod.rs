//! Faults: each is really done to real processes, with load running, and then the store is checked.
//!
//! Reading order: [`site`] (a Postgres, a nats-server and servers that a test may kill, freeze and start),
//! [`proxy`] (a wire between them that can be cut, held, or watched for the very moment), [`load`] (commands
//! and their answers), [`check`] (what must hold after any fault).
//!
//! `MADANG_FAULT_ROUNDS` says how often each fault is repeated (once by default), `MADANG_FAULT_SEED` makes
//! the same random choices again; `tests/campaign` plays many rounds.

mod backup;
mod check;
mod clock;
mod cluster;
mod disk;
mod files;
mod kills;
mod leaders;
mod load;
mod nats;
mod poison;
mod postgres;
mod proxy;
mod reactions;
mod rebuilds;
mod site;
mod views;

pub use crate::support::wait::{PATIENCE, until, within};
pub use site::{Up, free_port};

use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::OnceLock;

/// Number of times that each fault is repeated.
pub fn rounds() -> usize {
    read("MADANG_FAULT_ROUNDS").unwrap_or(1)
}

/// Random choices for this test that the same seed makes again; the seed is printed.
pub fn random(test: &str) -> StdRng {
    static SEED: OnceLock<u64> = OnceLock::new();
    let seed = *SEED.get_or_init(|| read("MADANG_FAULT_SEED").unwrap_or_else(rand::random));
    eprintln!("{test}: repeat with MADANG_FAULT_SEED={seed} MADANG_FAULT_ROUNDS={}", rounds());
    let name = test.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
    StdRng::seed_from_u64(seed ^ name)
}

fn read<T: std::str::FromStr>(variable: &str) -> Option<T> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
