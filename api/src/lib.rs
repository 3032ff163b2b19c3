//! Madang's HTTP: commands in, queries out.
//!
//! Reading order:
//! 1. [`posts`]: one resource from end to end: `routes.rs` has its handlers with what the OpenAPI document
//!    says of them, `dto.rs` its JSON. [`users`], [`me`], [`follows`], [`comments`], [`likes`], [`timeline`],
//!    [`tags`], [`search`], [`searches`], [`boards`], [`aliases`], [`media`], [`profile_images`] are its kin; [`sign_ups`], [`availability`], [`sessions`], [`oauth`], [`passwords`],
//!    [`account`], [`exports`], [`roles`] and [`withdrawals`] are about who someone is; [`ops`] is for those who run the service.
//! 2. [`edge`]: what every handler takes in and gives out: who asks, bodies, cursors, versions, positions,
//!    problems.
//! 3. [`layers`]: what happens around every handler: correlation, limits of rate, metrics.
//! 4. [`mod@router`]: the routes put together with the document that describes them.
//! 5. [`app`]: what handlers work with.
//! 6. [`sockets`]: connections, and what they may cost.
//! 7. [`dev`]: pages for whoever tries Madang out.
//! 8. [`node`]: a process and its roles, wired together; [`projectors`]: every read model there is;
//!    [`cli`]: the `madang` command.
//!
//! Invariants of this crate:
//! - A handler parses, authorises, executes, responds. Rules live in `domain`.
//! - Whatever a client sends, the answer is a 4xx problem that says what to do, never a 500.
//! - Writes answer from the aggregate, reads from read models; neither mixes in the other.
//! - Routes and OpenAPI document come from the same lines, so they can't drift apart.
//! - No log line holds a query string, a body, a token or a password.
//! - Only this crate wires the others together.

pub mod account;
pub mod aliases;
pub mod app;
pub mod availability;
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
pub mod follows;
pub mod layers;
pub mod likes;
pub mod me;
pub mod media;
pub mod node;
pub mod oauth;
pub mod ops;
pub mod pages;
pub mod passwords;
pub mod posts;
pub mod profile_images;
pub mod projectors;
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
pub mod withdrawals;

pub use app::{App, Cors, Parts, Readiness, Settings};
pub use router::router;
