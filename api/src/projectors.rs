//! Every projector there is: a new read model adds one line here.

use projections::Projector;
use projections::comments::CommentsProjector;
use projections::posts::PostsProjector;
use projections::profiles::ProfilesProjector;
use projections::tags::TagsProjector;
use projections::timelines::TimelinesProjector;
use std::sync::Arc;

/// All of them, as this process's settings have them.
#[must_use]
pub fn all(merge_threshold: u64) -> Vec<Arc<dyn Projector>> {
    vec![
        Arc::new(ProfilesProjector),
        Arc::new(PostsProjector),
        Arc::new(CommentsProjector),
        Arc::new(TagsProjector),
        Arc::new(TimelinesProjector::new(u32::try_from(merge_threshold).unwrap_or(u32::MAX))),
    ]
}
