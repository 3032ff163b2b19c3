//! The demo for an empty store: a dozen neighbours, put in through the HTTP API as an operator's program
//! would do it.

use super::{
    Failure,
    http::{ACT_AS, Problem, Server},
};
use chrono::{SecondsFormat, TimeDelta, Utc};
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

#[derive(Deserialize)]
struct Demo {
    password: String,
    people: Vec<Person>,
    /// The follows: for each follower's handle the handles they follow.
    follows: BTreeMap<String, Vec<String>>,
    posts: Vec<Post>,
}

#[derive(Deserialize)]
struct Person {
    handle: String,
    display_name: String,
    bio: String,
}

#[derive(Deserialize)]
struct Post {
    by: String,
    hours_ago: i64,
    title: Option<String>,
    text: String,
    likes: Vec<String>,
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    by: String,
    text: String,
    #[serde(default)]
    replies: Vec<Comment>,
}

/// Fills the server at `url` and returns a login for its docs page, as `handle password`.
pub async fn fill(url: &str, operator_token: &str) -> Result<String, Failure> {
    let demo: Demo = serde_json::from_str(include_str!("demo.json"))?;
    let mut filling = Filling { server: Server::new(url, operator_token, 4)?, ids: HashMap::new() };
    for person in &demo.people {
        filling.register(person, &demo.password).await?;
    }
    for (follower, followees) in &demo.follows {
        for followee in followees {
            let follow = filling.server.put(&format!("/v1/users/{followee}/follow"));
            filling.send_as(follower, follow).await?;
        }
    }
    for post in &demo.posts {
        filling.publish(post).await?;
    }
    let login = demo.people.first().map_or("", |person| &person.handle);
    Ok(format!("{login} {}", demo.password))
}

struct Filling {
    server: Server,
    /// The people's ids by handle.
    ids: HashMap<String, String>,
}

impl Filling {
    async fn register(&mut self, person: &Person, password: &str) -> Result<(), Failure> {
        let Person { handle, display_name, bio } = person;
        let body =
            json!({ "handle": handle, "display_name": display_name, "bio": bio, "password": password });
        let id = id_of(&send(self.server.post("/v1/users").json(&body)).await?)?;
        self.ids.insert(handle.clone(), id);
        Ok(())
    }

    async fn publish(&self, post: &Post) -> Result<(), Failure> {
        let published_at = Utc::now() - TimeDelta::hours(post.hours_ago);
        let body = json!({
            "title": post.title,
            "text": post.text,
            "published_at": published_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        let id = id_of(&self.send_as(&post.by, self.server.post("/v1/posts").json(&body)).await?)?;
        for liker in &post.likes {
            self.send_as(liker, self.server.put(&format!("/v1/posts/{id}/like"))).await?;
        }
        for comment in &post.comments {
            let root = self.comment(&id, comment, None).await?;
            for reply in &comment.replies {
                self.comment(&id, reply, Some(&root)).await?;
            }
        }
        Ok(())
    }

    async fn comment(&self, post: &str, comment: &Comment, parent: Option<&str>) -> Result<String, Failure> {
        let body = json!({ "text": comment.text, "parent_id": parent });
        let request = self.server.post(&format!("/v1/posts/{post}/comments")).json(&body);
        id_of(&self.send_as(&comment.by, request).await?)
    }

    async fn send_as(&self, handle: &str, request: RequestBuilder) -> Result<Value, Failure> {
        let id = self.ids.get(handle).ok_or_else(|| format!("the demo has no person {handle}"))?;
        send(request.header(ACT_AS, id)).await
    }
}

async fn send(request: RequestBuilder) -> Result<Value, Failure> {
    let answer = request.send().await?;
    if !answer.status().is_success() {
        let (status, problem) = Problem::of(answer).await;
        return Err(format!("{status} {problem}").into());
    }
    let text = answer.text().await?;
    // Some commands answer without a body.
    Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
}

fn id_of(answer: &Value) -> Result<String, Failure> {
    Ok(answer["id"].as_str().ok_or("an answer without id")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_in_the_demo_is_introduced() {
        let demo: Demo = serde_json::from_str(include_str!("demo.json")).expect("the demo can be read");
        let known = |handle: &String| demo.people.iter().any(|person| person.handle == *handle);
        assert!(
            demo.follows.iter().all(|(follower, followees)| known(follower) && followees.iter().all(known))
        );
        for post in &demo.posts {
            assert!(known(&post.by) && post.likes.iter().all(known), "{}", post.text);
            let replies = post.comments.iter().flat_map(|comment| &comment.replies);
            assert!(post.comments.iter().chain(replies).all(|comment| known(&comment.by)), "{}", post.text);
        }
    }
}
