//! A page of a list, by keyset: stable while rows come and go around it.

/// A page has some rows, and the key after which the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// The page's items in list order; may be fewer than the limit even when more follow.
    pub items: Vec<T>,
    /// The key after which to continue; `None` at the end.
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// Makes a page with nothing on it, and none after it.
    #[must_use]
    pub fn nothing() -> Self {
        Self { items: vec![], next: None }
    }

    /// Makes a page of rows that were fetched with one more than `limit`: the surplus row only proves
    /// that another page follows.
    pub fn of(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }

    /// Makes the same page with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U, K> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
