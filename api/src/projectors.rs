//! Every projector there is: a new read model adds one line here.

use projections::Projector;
use projections::boards::BoardsProjector;
use projections::comments::CommentsProjector;
use projections::media::MediaProjector;
use projections::posts::PostsProjector;
use projections::profiles::ProfilesProjector;
use projections::search::SearchProjector;
use projections::searches::SearchesProjector;
use projections::tags::TagsProjector;
use projections::timelines::TimelinesProjector;
use service::settings::Settings;
use std::sync::Arc;

/// All of them, as this process's settings have them.
#[must_use]
pub fn all(settings: &Settings) -> Vec<Arc<dyn Projector>> {
    let merge_threshold = u32::try_from(settings.merge_threshold).unwrap_or(u32::MAX);
    vec![
        Arc::new(ProfilesProjector),
        Arc::new(PostsProjector),
        Arc::new(CommentsProjector),
        Arc::new(TagsProjector),
        Arc::new(MediaProjector),
        Arc::new(BoardsProjector),
        Arc::new(SearchProjector),
        Arc::new(SearchesProjector),
        Arc::new(TimelinesProjector::new(merge_threshold, settings.timeline_limits)),
    ]
}
