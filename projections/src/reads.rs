//! What queries read through.

use sqlx::PgExecutor;

/// A pool: whatever runs one statement after the other, each where it likes.
pub trait Reads<'p>: PgExecutor<'p> + Copy {}

impl<'p, P: PgExecutor<'p> + Copy> Reads<'p> for P {}
