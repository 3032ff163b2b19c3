//! Reads all there is, as every person who has not left, and compares it with the model.

use super::Case;
use super::state::{State, TAGS};
use crate::support::client::Person;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The size of pages: small, so that cursors take part.
const PAGE: &str = "limit=3";
/// The time that a read model has to catch up: one that takes longer does not run.
const PATIENCE: Duration = Duration::from_secs(60);

/// Compares all that every person reads with the model; fails at the first difference.
pub async fn compare(case: &Case<'_>, state: &State) -> Result<(), String> {
    let nobody = case.app.nobody();
    case.app.settle(&case.app.enrol(&case.handle(99)).await).await;
    for (n, reader) in case.people.iter().enumerate().filter(|(n, _)| !state.people[*n].left) {
        reader.see(case.app, "/v1/timeline?limit=1").await;
        timeline(case, state, n, reader).await?;
        things(case, state, Some(n), reader).await?;
    }
    things(case, state, None, &nobody).await?;
    lists(case, state, &nobody).await
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, read: T, expected: T) -> Result<(), String> {
    if read == expected { Ok(()) } else { Err(format!("{what} is {read:?}, not {expected:?}")) }
}

async fn list(reader: &Person, path: &str, field: &str, expected: Vec<String>) -> Result<(), String> {
    let join = if path.contains('?') { '&' } else { '?' };
    same(path, reader.walk(&format!("{path}{join}{PAGE}"), field).await, expected)
}

/// The first page of a timeline, which people look at all the time: as soon as an answer covers the newest
/// event, the page has what that event changed.
pub async fn first_page(case: &Case<'_>, state: &State, n: usize) -> Result<(), String> {
    // Posts that are still on their way to a reader are only waited for when the reader asks for them.
    if state.people[n].left || case.app.settings.timeline_limits.followers_at_once == 0 {
        return Ok(());
    }
    let (reader, head) = (&case.people[n], case.app.head().await);
    let mut answer = reader.get("/v1/timeline?limit=8").await;
    let begun = Instant::now();
    while answer.status == 200 && answer.position() < head {
        if begun.elapsed() > PATIENCE {
            return Err(format!("the timeline is at {} and does not come to {head}", answer.position()));
        }
        answer = reader.get("/v1/timeline?limit=8").await;
    }
    let shown = answer.items().iter().map(|post| {
        let count = |name: &str| usize::try_from(post[name].as_u64().expect("a count")).expect("small");
        (post["id"].clone(), count("like_count"), count("comment_count"), post["liked_by_me"] == true)
    });
    // Hidden posts take their place on a page and leave it shorter.
    let shown: Vec<_> = shown.collect();
    let many = if answer.json["next_cursor"].is_null() { usize::MAX } else { shown.len() };
    let expected = due(state, n).take(many).map(|post| {
        let likes = state.likers(post).count();
        (json!(case.posts[post]), likes, state.comment_count(post), state.likes.contains(&(n, post)))
    });
    same("the timeline's first page", shown, expected.collect())
}

/// The posts of a person's timeline, newest first.
fn due(state: &State, n: usize) -> impl Iterator<Item = usize> {
    (0..state.posts.len()).rev().filter(move |&post| {
        let author = state.posts[post].author;
        state.post_stands(post) && (author == n || state.follows(n, author))
    })
}

async fn timeline(case: &Case<'_>, state: &State, n: usize, reader: &Person) -> Result<(), String> {
    let expected = due(state, n).map(|post| case.posts[post].clone()).collect();
    list(reader, "/v1/timeline", "id", expected).await
}

/// Every person, post and comment with its counts, as one reader or nobody sees it.
async fn things(case: &Case<'_>, state: &State, n: Option<usize>, reader: &Person) -> Result<(), String> {
    for (whom, person) in state.people.iter().enumerate() {
        let path = format!("/v1/users/{}", case.handle(person.handle));
        let follows = |who, whom| n.is_some() && state.follows(who, whom);
        let reader_is = n.unwrap_or_default();
        let expected = (!person.left).then(|| {
            json!({
                "id": case.people[whom].id,
                "follower_count": state.follows.iter().filter(|follow| follow.1 == whom).count(),
                "following_count": state.follows.iter().filter(|follow| follow.0 == whom).count(),
                "post_count": state.posts.iter().filter(|post| post.author == whom && !post.deleted).count(),
                "followed_by_me": follows(reader_is, whom),
                "follows_me": follows(whom, reader_is),
            })
        });
        card(reader, &path, expected).await?;
    }
    for (at, post) in state.posts.iter().enumerate() {
        let expected = state.post_stands(at).then(|| {
            json!({
                "author": { "id": case.people[post.author].id },
                "tags": post.tags.iter().map(|tag| case.tag(*tag)).collect::<Vec<_>>(),
                "like_count": state.likers(at).count(),
                "comment_count": state.comment_count(at),
                "liked_by_me": n.is_some_and(|n| state.likes.contains(&(n, at))),
            })
        });
        card(reader, &format!("/v1/posts/{}", case.posts[at]), expected).await?;
    }
    for (at, comment) in state.comments.iter().enumerate() {
        let whole = state.comment_stands(at);
        let expected = state.comment_shows(at).then(|| {
            json!({
                "author": whole.then(|| json!({ "id": case.people[comment.author].id })),
                "text": whole.then(|| comment.text.to_string()),
                "parent_id": comment.parent.map(|parent| &case.comments[parent]),
                "root_id": comment.root.map(|root| &case.comments[root]),
                "deleted": comment.deleted,
                "like_count": if whole { comment.likes.len() } else { 0 },
                "reply_count": state.reply_count(at),
                "liked_by_me": whole && n.is_some_and(|n| comment.likes.contains(&n)),
            })
        });
        card(reader, &format!("/v1/comments/{}", case.comments[at]), expected).await?;
    }
    Ok(())
}

