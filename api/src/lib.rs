//! The HTTP layer of Madang: commands in, queries out.
//!
//! The modules stand on floors, from the ground up; a module uses only what is on a floor below its own, or
//! beside it one way (`tests/house.rs`):
//! 1. The ground. [`app`]: what every handler stands on. [`edge`]: what every handler takes in and gives out:
//!    callers, bodies, cursors, versions, positions, problems. [`layers`]: what happens around every handler:
//!    correlation, limits of rate, metrics. [`sockets`]: connections, and what they may cost. [`document`]:
//!    what the API's document says of all routes alike.
//! 2. [`feature`]: what a feature is, [`personal`]: what a feature has of a person, and [`wiring`]: what a
//!    feature may need of the process it runs in.
//! 3. The features, a folder each; its `mod.rs` declares all that the feature has. [`posts`] is one from end to end:
//!    `routes.rs` has its handlers with what the OpenAPI document says of them, `dto.rs` its JSON.
//! 4. [`features`]: the one list of all features. [`mod@router`], [`node`] (a process and its roles) and
//!    [`cli`] (the `madang` command) are loops over that list.
//!
//! Invariants of this crate:
//! - A handler parses, authorises, executes, responds. Rules live in `domain`.
//! - The answer to a client's mistake is a 4xx problem that says what to do, never a 500, whatever the client
//!   sends.
//! - Writes answer from the aggregate, reads from read models; neither mixes in the other.
//! - Routes and OpenAPI document come from the same lines, so they can't drift apart.
//! - No log line holds a query string, a body, a token or a password.
//! - Only this crate wires the others together.

pub mod account;
pub mod aliases;
pub mod app;
pub mod availability;
pub mod backlog;
pub mod blocks;
pub mod boards;
pub mod cli;
pub mod comments;
mod console;
pub mod dev;
pub mod document;
pub mod edge;
pub mod erasure;
pub mod events;
pub mod exports;
pub mod feature;
pub mod features;
pub mod follows;
pub mod layers;
mod letters;
pub mod likes;
pub mod me;
pub mod media;
pub mod node;
pub mod oauth;
pub mod ops;
pub mod pages;
pub mod passwords;
pub mod personal;
pub mod posts;
pub mod profile_images;
pub mod read_models;
pub mod roles;
pub mod router;
pub mod search;
pub mod searches;
pub mod sessions;
pub mod sign_ups;
mod site;
pub mod sockets;
pub mod tags;
pub mod timeline;
pub mod users;
pub mod wiring;
pub mod withdrawals;

pub use app::{App, Cors, Settings};
pub use router::router;
