//! Jobs: work that is done beside requests, at once or at a set time. A job is put in the queue by the
//! transaction that causes it, and done afterwards by any process that is free.
//!
//! Reading order: [`job`] (what a job is, and how it may fail), [`queue`] (the way into the queue),
//! [`workers`] (the tasks that do the jobs of a process), [`rows`] (the table behind both), [`counts`] (the
//! numbers that operators see, and another try of jobs that were given up).
//!
//! Invariants of this crate:
//! - A job is done if, and only if, the transaction that enqueued it commits.
//! - A job is done at least once: when a process dies in the middle of a job, another one takes the job when
//!   its lease is over. So a job that was done by half can be begun anew without harm.
//! - Within a kind there is one open job for each key. A job that is enqueued while it runs is not lost.
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
