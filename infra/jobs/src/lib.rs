//! Jobs: what is done beside requests, at once or at a time. A job is put in the queue by the transaction that causes
//! it, and done afterwards by whichever process is free.
//!
//! Reading order: [`job`] (what a job is, and how it may fail), [`queue`] (the way in), [`workers`] (who does the jobs
//! of a process), [`rows`] (the table behind both), [`counts`] (what operators see, and another try of what was given
//! up).
//!
//! Invariants of this crate:
//! - A job is done if, and only if, the transaction that enqueued it commits.
//! - A job is done at least once: whoever dies in the middle of one is replaced when its lease is over. So a job that
//!   was done by half can be begun anew without harm.
//! - Within a kind there is one open job for each key. What is asked for while it runs is not lost.
//! - Payloads hold ids. No word, address or secret is in the table, not even in an error: errors there are words of the
//!   code.
//! - This crate knows no kind of job.

pub mod counts;
pub mod job;
pub mod queue;
mod rows;
pub mod workers;

pub use counts::{Counts, GivenUp};
pub use job::{Failure, Job, Kind};
pub use queue::Queue;
pub use workers::Workers;
