//! Tests of Madang as its users meet it: they go through HTTP, the command line or SQL against a real
//! Postgres, a real NATS and a storage that speaks S3.
//!
//! [`support`] starts the private stack once for all tests and a node with a database and log of its own for
//! each. Modules mirror the URLs; [`log`], [`projections`] and [`golden`] guard what lies below, [`house`]
//! guards how the crates and modules use one another.

#![allow(missing_docs)]

mod accounts;
mod blocks;
mod boards;
mod callers;
mod comments;
mod consistency;
mod console;
mod cursors;
mod faults;
mod follows;
mod golden;
mod history;
mod house;
mod import;
mod input;
mod jobs;
mod likes;
mod log;
mod mail;
mod me;
mod media;
mod model;
mod openapi;
mod ops;
mod posts;
mod privacy;
mod projections;
mod races;
mod reactions;
mod rollout;
mod search;
mod site;
mod sockets;
mod storage;
mod supply;
mod support;
mod tags;
mod timeline;
mod users;
mod views;
