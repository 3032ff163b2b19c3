//! First pages of timelines that were read lately, kept as they went out.
//!
//! People ask again and again for a timeline in which nothing has happened. A page stands until an event
//! touches its reader, the people they follow, or one of its posts. Every process hears of each event
//! ([`Touched`]), so it knows by itself whether a page still stands, and as of which position: a reader who
//! must see more is sent to Postgres, and so is everyone once something was touched.

use crate::edge::list::Written;
use domain::value::UserId;
use event_log::touched::{Epoch, Touched};
use moka::sync::Cache;
use projections::Position;
use projections::progress::Progress;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// The share of the memory, one in so many bytes, for lists of followees.
const FOLLOWEES_SHARE: u64 = 4;
/// The most followees with which a page is kept: asking for each of more followees whether they were touched
/// costs as much as reading the page.
pub const FOLLOWEES_MAX: usize = 1_000;
/// The bytes that an entry takes beside its content, about.
const ENTRY: usize = 300;
/// The greatest age of a page, for changes that no event tells: NATS is away, a mended read model was swapped
/// in.
const MAX_AGE: Duration = Duration::from_secs(5);
/// The time within which a reader of a first page is expected to come back.
const COMES_BACK_WITHIN: Duration = Duration::from_secs(60);
/// The number of readers that are remembered, at most: 2 MB.
const READERS: u64 = 16_384;
/// The greatest age of a list of followees. Longer than that of a page: a page that is read anew is right
/// whatever the list; a wrong list would only keep a page for too long.
const FOLLOWEES_MAX_AGE: Duration = Duration::from_secs(60);

/// The cache of pages of this process's readers. Bounded in bytes.
pub struct PageCache {
    touched: Arc<Touched>,
    pages: Cache<(UserId, Box<str>), Arc<CachedPage>>,
    followees: Cache<UserId, Arc<Followees>>,
    /// The people who read a first page lately.
    readers: Cache<UserId, ()>,
}

/// A moment before a reading: the read models had reached at least its position.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    epoch: Epoch,
    position: Position,
}

struct CachedPage {
    page: Written,
    posts: Vec<Uuid>,
    followees: Arc<Followees>,
    epoch: Epoch,
    /// The position up to which no event has touched the page.
    stands: AtomicI64,
}

struct Followees {
    /// The followees' ids; `None` if they are too many.
    ids: Option<Vec<Uuid>>,
    read: Moment,
}

impl PageCache {
    /// Makes a cache of about `max_bytes` bytes.
    #[must_use]
    pub fn new(touched: Arc<Touched>, max_bytes: u64) -> Self {
        let pages = Cache::builder()
            .max_capacity(max_bytes - max_bytes / FOLLOWEES_SHARE)
            .weigher(|_, cached: &Arc<CachedPage>| {
                weight(cached.page.size() + cached.posts.len() * size_of::<Uuid>())
            })
            .time_to_live(MAX_AGE)
            .build();
        let followees = Cache::builder()
            .max_capacity(max_bytes / FOLLOWEES_SHARE)
            .weigher(|_, followees: &Arc<Followees>| {
                weight(followees.ids.as_ref().map_or(0, Vec::len) * size_of::<Uuid>())
            })
            .time_to_live(FOLLOWEES_MAX_AGE)
            .build();
        let readers = Cache::builder().max_capacity(READERS).time_to_live(COMES_BACK_WITHIN).build();
        Self { touched, pages, followees, readers }
    }

    /// Returns the page that this query was answered with before, if it still stands, and the position up to
    /// which it does.
    pub fn get(&self, reader: UserId, query: &str) -> Option<(Written, Position)> {
        let key = (reader, query.into());
        let cached = self.pages.get(&key)?;
        let since = cached.stands.load(Ordering::Relaxed);
        let followees = cached.followees.ids.iter().flatten().copied();
        let ids = std::iter::once(reader.0).chain(followees).chain(cached.posts.iter().copied());
        let Some(stands) = self.touched.untouched(cached.epoch, since, ids) else {
            self.pages.invalidate(&key);
            return None;
        };
        cached.stands.fetch_max(stands, Ordering::Relaxed);
        Some((cached.page.clone(), stands))
    }

    /// Returns the moment, to be taken before the page to be kept is read.
    #[must_use]
    pub fn moment(&self, progress: &Progress) -> Moment {
        let epoch = self.touched.epoch();
        let (timelines, _) = progress.checkpoint("timelines");
        let (posts, _) = progress.checkpoint("posts");
        Moment { epoch, position: timelines.min(posts) }
    }

    /// Keeps a page that shows these posts, read after the moment, for a reader who has come before.
    /// `read_followees` returns the people whom the reader follows, at most one more than [`FOLLOWEES_MAX`];
    /// it is called if they are not known.
    ///
    /// # Errors
    /// Those of `read_followees`.
    pub async fn keep<E>(
        &self,
        reader: UserId,
        query: &str,
        moment: Moment,
        (page, posts): (&Written, Vec<Uuid>),
        read_followees: impl AsyncFnOnce() -> Result<Vec<Uuid>, E>,
    ) -> Result<(), E> {
        let (followees, known_to) = match self.followees_of(reader) {
            Some(known) => known,
            // Many pages are read only once, and a list of followees costs as much to read as the page does.
            None if !self.comes_back(reader) => return Ok(()),
            None => {
                let ids = read_followees().await?;
                let ids = (ids.len() <= FOLLOWEES_MAX).then_some(ids);
                let read = Arc::new(Followees { ids, read: moment });
                self.followees.insert(reader, read.clone());
                (read, moment.position)
            }
        };
        if followees.ids.is_some() {
            // The reader may have followed someone between the two readings.
            let stands = AtomicI64::new(moment.position.min(known_to));
            let cached = CachedPage { page: page.clone(), posts, followees, epoch: moment.epoch, stands };
            self.pages.insert((reader, query.into()), Arc::new(cached));
        }
        Ok(())
    }

    fn comes_back(&self, reader: UserId) -> bool {
        let known = self.readers.contains_key(&reader);
        if !known {
            self.readers.insert(reader, ());
        }
        known
    }

    /// Returns the people whom the reader follows, and the position up to which that is known to be so.
    fn followees_of(&self, reader: UserId) -> Option<(Arc<Followees>, Position)> {
        let known = self.followees.get(&reader)?;
        let Moment { epoch, position } = known.read;
        let known_to = self.touched.untouched(epoch, position, std::iter::once(reader.0))?;
        Some((known, known_to))
    }
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes + ENTRY).unwrap_or(u32::MAX)
}
