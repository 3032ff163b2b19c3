//! Search: the documents that engines are fed from, the queries that engines answer, and how text is
//! compared.
//!
//! An engine shares no transaction with Postgres. The tables here are therefore the projection, written
//! exactly once; whole documents go from them to the engine by version ([`feed`]), as often as it takes, and
//! `madang verify` proves both equal. Vectors of posts come to the engine on a way of their own ([`texts`],
//! [`embedder`]), so that they delay no words.
//!
//! Reading order: [`text`] and [`words`] (which texts are the same, and what a query asks for), [`engine`]
//! (the port), [`feed`], [`texts`].

pub mod embedder;
pub mod engine;
pub mod feed;
mod fold;
mod project;
#[cfg(test)]
mod tests;
pub mod text;
pub mod texts;
pub mod words;

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use domain::Event;
use domain::like::{LikeEvent, Target};
use futures::future::BoxFuture;
use std::sync::Arc;

/// The projector of the schema `search`.
#[derive(Clone, Copy, Debug)]
pub struct SearchProjector;

static DEFINITION: Definition = Definition {
    name: "search",
    version: 2,
    interests: &["user", "post", "like"],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    // The column `changed` is left out: it depends on when likes took a step, and so on how the log was cut.
    compared: &[
        "select post_id, author_id, board_id, title, text, tags, alternative_texts, photo_count, followers_only,
            published_at, like_count, gone, version
         from posts",
        "select user_id, handle, display_name, bio, active, private, version from people",
        "select tag, post_count from tags where post_count > 0",
    ],
    checks: &[
        Check {
            states: "posts are as their latest events say, with their likes",
            sql: include_str!("checks/posts.sql"),
        },
        Check { states: "people are as their latest events say", sql: include_str!("checks/people.sql") },
        Check {
            states: "tags that posts for everyone carry are counted",
            sql: include_str!("checks/tags.sql"),
        },
    ],
};

impl Projector for SearchProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "the definition names the aggregates of interest")]
    fn concerns(&self, event: &Event) -> bool {
        match event {
            Event::Post(_) => true,
            Event::User(event) => fold::concerns(event),
            Event::Like(LikeEvent::Liked { target, .. } | LikeEvent::Unliked { target, .. }) => {
                matches!(target, Target::Post(_))
            }
            _ => false,
        }
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
