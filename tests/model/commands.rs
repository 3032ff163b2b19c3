//! The commands of the model's people. A number names the person, post or comment that a command concerns.
//! The numbers wrap around where there are fewer, so that commands can be left out and the rest still means
//! something.

use super::Case;
use super::state::{HANDLES, PEOPLE, State, TAGS};
use crate::support::client::Answer;
use proptest::collection::btree_set;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub enum Command {
    Rename {
        who: usize,
        handle: usize,
    },
    Leave {
        who: usize,
    },
    Follow {
        who: usize,
        whom: usize,
    },
    Unfollow {
        who: usize,
        whom: usize,
    },
    RemoveFollower {
        who: usize,
        whom: usize,
    },
    Publish {
        who: usize,
        tags: BTreeSet<usize>,
    },
    EditPost {
        who: usize,
        post: usize,
        tags: BTreeSet<usize>,
    },
    DeletePost {
        who: usize,
        post: usize,
    },
    LikePost {
        who: usize,
        post: usize,
    },
    UnlikePost {
        who: usize,
        post: usize,
    },
    Comment {
        who: usize,
        post: usize,
    },
    Reply {
        who: usize,
        post: usize,
        parent: usize,
    },
    /// A reply under the post where the parent stands.
    ReplyThere {
        who: usize,
        parent: usize,
    },
    EditComment {
        who: usize,
        comment: usize,
        text: usize,
    },
    DeleteComment {
        who: usize,
        comment: usize,
    },
    LikeComment {
        who: usize,
        comment: usize,
    },
    UnlikeComment {
        who: usize,
        comment: usize,
    },
}

pub fn any() -> impl Strategy<Value = Command> {
    use Command::*;
    // The first post or comment is chosen mostly, so that much happens to it.
    let (who, target) = (0..PEOPLE, prop_oneof![Just(0), 0..8usize]);
    let pair = || (who.clone(), 0..PEOPLE);
    let on = || (who.clone(), target.clone());
    let tags = || btree_set(0..TAGS, 0..=TAGS);
    prop_oneof![
        1 => (who.clone(), 0..HANDLES).prop_map(|(who, handle)| Rename { who, handle }),
        1 => who.clone().prop_map(|who| Leave { who }),
        4 => pair().prop_map(|(who, whom)| Follow { who, whom }),
        2 => pair().prop_map(|(who, whom)| Unfollow { who, whom }),
        1 => pair().prop_map(|(who, whom)| RemoveFollower { who, whom }),
        6 => (who.clone(), tags()).prop_map(|(who, tags)| Publish { who, tags }),
        2 => (on(), tags()).prop_map(|((who, post), tags)| EditPost { who, post, tags }),
        1 => on().prop_map(|(who, post)| DeletePost { who, post }),
        9 => on().prop_map(|(who, post)| LikePost { who, post }),
        2 => on().prop_map(|(who, post)| UnlikePost { who, post }),
        3 => on().prop_map(|(who, post)| Comment { who, post }),
        1 => (on(), target.clone()).prop_map(|((who, post), parent)| Reply { who, post, parent }),
        4 => on().prop_map(|(who, parent)| ReplyThere { who, parent }),
        1 => (on(), 0..3usize).prop_map(|((who, comment), text)| EditComment { who, comment, text }),
        2 => on().prop_map(|(who, comment)| DeleteComment { who, comment }),
        6 => on().prop_map(|(who, comment)| LikeComment { who, comment }),
        1 => on().prop_map(|(who, comment)| UnlikeComment { who, comment }),
    ]
}

impl Case<'_> {
    /// Sends the command; `state` is how things are before it.
    pub async fn send(&mut self, command: &Command, state: &State) -> Answer {
        use Command::*;
        let (who, method, path, body) = match command {
            Rename { who, handle } => {
                (who, Method::PATCH, "/v1/me".to_owned(), json!({ "handle": self.handle(*handle) }))
            }
            Leave { who } => (who, Method::DELETE, "/v1/me".to_owned(), Value::Null),
            Follow { who, whom } => (who, Method::PUT, self.follow_of(*whom, state), Value::Null),
            Unfollow { who, whom } => (who, Method::DELETE, self.follow_of(*whom, state), Value::Null),
            RemoveFollower { who, whom } => {
                let handle = self.handle(state.people[*whom].handle);
                (who, Method::DELETE, format!("/v1/me/followers/{handle}"), Value::Null)
            }
            Publish { who, tags } => {
                let body = json!({ "text": "글", "tags": self.tags(tags) });
                (who, Method::POST, "/v1/posts".to_owned(), body)
            }
            EditPost { who, post, tags } => {
                (who, Method::PATCH, self.post(*post), json!({ "tags": self.tags(tags) }))
            }
            DeletePost { who, post } => (who, Method::DELETE, self.post(*post), Value::Null),
            LikePost { who, post } => (who, Method::PUT, self.post(*post) + "/like", Value::Null),
            UnlikePost { who, post } => (who, Method::DELETE, self.post(*post) + "/like", Value::Null),
            Comment { who, post } => {
                (who, Method::POST, self.post(*post) + "/comments", json!({ "text": "0" }))
            }
            Reply { who, post, parent } => {
                let body = json!({ "text": "0", "parent_id": id_of(&self.comments, *parent) });
                (who, Method::POST, self.post(*post) + "/comments", body)
            }
            ReplyThere { who, parent } => {
                let post = state.post_of(*parent);
                let body = json!({ "text": "0", "parent_id": id_of(&self.comments, *parent) });
                let post =
                    post.map_or_else(|| self.post(0), |post| format!("/v1/posts/{}", self.posts[post]));
                (who, Method::POST, post + "/comments", body)
            }
            EditComment { who, comment, text } => {
                (who, Method::PATCH, self.comment(*comment), json!({ "text": text.to_string() }))
            }
            DeleteComment { who, comment } => (who, Method::DELETE, self.comment(*comment), Value::Null),
            LikeComment { who, comment } => (who, Method::PUT, self.comment(*comment) + "/like", Value::Null),
            UnlikeComment { who, comment } => {
                (who, Method::DELETE, self.comment(*comment) + "/like", Value::Null)
            }
        };
        let request = self.people[*who].request(method, &path);
        let answer = if body.is_null() { request.send().await } else { request.json(&body).send().await };
        if answer.status == 201 {
            let made = if path == "/v1/posts" { &mut self.posts } else { &mut self.comments };
            made.push(answer.id());
        }
        answer
    }

    fn follow_of(&self, whom: usize, state: &State) -> String {
        format!("/v1/users/{}/follow", self.handle(state.people[whom].handle))
    }

    fn post(&self, post: usize) -> String {
        format!("/v1/posts/{}", id_of(&self.posts, post))
    }

    fn comment(&self, comment: usize) -> String {
        format!("/v1/comments/{}", id_of(&self.comments, comment))
    }

    fn tags(&self, tags: &BTreeSet<usize>) -> Vec<String> {
        tags.iter().map(|tag| self.tag(*tag)).collect()
    }
}

/// The id that a number means: where nothing has been made yet, an id that never was.
fn id_of(made: &[String], number: usize) -> String {
    match made.len() {
        0 => uuid::Uuid::now_v7().to_string(),
        many => made[number % many].clone(),
    }
}
