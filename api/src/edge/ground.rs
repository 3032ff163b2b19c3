//! The ground as handlers use it: its failures are told as problems.

use super::Problem;
use super::failure::is_of_another_copy;
use crate::app::Ground;
use photos::s3::Storage;

impl Ground {
    /// The storage for files.
    ///
    /// # Errors
    /// 503 where no storage is named.
    pub fn storage(&self) -> Result<&Storage, Problem> {
        self.storage.as_ref().ok_or_else(|| {
            Problem::unavailable(
                "no_storage",
                "This server keeps no files. Whoever runs it can name a storage.",
            )
        })
    }

    /// Runs a query of a read model, and once more if a rebuilt copy was swapped in under it.
    ///
    /// # Errors
    /// 503 if the database is away, 500 otherwise.
    pub async fn read<T, F>(&self, query: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        match query().await {
            Err(error) if is_of_another_copy(&error) => Ok(query().await?),
            result => Ok(result?),
        }
    }
}
