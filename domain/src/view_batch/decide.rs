//! The rules of a view batch.

use super::{ViewBatch, ViewBatchCommand, ViewBatchEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewBatchRefusal {
    /// The batch has no posts, or more than a batch holds.
    #[error("a batch counts 1 to 500 posts")]
    Size,
}

impl Refusal for ViewBatchRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Size => "view_batch_size",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Size => RefusalKind::Invalid,
        }
    }
}

impl Decide for ViewBatch {
    const TYPE: &'static str = "view_batch";
    type Command = ViewBatchCommand;
    type Event = ViewBatchEvent;
    type Refusal = ViewBatchRefusal;

    fn decide(&self, command: &ViewBatchCommand) -> Result<Vec<ViewBatchEvent>, ViewBatchRefusal> {
        let ViewBatchCommand::Count { posts } = command;
        if !(1..=Self::POSTS_MAX).contains(&posts.len()) {
            return Err(ViewBatchRefusal::Size);
        }
        if self.counted {
            return Ok(vec![]);
        }
        Ok(vec![ViewBatchEvent::ViewsCounted { posts: posts.clone() }])
    }

    fn evolve(&mut self, event: &ViewBatchEvent) {
        match event {
            ViewBatchEvent::ViewsCounted { .. } => self.counted = true,
        }
    }
}

cqrs_aggregate!(ViewBatch);
