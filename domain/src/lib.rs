//! The rules of Madang: what may happen, and what has happened.
//!
//! Reading order:
//! 1. [`value`]: what input must look like before a command can even be written.
//! 2. [`aggregate`]: the shape that every aggregate has (`decide`, `evolve`).
//! 3. [`post`]: one aggregate from end to end; [`user`], [`comment`], [`follow`], [`like`], [`media`],
//!    [`blocklist`], [`followed_tags`], [`search_history`], [`board`], [`alias`] and [`view_batch`] are its kin.
//! 4. [`event`]: every event of every aggregate as one type, and how stored events are read back;
//!    [`schema`]: what each event looks like to others.
//! 5. [`korea`]: when the community's days begin.
//!
//! Invariants of this crate:
//! - No I/O, clock, randomness or async runtime: ids, times and facts about other aggregates come in
//!   with the command, so that a decision can be repeated and tested.
//! - `evolve` has no rules and cannot fail: what has happened has happened.
//! - Events hold plain strings and ids, never validated newtypes: old and masked events stay readable
//!   whatever today's rules are.
//! - No secret and no private detail (an address, a phone number) has a field in any event. Each text field
//!   says beside its type whether the text is a person's, to be masked when that person is forgotten
//!   ([`schema::Class`]).

pub mod aggregate;
pub mod alias;
pub mod blocklist;
pub mod board;
pub mod comment;
pub mod event;
pub mod follow;
pub mod followed_tags;
pub mod korea;
pub mod like;
pub mod media;
pub mod post;
pub mod schema;
pub mod search_history;
pub mod upcast;
pub mod user;
pub mod value;
pub mod view_batch;

pub use aggregate::{Claim, Decide, Refusal, RefusalKind};
pub use event::Event;
