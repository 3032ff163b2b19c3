//! Wrong input of every kind: the server refuses it with words that help, and never fails or hangs.

mod bodies;
mod places;
mod random;
mod tokens;
mod wire;

use crate::support::TestApp;
use crate::support::client::{PASSWORD, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// A command that takes a JSON body, with a body that the command accepts.
struct Command {
    method: Method,
    path: String,
    body: Value,
    needs_login: bool,
}

impl Command {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Two people, and a post and a comment that the first has written.
struct Yard {
    app: TestApp,
    mina: Person,
    sora: Person,
    post: String,
    comment: String,
}

impl Yard {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (mina, sora) = (app.register("mina").await, app.register("sora").await);
        let post = mina.publish("글 #바다").await;
        let comment = mina.comment(&post, "댓글").await;
        Self { app, mina, sora, post, comment }
    }

    fn commands(&self) -> Vec<Command> {
        let Self { post, comment, .. } = self;
        let command = |method, path: &str, needs_login, body| Command {
            method,
            path: path.to_owned(),
            body,
            needs_login,
        };
        let account =
            json!({ "handle": "mina", "display_name": "민아", "bio": "", "links": ["https://a.kr"] });
        let text = json!({ "title": "제목", "text": "글", "tags": ["바다"] });
        let person =
            json!({ "email": "bora@a.kr", "handle": "bora", "display_name": "보라", "password": PASSWORD });
        let login = json!({ "login": "mina", "password": PASSWORD });
        vec![
            command(Method::POST, "/v1/sign-ups", false, person),
            command(Method::POST, "/v1/sessions", false, login),
            command(Method::PUT, "/v1/me", true, account.clone()),
            command(Method::PATCH, "/v1/me", true, account),
            command(Method::POST, "/v1/posts", true, text.clone()),
            command(Method::PUT, &format!("/v1/posts/{post}"), true, text.clone()),
            command(Method::PATCH, &format!("/v1/posts/{post}"), true, text),
            command(
                Method::POST,
                &format!("/v1/posts/{post}/comments"),
                true,
                json!({ "text": "댓글", "parent_id": comment }),
            ),
            command(Method::PATCH, &format!("/v1/comments/{comment}"), true, json!({ "text": "댓글" })),
            command(Method::POST, "/v1/me/searches", true, json!({ "query": "감귤" })),
        ]
    }

    /// The paths of all lists.
    fn lists(&self) -> Vec<String> {
        let Self { post, comment, .. } = self;
        let mut lists: Vec<String> =
            ["/v1/users", "/v1/posts", "/v1/posts?tag=바다", "/v1/timeline"].map(str::to_owned).into();
        let of_person = ["posts", "comments", "likes", "followers", "following"];
        lists.extend(of_person.map(|list| format!("/v1/users/mina/{list}")));
        lists.extend(["likes", "comments"].map(|list| format!("/v1/posts/{post}/{list}")));
        lists.extend(["likes", "replies"].map(|list| format!("/v1/comments/{comment}/{list}")));
        lists.push("/v1/tags/바다/posts?sort=most_liked".to_owned());
        lists
    }
}

/// A path with one more query parameter.
fn with(path: &str, parameter: &str) -> String {
    format!("{path}{}{parameter}", if path.contains('?') { '&' } else { '?' })
}
