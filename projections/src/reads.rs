//! The connections that queries read through.

use sqlx::PgExecutor;

/// A pool, or any executor that can be copied: it runs one statement after the other, each on a connection of
/// its choice.
pub trait Reads<'p>: PgExecutor<'p> + Copy {}

impl<'p, P: PgExecutor<'p> + Copy> Reads<'p> for P {}
