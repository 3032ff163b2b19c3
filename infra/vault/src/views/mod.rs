//! Views: which person looks at which post. Each person counts once a day at each post, and no look has an
//! event of its own.
//!
//! A request leaves its look in this process's memory and waits for nothing ([`buffer`]). Every few seconds
//! the gathered looks are written down ([`table`]), where a second look of the same day finds the first, even
//! if it came by another process; then the new looks are put into batches, and each batch is told to the log
//! as one event ([`worker`]); a batch that is refused is put off ([`put_off`]). From the table on every look
//! is counted exactly once, even if a process dies at any moment. Looks that are still in memory then are
//! lost: nobody was promised that they count.
//!
//! The viewer is in no event. The table has viewers for two days, under keyed hashes that differ for each
//! post and day; so the erasure of a person need delete nothing there: their rows go by themselves.

mod buffer;
mod put_off;
mod table;
mod worker;

pub use buffer::Views;
pub use table::sweep;
pub use worker::Worker;
