//! Cursors stay right while rows come and go: whoever walks a list meets every row that stood throughout,
//! once and in order.

use crate::support::TestApp;
use crate::support::client::Person;
use futures::future::join_all;
use serde_json::json;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows that stand throughout; as many others come and go among them.
const STANDING: usize = 30;

/// What is done to a list while it is walked, counted to prove that it was.
#[derive(Default)]
struct Changes(AtomicUsize);

impl Changes {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Walks the list by threes, again and again, while `writer` writes without end.
async fn walk_while(
    reader: &Person,
    list: &str,
    field: &str,
    standing: &[String],
    changes: &Changes,
    writer: impl Future<Output = ()>,
) {
    let join = if list.contains('?') { '&' } else { '?' };
    let path = format!("{list}{join}limit=3");
    let walks = async {
        for walk in 0..3 {
            let before = changes.so_far();
            let walked = reader.walk(&path, field).await;
            assert!(changes.so_far() > before + 5, "{path}: nothing happened during walk {walk}");
            let different: HashSet<&String> = walked.iter().collect();
            assert_eq!(different.len(), walked.len(), "{path} repeated a row in walk {walk}");
            let met: Vec<&String> = walked.iter().filter(|row| standing.contains(row)).collect();
            assert_eq!(met, standing.iter().collect::<Vec<_>>(), "{path} in walk {walk}");
        }
    };
    tokio::select! {
        () = walks => {}
        () = writer => unreachable!("writers write without end"),
    }
    let rest = reader.walk(&path, field).await;
    assert!(rest.len() >= standing.len());
}

/// Publishes by turns posts that will stand and posts that will go; newest first.
async fn publish(by: &[&Person], text: &str) -> (Vec<String>, Vec<(Person, String)>) {
    let (mut standing, mut going) = (Vec::new(), Vec::new());
    for n in 0..STANDING {
        standing.insert(0, by[n % by.len()].publish(text).await);
        let author = by[(n + 1) % by.len()];
        going.push((author.clone(), author.publish(text).await));
    }
    (standing, going)
}

/// Publishes posts and deletes what is going and what was just published, without end.
async fn replace_posts(by: &[&Person], text: &str, mut going: Vec<(Person, String)>, changes: &Changes) {
    for n in 0.. {
        let author = by[n % by.len()];
        going.push((author.clone(), author.publish(text).await));
        // Now from the old end, now from the new one, now from between.
        let at = [0, going.len() - 1, going.len() / 2][n % 3];
        let (author, post) = going.remove(at);
        author.delete(&format!("/v1/posts/{post}")).await.expect(204);
        changes.count();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_posts_are_walked_right_while_posts_come_and_go() {
    let app = TestApp::start().await;
    let (mina, reader) = (app.enrol("mina").await, app.enrol("reader").await);
    let by = [&mina];
    let (standing, mut going) = publish(&by, "#한강").await;
    for list in ["/v1/posts", "/v1/posts?tag=한강", "/v1/users/mina/posts"] {
        app.settle(&reader).await;
        let changes = Changes::default();
        let writer = replace_posts(&by, "#한강", std::mem::take(&mut going), &changes);
        walk_while(&reader, list, "id", &standing, &changes, writer).await;
        for _ in 0..STANDING {
            going.insert(0, (mina.clone(), mina.publish("#한강").await));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_by_tag_is_walked_right_while_tags_come_and_go() {
    let app = TestApp::start().await;
    let (mina, reader) = (app.enrol("mina").await, app.enrol("reader").await);
    let (standing, going) = publish(&[&mina], "#한강").await;
    app.settle(&reader).await;
    let changes = Changes::default();
    let writer = async {
        for n in 0.. {
            let text = if n / going.len() % 2 == 0 { "없음" } else { "#한강" };
            let post = format!("/v1/posts/{}", going[n % going.len()].1);
            mina.patch(&post, json!({ "text": text })).await.expect(200);
            changes.count();
        }
    };
    walk_while(&reader, "/v1/posts?tag=한강", "id", &standing, &changes, writer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_walked_right_while_posts_and_follows_come_and_go() {
    // Two of four are stars: their posts are merged in at read.
    let app = TestApp::start_with(|settings| settings.merge_threshold = 2).await;
    let people = app.enrol_many("p", 7).await;
    let (authors, others) = people.split_at(4);
    let reader = app.enrol("reader").await;
    for author in authors {
        reader.follow(author).await;
    }
    for other in others {
        other.follow(&authors[0]).await;
        other.follow(&authors[1]).await;
    }
    let by: Vec<&Person> = authors.iter().collect();
    let (standing, going) = publish(&by, "글").await;
    join_all((0..6).map(|n| others[n % 2].publish("들고 나는 글"))).await;
    app.settle(&reader).await;
    let changes = Changes::default();
    let writer = async {
        tokio::join!(replace_posts(&by, "글", going, &changes), async {
            for n in 0.. {
                // Others' posts come and go as a whole, and one author becomes a star and back.
                reader.follow(&others[n % 2]).await;
                others[2].follow(&authors[3]).await;
                others[1].follow(&authors[3]).await;
                reader.unfollow(&others[n % 2]).await;
                others[2].unfollow(&authors[3]).await;
                changes.count();
            }
        });
    };
    walk_while(&reader, "/v1/timeline", "id", &standing, &changes, writer).await;
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
        let write = || async {
            match parent {
                None => mina.comment(&post, "댓글").await,
                Some(parent) => mina.reply(&post, parent, "답").await,
            }
        };
        let (mut standing, mut going) = (Vec::new(), Vec::new());
        for _ in 0..STANDING {
            standing.push(write().await);
            going.push(write().await);
        }
        if list.starts_with("/v1/users") {
            standing.reverse();
        }
        app.settle(&reader).await;
        let changes = Changes::default();
        let writer = async {
            for n in 0.. {
                going.push(write().await);
                let at = [0, going.len() - 1, going.len() / 2][n % 3];
                let gone = going.remove(at);
                if n % 4 == 0 {
                    // What is deleted under a reply stays as a stub.
                    mina.reply(&post, &gone, "답").await;
                }
                mina.delete(&format!("/v1/comments/{gone}")).await.expect(204);
                changes.count();
            }
        };
        walk_while(&reader, &list, "id", &standing, &changes, writer).await;
    }
}

/// People who do something by turns, then stop and do it again without end: every other one stays.
async fn assert_walked_while_people_come_and_go<'a, F: Future<Output = ()>>(
    reader: &Person,
    list: &str,
    field: &str,
    people: &'a [Person],
    come: impl Fn(&'a Person) -> F,
    go: impl AsyncFn(&'a Person),
) {
    for person in people {
        come(person).await;
    }
    let standing: Vec<String> = people.iter().step_by(2).rev().map(|person| person.id.clone()).collect();
    let going: Vec<&Person> = people.iter().skip(1).step_by(2).collect();
    let changes = Changes::default();
    let writer = async {
        // First one, then the other: the list is never without most of those who come and go.
        for n in 0.. {
            let person = going[n * 7 % going.len()];
            go(person).await;
            come(person).await;
            changes.count();
        }
    };
    walk_while(reader, list, field, &standing, &changes, writer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_likers_are_walked_right_while_likes_come_and_go() {
    let app = TestApp::start().await;
    let (mina, people) = (app.enrol("mina").await, app.enrol_many("p", 2 * STANDING).await);
    let post = mina.publish("글").await;
    let comment = mina.comment(&post, "댓글").await;
    for thing in [format!("/v1/posts/{post}"), format!("/v1/comments/{comment}")] {
        let like = &format!("{thing}/like");
        let come = async |person: &Person| drop(person.put_empty(like).await.expect(204));
        let go = async |person: &Person| drop(person.delete(like).await.expect(204));
        assert_walked_while_people_come_and_go(
            &mina,
            &format!("{thing}/likes"),
            "user/id",
            &people,
            come,
            go,
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_follows_are_walked_right_while_follows_come_and_go() {
    let app = TestApp::start().await;
    let (mina, people) = (app.enrol("mina").await, app.enrol_many("p", 2 * STANDING).await);
    let come = async |person: &Person| person.follow(&mina).await;
    let go = async |person: &Person| person.unfollow(&mina).await;
    assert_walked_while_people_come_and_go(&mina, "/v1/users/mina/followers", "id", &people, come, go).await;
    let come = async |person: &Person| mina.follow(person).await;
    let go = async |person: &Person| mina.unfollow(person).await;
    assert_walked_while_people_come_and_go(&mina, "/v1/users/mina/following", "id", &people, come, go).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_liked_posts_is_walked_right_while_likes_and_posts_come_and_go() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (mut standing, going) = publish(&[&mina], "글").await;
    let like = async |post: &str| drop(sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204));
    let unlike = async |post: &str| drop(sora.delete(&format!("/v1/posts/{post}/like")).await.expect(204));
    for (stays, (_, goes)) in standing.iter().zip(&going) {
        like(stays).await;
        like(goes).await;
    }
    standing.reverse();
    let (deleted, unliked) = going.split_at(5);
    let changes = Changes::default();
    let writer = async {
        for n in 0.. {
            if let Some((_, post)) = deleted.get(n / 3) {
                mina.delete(&format!("/v1/posts/{post}")).await.expect(204);
            }
            let (_, post) = &unliked[n * 7 % unliked.len()];
            unlike(post).await;
            like(post).await;
            changes.count();
        }
    };
    walk_while(&sora, "/v1/users/sora/likes", "id", &standing, &changes, writer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_people_is_walked_right_while_people_come_and_go() {
    let app = TestApp::start().await;
    let people = app.enrol_many("p", 2 * STANDING).await;
    let reader = app.enrol("reader").await;
    app.settle(&reader).await;
    let mut standing: Vec<String> = people.iter().step_by(2).map(|person| person.id.clone()).collect();
    standing.sort_unstable_by(|a, b| b.cmp(a));
    let changes = Changes::default();
    let writer = async {
        let mut going: Vec<Person> = people.iter().skip(1).step_by(2).cloned().collect();
        for n in 0.. {
            going.push(app.enrol(&format!("new{n}")).await);
            let at = [0, going.len() - 1, going.len() / 2][n % 3];
            going.remove(at).delete("/v1/me").await.expect(204);
            changes.count();
        }
    };
    walk_while(&reader, "/v1/users", "id", &standing, &changes, writer).await;
}
