//! Who looks at what: each person once a day, and no event for each look.
//!
//! A request leaves its look in this process's memory and waits for nothing ([`buffer`]). Every few seconds what
//! has gathered is written down ([`table`]), where a second look of the same day finds the first, whichever
//! process it came by; then what is new is put into batches, and each batch is told to the log as one event
//! ([`worker`]); one that is refused is put off ([`put_off`]). From the table on every look is counted exactly once, whoever dies when. What is still in memory
//! then is lost: nobody was promised that it counts.
//!
//! Who looked is in no event. The table has it for two days, under keyed hashes that differ for each post and day;
//! so there is nothing in it to erase of who leaves, but what goes by itself.

mod buffer;
mod put_off;
mod table;
mod worker;

pub use buffer::Views;
pub use table::sweep;
pub use worker::Worker;
