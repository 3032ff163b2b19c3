//! Cards show posts in a list of another slice: the slice that owns the posts gives their SQL, the slice that
//! owns the list puts its scan before it, and one statement answers the whole page.

use sqlx::postgres::PgRow;

/// The SQL of one kind of card, and the function that reads its row.
pub struct Cards<T: 'static> {
    /// The columns that are selected; $1 is the viewer.
    pub(crate) columns: &'static str,
    /// The joins that begin at `scanned`, which has the ids of what is shown.
    pub(crate) joins: &'static str,
    /// The function that reads a card from a row; it returns none where the viewer may not see the card.
    pub(crate) read: fn(&PgRow) -> Result<Option<T>, sqlx::Error>,
}

impl<T> Cards<T> {
    /// Returns a statement that shows the cards whose ids `scan` finds. `keys` are columns of `scanned` that
    /// come along.
    pub(crate) fn over(&self, scan: &str, keys: &str, order: &str) -> String {
        let Self { columns, joins, .. } = self;
        format!("with scanned as (\n{scan})\nselect {keys},\n{columns}from scanned\n{joins}order by {order}")
    }
}
