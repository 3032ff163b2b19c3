//! Mixed commands from several people at once, for as long as the test wants, and what was answered.

use super::{PATIENCE, within};
use crate::support::client::{Answer, Person};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{RwLock, RwLockWriteGuard, watch};
use tokio::time::{Interval, MissedTickBehavior};

const PEOPLE: usize = 8;

/// What a command did: it says the same as [`super::check`] reads from its event, and only one event of
/// the whole log may say so.
pub type Deed = String;

/// A command that was answered 2xx.
#[derive(Clone, Debug)]
pub struct Done {
    pub deed: Deed,
    pub position: i64,
}

#[derive(Default)]
struct Confirmed {
    done: Vec<Done>,
    posts: Vec<String>,
    handles: Vec<String>,
    /// An answer that no fault excuses.
    failure: Option<String>,
}

/// Commands that go on until the load is dropped or stopped. While a fault lasts, 503 and contention are
/// fair answers and connections may break: the command is then repeated, on any of the servers.
pub struct Load {
    confirmed: Arc<watch::Sender<Confirmed>>,
    /// Each command holds it shared.
    quiet: Arc<RwLock<()>>,
    stop: Arc<AtomicBool>,
    workers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    /// `operator` acts for people whom it registers on the servers of these URLs, which must answer now.
    pub async fn start(operator: &Person, urls: &[&str], random: &mut StdRng) -> Self {
        let confirmed = Arc::new(watch::Sender::new(Confirmed::default()));
        let (quiet, stop) = (Arc::new(RwLock::new(())), Arc::new(AtomicBool::new(false)));
        let mut load = Self { confirmed, quiet, stop, workers: Vec::new() };
        for _ in 0..PEOPLE {
            let mut worker = Worker {
                person: operator.clone(),
                urls: urls.iter().map(ToString::to_string).collect(),
                random: StdRng::seed_from_u64(random.random()),
                confirmed: load.confirmed.clone(),
                quiet: load.quiet.clone(),
                stop: load.stop.clone(),
                pace: pace(),
                seen: HashSet::new(),
            };
            load.workers.push(tokio::spawn(async move { worker.work().await }));
        }
        load.more(5 * PEOPLE).await;
        load
    }

    /// Waits for so many more commands to be confirmed: service is there, whatever was done to it.
    pub async fn more(&self, count: usize) {
        let mut confirmed = self.confirmed.subscribe();
        let target = confirmed.borrow().done.len() + count;
        let enough =
            confirmed.wait_for(|confirmed| confirmed.done.len() >= target || confirmed.failure.is_some());
        let reached = tokio::time::timeout(PATIENCE, enough).await.map(|reached| reached.is_ok());
        self.must_not_have_failed();
        assert!(reached.is_ok(), "service did not come back: {count} more commands were not confirmed");
    }

    /// Everything confirmed so far.
    pub fn done(&self) -> Vec<Done> {
        self.confirmed.borrow().done.clone()
    }

    /// Waits for the commands in flight and keeps new ones back as long as the guard lives.
    pub async fn quiet(&self) -> RwLockWriteGuard<'_, ()> {
        let guard = within("commands in flight are answered", self.quiet.write()).await;
        self.must_not_have_failed();
        guard
    }

    /// Waits for the commands in flight; there are no more after them.
    pub async fn end(self) {
        let _quiet = self.quiet().await;
        for worker in &self.workers {
            worker.abort();
        }
    }

    fn must_not_have_failed(&self) {
        let failure = self.confirmed.borrow().failure.clone();
        assert!(failure.is_none(), "an answer that no fault excuses: {}", failure.unwrap_or_default());
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for worker in &self.workers {
            worker.abort();
        }
    }
}

struct Worker {
    /// The operator at first, then the operator in the name of the person that it registered.
    person: Person,
    urls: Vec<String>,
    random: StdRng,
    confirmed: Arc<watch::Sender<Confirmed>>,
    quiet: Arc<RwLock<()>>,
    stop: Arc<AtomicBool>,
    /// The pace of tries that failed: a dead server is not asked thousands of times a second.
    pace: Interval,
    /// Likes and follows of this person: the second of the same is no deed.
    seen: HashSet<Deed>,
}