/// Compares the expected fields with those of the answer; the status is 404 where none are expected.
async fn card(reader: &Person, path: &str, expected: Option<Value>) -> Result<(), String> {
    let answer = reader.get(path).await;
    let Some(expected) = expected else { return same(path, answer.status, 404) };
    same(path, answer.status, 200)?;
    same(path, restricted(&answer.json, &expected), expected)
}

/// The value with only the fields that `to` has.
fn restricted(value: &Value, to: &Value) -> Value {
    match (value, to) {
        (Value::Object(value), Value::Object(to)) => {
            let fields = to.iter().map(|(name, to)| (name.clone(), restricted(&value[name], to)));
            fields.collect::<serde_json::Map<_, _>>().into()
        }
        _ => value.clone(),
    }
}

/// Compares every list; the lists are the same for all readers.
async fn lists(case: &Case<'_>, state: &State, reader: &Person) -> Result<(), String> {
    let here = |who: &usize| !state.people[*who].left;
    let person = |who: usize| case.people[who].id.clone();
    for (n, who) in state.people.iter().enumerate().filter(|(_, person)| !person.left) {
        let user = format!("/v1/users/{}", case.handle(who.handle));
        let newest_first = || state.follows.iter().rev();
        let followers = newest_first().filter(|follow| follow.1 == n).map(|follow| follow.0);
        let followers = followers.filter(here).map(person).collect();
        list(reader, &format!("{user}/followers"), "id", followers).await?;
        let following = newest_first().filter(|follow| follow.0 == n).map(|follow| follow.1);
        let following = following.filter(here).map(person).collect();
        list(reader, &format!("{user}/following"), "id", following).await?;
        let posts = (0..state.posts.len()).rev().filter(|&post| state.posts[post].author == n);
        let posts = posts.filter(|&post| state.post_stands(post)).map(|post| case.posts[post].clone());
        list(reader, &format!("{user}/posts"), "id", posts.collect()).await?;
        let liked = state.likes.iter().rev().filter(|like| like.0 == n && state.post_stands(like.1));
        let liked = liked.map(|like| case.posts[like.1].clone()).collect();
        list(reader, &format!("{user}/likes"), "id", liked).await?;
        let comments = (0..state.comments.len()).rev().filter(|&at| state.comments[at].author == n);
        let comments = comments.filter(|&at| state.comment_stands(at)).map(|at| case.comments[at].clone());
        list(reader, &format!("{user}/comments"), "id", comments.collect()).await?;
    }
    for post in (0..state.posts.len()).filter(|&post| state.post_stands(post)) {
        let path = format!("/v1/posts/{}", case.posts[post]);
        let likers = state.likers(post).filter(here).map(person).collect();
        list(reader, &format!("{path}/likes"), "user/id", likers).await?;
        let begins = |&at: &usize| state.comments[at].post == post && state.comments[at].root.is_none();
        let roots = (0..state.comments.len()).filter(begins).filter(|&at| state.comment_shows(at));
        let roots = roots.map(|at| case.comments[at].clone()).collect();
        list(reader, &format!("{path}/comments"), "id", roots).await?;
    }
    for at in (0..state.comments.len()).filter(|&at| state.comment_shows(at)) {
        let path = format!("/v1/comments/{}", case.comments[at]);
        let replies = state.replies(at).filter(|&reply| state.comment_shows(reply));
        let replies = replies.map(|reply| case.comments[reply].clone()).collect();
        list(reader, &format!("{path}/replies"), "id", replies).await?;
        if state.comment_stands(at) {
            let likers = state.comments[at].likes.iter().rev().copied().filter(here).map(person).collect();
            list(reader, &format!("{path}/likes"), "user/id", likers).await?;
        }
    }
    tags(case, state, reader).await
}

async fn tags(case: &Case<'_>, state: &State, reader: &Person) -> Result<(), String> {
    let mut counts = vec![];
    for tag in 0..TAGS {
        let tagged: Vec<_> =
            (0..state.posts.len()).rev().filter(|&post| state.posts[post].tags.contains(&tag)).collect();
        let stand = tagged.iter().filter(|&&post| state.post_stands(post));
        let stand = stand.map(|&post| case.posts[post].clone()).collect();
        list(reader, &format!("/v1/posts?tag={}", case.tag(tag)), "id", stand).await?;
        match tagged.iter().filter(|&&post| !state.posts[post].deleted).count() {
            0 => {}
            count => counts.push((std::cmp::Reverse(count), case.tag(tag))),
        }
    }
    counts.sort();
    let expected: Vec<_> =
        counts.into_iter().map(|(count, tag)| json!({ "tag": tag, "post_count": count.0 })).collect();
    let read = reader.get(&format!("/v1/tags?prefix=t{}x", case.number)).await.expect(200);
    same("the list of tags", read.items().to_vec(), expected)
}
