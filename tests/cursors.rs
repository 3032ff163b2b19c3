//! Cursors stay right while rows come and go: a reader who walks a list meets every row that stood
//! throughout, once and in order.

use crate::support::TestApp;
use crate::support::client::Person;
use futures::future::join;
use serde_json::json;
use std::collections::HashSet;

/// Number of rows that stand throughout; as many others come and go among them.
const STANDING: usize = 30;

/// Walks the list in pages of three, several times. While a page is read, `change` changes the list: it is
/// called with 0, 1, 2, … and never knows what is read at that moment.
async fn walk_while(
    reader: &Person,
    list: &str,
    field: &str,
    standing: &[String],
    mut change: impl AsyncFnMut(usize),
) {
    let join_by = if list.contains('?') { '&' } else { '?' };
    let path = format!("{list}{join_by}limit=3");
    let mut changes = 0;
    for walk in 0..3 {
        let mut walked = Vec::new();
        let mut next = Some(path.clone());
        while let Some(page) = next.take() {
            let (page, ()) = join(reader.get(&page), change(changes)).await;
            let page = page.expect(200);
            changes += 1;
            walked.extend(page.each(field));
            next = page.json["next_cursor"].as_str().map(|cursor| format!("{path}&cursor={cursor}"));
        }
        let different: HashSet<&String> = walked.iter().collect();
        assert_eq!(different.len(), walked.len(), "{path} repeated a row in walk {walk}");
        let met: Vec<&String> = walked.iter().filter(|row| standing.contains(row)).collect();
        assert_eq!(met, standing.iter().collect::<Vec<_>>(), "{path} in walk {walk}");
    }
}

/// Rows that go as new ones come: by turns from the old end, the new end and the middle.
struct Going<T>(Vec<T>);

impl<T> Going<T> {
    fn replace_by(&mut self, new: T, turn: usize) -> T {
        self.0.push(new);
        let at = [0, self.0.len() - 1, self.0.len() / 2][turn % 3];
        self.0.remove(at)
    }
}

