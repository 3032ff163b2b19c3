//! Counters: the changes of a batch are added to the counters of the rows concerned.

use crate::Tx;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Adds `first` and `second` to the two counters of each row that either names; `sql` takes the rows' ids and
/// both sums as arrays. A row whose changes sum up to nothing is not touched.
pub(crate) async fn add(
    tx: &mut Tx<'_>,
    sql: &'static str,
    first: &BTreeMap<Uuid, i64>,
    second: &BTreeMap<Uuid, i64>,
) -> Result<(), sqlx::Error> {
    let mut sums: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    first.iter().for_each(|(&row, change)| sums.entry(row).or_default().0 += change);
    second.iter().for_each(|(&row, change)| sums.entry(row).or_default().1 += change);
    sums.retain(|_, sum| *sum != (0, 0));
    if sums.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(sums.keys().copied().collect::<Vec<_>>())
        .bind(sums.values().map(|(first, _)| *first).collect::<Vec<_>>())
        .bind(sums.values().map(|(_, second)| *second).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
