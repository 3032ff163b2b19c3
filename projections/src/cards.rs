//! How things are shown in a list that another slice keeps: the slice that owns the things gives their SQL,
//! the one that owns the list puts its scan before it, and one statement answers the whole page.

use sqlx::postgres::PgRow;

/// The SQL of one kind of thing, and how its row is read.
pub struct Cards<T: 'static> {
    /// What is selected; $1 is the viewer.
    pub(crate) columns: &'static str,
    /// Joins that begin at `scanned`, which has the things' ids.
    pub(crate) joins: &'static str,
    /// None where the viewer may not see it.
    pub(crate) read: fn(&PgRow) -> Result<Option<T>, sqlx::Error>,
}

impl<T> Cards<T> {
    /// A statement that shows what `scan` finds. `keys` are columns of `scanned` that come along.
    pub(crate) fn over(&self, scan: &str, keys: &str, order: &str) -> String {
        let Self { columns, joins, .. } = self;
        format!("with scanned as (\n{scan})\nselect {keys},\n{columns}from scanned\n{joins}order by {order}")
    }
}