/// Publishes by turns posts that will stand and posts that will go. Returns the ids of those that stand,
/// newest first, and the others with their authors.
async fn publish<'a>(by: &[&'a Person], text: &str) -> (Vec<String>, Going<(&'a Person, String)>) {
    let (mut standing, mut going) = (Vec::new(), Vec::new());
    for n in 0..STANDING {
        standing.insert(0, by[n % by.len()].publish(text).await);
        let author = by[(n + 1) % by.len()];
        going.push((author, author.publish(text).await));
    }
    (standing, Going(going))
}

async fn replace_post<'a>(
    author: &'a Person,
    text: &str,
    going: &mut Going<(&'a Person, String)>,
    turn: usize,
) {
    let new = author.publish(text).await;
    let (author, gone) = going.replace_by((author, new), turn);
    author.delete(&format!("/v1/posts/{gone}")).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_posts_are_walked_right_while_posts_come_and_go() {
    let app = TestApp::start().await;
    let (mina, reader) = (app.enrol("mina").await, app.enrol("reader").await);
    let (standing, mut going) = publish(&[&mina], "#한강").await;
    app.settle(&reader).await;
    for list in ["/v1/posts", "/v1/posts?tag=한강", "/v1/users/mina/posts"] {
        let change = async |n| replace_post(&mina, "#한강", &mut going, n).await;
        walk_while(&reader, list, "id", &standing, change).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_by_tag_is_walked_right_while_tags_come_and_go() {
    let app = TestApp::start().await;
    let (mina, reader) = (app.enrol("mina").await, app.enrol("reader").await);
    let (standing, Going(going)) = publish(&[&mina], "#한강").await;
    app.settle(&reader).await;
    let change = async |n| {
        // Each post in turn loses the tag, and gets it again in the next round.
        let text = if n / going.len() % 2 == 0 { "없음" } else { "#한강" };
        let (_, post) = &going[n % going.len()];
        mina.patch(&format!("/v1/posts/{post}"), json!({ "text": text })).await.expect(200);
    };
    walk_while(&reader, "/v1/posts?tag=한강", "id", &standing, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_walked_right_while_posts_and_follows_come_and_go() {
    // Two of four authors are stars: their posts are merged in at read.
    let app = TestApp::start_with(|settings| settings.merge_threshold = 2).await;
    let (people, reader) = (app.enrol_many("p", 7).await, app.enrol("reader").await);
    let (authors, others) = people.split_at(4);
    for author in authors {
        reader.follow(author).await;
    }
    for other in others {
        other.follow(&authors[0]).await;
        other.follow(&authors[1]).await;
    }
    others[1].follow(&authors[3]).await;
    let by: Vec<&Person> = authors.iter().collect();
    let (standing, mut going) = publish(&by, "글").await;
    for n in 0..10 {
        others[n % 2].publish("들고 나는 글").await;
    }
    app.settle(&reader).await;
    let change = async |n: usize| {
        let post = replace_post(by[n % by.len()], "글", &mut going, n);
        // Others' posts come and go as a whole, and one author becomes a star and back.
        let follow = async {
            let other = &others[n / 2 % 2];
            if n.is_multiple_of(2) {
                reader.follow(other).await;
                others[2].follow(&authors[3]).await;
            } else {
                reader.unfollow(other).await;
                others[2].unfollow(&authors[3]).await;
            }
        };
        join(post, follow).await;
    };
    walk_while(&reader, "/v1/timeline", "id", &standing, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_comments_are_walked_right_while_comments_come_and_go() {
    let app = TestApp::start().await;
    let (mina, reader) = (app.enrol("mina").await, app.enrol("reader").await);
    let post = mina.publish("글").await;
    let root = mina.comment(&post, "시작").await;
    for (list, parent) in [
        (format!("/v1/posts/{post}/comments"), None),
        (format!("/v1/comments/{root}/replies"), Some(root.as_str())),
        ("/v1/users/mina/comments".to_owned(), Some(root.as_str())),
    ] {
        let write = async || match parent {
            None => mina.comment(&post, "댓글").await,
            Some(parent) => mina.reply(&post, parent, "답").await,
        };
        let (mut standing, mut going) = (Vec::new(), Going(Vec::new()));
        for _ in 0..STANDING {
            standing.push(write().await);
            going.0.push(write().await);
        }
        if list.starts_with("/v1/users") {
            standing.reverse();
        }
        app.settle(&reader).await;
        let change = async |n| {
            let gone = going.replace_by(write().await, n);
            if n % 4 == 0 {
                // A deleted comment that has a reply stays as a stub.
                mina.reply(&post, &gone, "답").await;
            }
            mina.delete(&format!("/v1/comments/{gone}")).await.expect(204);
        };
        walk_while(&reader, &list, "id", &standing, change).await;
    }
}

/// Walks a list of people: all come, then every other one stays, and the rest by turns go and come again.
async fn walk_while_people_come_and_go(
    app: &TestApp,
    list: &str,
    field: &str,
    people: &[Person],
    come: impl AsyncFn(&Person),
    go: impl AsyncFn(&Person),
) {
    for person in people {
        come(person).await;
    }
    app.settle(&people[0]).await;
    let standing: Vec<String> = people.iter().step_by(2).rev().map(|person| person.id.clone()).collect();
    let going: Vec<&Person> = people.iter().skip(1).step_by(2).collect();
    let change = async |n: usize| {
        let person = going[n * 7 % going.len()];
        go(person).await;
        come(person).await;
    };
    walk_while(&people[0], list, field, &standing, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_likers_are_walked_right_while_likes_come_and_go() {
    let app = TestApp::start().await;
    let (mina, people) = (app.enrol("mina").await, app.enrol_many("p", 2 * STANDING).await);
    let post = mina.publish("글").await;
    let comment = mina.comment(&post, "댓글").await;
    for target in [format!("/v1/posts/{post}"), format!("/v1/comments/{comment}")] {
        let (like, likes) = (format!("{target}/like"), format!("{target}/likes"));
        let come = async |person: &Person| drop(person.put_empty(&like).await.expect(204));
        let go = async |person: &Person| drop(person.delete(&like).await.expect(204));
        walk_while_people_come_and_go(&app, &likes, "user/id", &people, come, go).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_follows_are_walked_right_while_follows_come_and_go() {
    let app = TestApp::start().await;
    let (mina, people) = (app.enrol("mina").await, app.enrol_many("p", 2 * STANDING).await);
    let come = async |person: &Person| person.follow(&mina).await;
    let go = async |person: &Person| person.unfollow(&mina).await;
    walk_while_people_come_and_go(&app, "/v1/users/mina/followers", "id", &people, come, go).await;
    let come = async |person: &Person| mina.follow(person).await;
    let go = async |person: &Person| mina.unfollow(person).await;
    walk_while_people_come_and_go(&app, "/v1/users/mina/following", "id", &people, come, go).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_liked_posts_is_walked_right_while_likes_and_posts_come_and_go() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (mut standing, Going(going)) = publish(&[&mina], "글").await;
    let like = async |post: &str| drop(sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204));
    let unlike = async |post: &str| drop(sora.delete(&format!("/v1/posts/{post}/like")).await.expect(204));
    for (stays, (_, goes)) in standing.iter().zip(&going) {
        like(stays).await;
        like(goes).await;
    }
    // The list begins with the latest like.
    standing.reverse();
    let (deleted, unliked) = going.split_at(10);
    let change = async |n: usize| {
        if let Some((_, post)) = deleted.get(n / 3) {
            mina.delete(&format!("/v1/posts/{post}")).await.expect(204);
        }
        let (_, post) = &unliked[n * 7 % unliked.len()];
        unlike(post).await;
        like(post).await;
    };
    walk_while(&sora, "/v1/users/sora/likes", "id", &standing, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_people_is_walked_right_while_people_come_and_go() {
    let app = TestApp::start().await;
    let (people, reader) = (app.enrol_many("p", 2 * STANDING).await, app.enrol("reader").await);
    app.settle(&reader).await;
    let mut standing: Vec<String> = people.iter().step_by(2).map(|person| person.id.clone()).collect();
    standing.sort_unstable_by(|a, b| b.cmp(a));
    let mut going = Going(people.iter().skip(1).step_by(2).cloned().collect());
    let change = async |n| {
        let gone = going.replace_by(app.enrol(&format!("new{n}")).await, n);
        gone.leave().await.expect(204);
    };
    walk_while(&reader, "/v1/users", "id", &standing, change).await;
}