fn pace() -> Interval {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// A command as it is sent, perhaps several times.
struct Command {
    method: Method,
    path: String,
    body: Option<Value>,
    key: Option<String>,
    act: bool,
}

impl Worker {
    async fn work(&mut self) {
        let handle = unique("w");
        let Some(answer) = self.register(&handle).await else { return };
        self.person.act_as = Some(answer.id());
        self.person.id = answer.id();
        self.person.handle = handle;
        while !self.stop.load(Ordering::Relaxed) {
            let quiet = self.quiet.clone();
            let _busy = quiet.read().await;
            let (posts, handles) = {
                let confirmed = self.confirmed.borrow();
                (confirmed.posts.clone(), confirmed.handles.clone())
            };
            let post = posts.choose(&mut self.random).cloned();
            let go_on = match (self.random.random_range(0..20), post) {
                (0, _) => self.register(&unique("n")).await.is_some(),
                (1..=2, _) => self.follow(&handles).await,
                (3..=6, Some(post)) => self.comment(&post).await,
                (7..=12, Some(post)) => self.like(&post).await,
                _ => self.publish().await,
            };
            if !go_on {
                return;
            }
        }
    }

    async fn register(&mut self, handle: &str) -> Option<Answer> {
        let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
        // Without a key a repeated registration would find its own handle taken.
        let key = Some(unique("key"));
        let command =
            Command { method: Method::POST, path: "/v1/users".into(), body: Some(body), key, act: false };
        let answer = self.send(command, 201).await?;
        let handle = handle.to_owned();
        self.confirm(format!("register {handle}"), &answer, |confirmed| confirmed.handles.push(handle));
        Some(answer)
    }

    async fn publish(&mut self) -> bool {
        let text = unique("글");
        let body = json!({ "text": format!("{text} #바다") });
        let Some((answer, text)) = self.write("/v1/posts".to_owned(), body, text).await else { return false };
        let id = answer.id();
        self.confirm(format!("publish {text} #바다"), &answer, |confirmed| confirmed.posts.push(id));
        true
    }

    async fn comment(&mut self, post: &str) -> bool {
        let text = unique("댓글");
        let body = json!({ "text": &text });
        let path = format!("/v1/posts/{post}/comments");
        let Some((answer, text)) = self.write(path, body, text).await else { return false };
        self.confirm(format!("comment {text}"), &answer, |_| {});
        true
    }

    /// Half of what is written carries a key and is repeated as it is. The other half is not: whether the
    /// first try was stored is unknown, so the next try is another text.
    async fn write(&mut self, path: String, body: Value, text: String) -> Option<(Answer, String)> {
        let (method, act) = (Method::POST, true);
        if self.random.random() {
            let key = Some(unique("key"));
            let answer = self.send(Command { method, path, body: Some(body), key, act }, 201).await?;
            return Some((answer, text));
        }
        let mut tried = text.clone();
        loop {
            let mut body = body.clone();
            body["text"] = body["text"].as_str().expect("text").replace(&text, &tried).into();
            let command =
                Command { method: method.clone(), path: path.clone(), body: Some(body), key: None, act };
            match self.once(&command, 201).await {
                Some(answer) => return Some((answer, tried)),
                None if self.gives_up() => return None,
                None => tried = unique(&text),
            }
        }
    }

    async fn like(&mut self, post: &str) -> bool {
        let deed = format!("like {} {post}", self.person.id);
        let path = format!("/v1/posts/{post}/like");
        self.put(deed, path).await
    }

    async fn follow(&mut self, handles: &[String]) -> bool {
        let Some(handle) = handles.choose(&mut self.random).filter(|handle| **handle != self.person.handle)
        else {
            return true;
        };
        let deed = format!("follow {} {handle}", self.person.id);
        let path = format!("/v1/users/{handle}/follow");
        self.put(deed, path).await
    }

    async fn put(&mut self, deed: Deed, path: String) -> bool {
        let key = self.random.random::<bool>().then(|| unique("key"));
        let command = Command { method: Method::PUT, path, body: None, key, act: true };
        let Some(answer) = self.send(command, 204).await else { return false };
        if self.seen.insert(deed.clone()) {
            self.confirm(deed, &answer, |_| {});
        }
        true
    }

    /// Until it is confirmed; nothing when the load ends or has failed.
    async fn send(&mut self, command: Command, expected: u16) -> Option<Answer> {
        loop {
            match self.once(&command, expected).await {
                Some(answer) => return Some(answer),
                None if self.gives_up() => return None,
                None => {}
            }
        }
    }

    fn gives_up(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.confirmed.borrow().failure.is_some()
    }

    async fn once(&mut self, command: &Command, expected: u16) -> Option<Answer> {
        let url = self.urls.choose(&mut self.random).expect("a server").clone();
        let act_as = self.person.act_as.clone().filter(|_| command.act);
        let person = Person { url, act_as, ..self.person.clone() };
        let mut request = person.request(command.method.clone(), &command.path);
        if let Some(key) = &command.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &command.body {
            request = request.json(body);
        }
        let answer = request.try_send().await.ok();
        if let Some(answer) = answer {
            if answer.status == expected {
                return Some(answer);
            }
            let is_fair = answer.status == 503 || answer.json["code"] == "contention";
            if !is_fair {
                let failure = format!("{} {} {:?}: {answer:?}", command.method, command.path, command.body);
                self.confirmed.send_modify(|confirmed| confirmed.failure = Some(failure));
                return None;
            }
        }
        self.pace.tick().await;
        None
    }

    fn confirm(&self, deed: Deed, answer: &Answer, also: impl FnOnce(&mut Confirmed)) {
        let done = Done { deed, position: answer.position() };
        self.confirmed.send_modify(|confirmed| {
            confirmed.done.push(done);
            also(confirmed);
        });
    }
}

/// A person of their own, in whose name an operator acts.
pub async fn someone(operator: &Person) -> Person {
    let handle = unique("u");
    let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
    let id = operator.post("/v1/users", body).await.expect(201).id();
    Person { act_as: Some(id.clone()), id, handle, ..operator.clone() }
}

/// A word that nothing else in any test's log has; valid in a handle when `beginning` is.
pub fn unique(beginning: &str) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("{beginning}_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
