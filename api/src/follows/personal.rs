//! The follows of a person on both sides, ended, or taken away in an export.

use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, PAGE, TakeBack, TakeBackError};
use crate::users::dto::Person;
use domain::Event;
use domain::follow::{Follow, FollowCommand, FollowEvent};
use domain::value::{FollowId, UserId};
use futures::future::BoxFuture;
use projections::profiles;

/// The step that ends a person's follows: nobody follows, or is followed, who is not there any more.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::End(unfollow)];

/// The files of both sides.
pub(super) static EXPORTS: &[Export] = &[
    Export {
        name: "following.json",
        korean: "팔로우하는 사람",
        english: "whom you follow",
        reads: &["profiles"],
        write: following,
    },
    Export {
        name: "followers.json",
        korean: "나를 팔로우하는 사람",
        english: "who follows you",
        reads: &["profiles"],
        write: followers,
    },
];

fn unfollow(person: &ErasedPerson) -> BoxFuture<'_, Result<(), TakeBackError>> {
    Box::pin(async move {
        let standing = person.events(include_str!("standing_of.sql")).await?;
        let commands = standing.into_iter().filter_map(|event| {
            let Event::Follow(
                FollowEvent::Followed { follower_id, followee_id }
                | FollowEvent::FollowRequested { follower_id, followee_id },
            ) = event
            else {
                return None;
            };
            let command = FollowCommand::Unfollow { follower_id, followee_id };
            Some((FollowId::of(follower_id, followee_id).0, command))
        });
        person.execute_all::<Follow>(commands.collect()).await
    })
}

fn following(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(
        file.pages(Person::from, move |after| {
            profiles::query::following(&app.pool, me, Some(me), after, PAGE)
        }),
    )
}

fn followers(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(
        file.pages(Person::from, move |after| {
            profiles::query::followers(&app.pool, me, Some(me), after, PAGE)
        }),
    )
}
