//! A real browser: Chromium without a window, driven through WebDriver (<https://www.w3.org/TR/webdriver2/>).
//! The few WebDriver commands that the tests need are plain JSON.

use base64::Engine;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time that a page has to become what a test expects.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name of the JSON field in which WebDriver refers to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The way in which a person looks at pages.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    pub language: &'static str,
    pub width: u32,
    pub scripts: bool,
}

/// The habits of a person at a desk, who reads Korean.
pub const DESK: Habits = Habits { language: "ko", width: 1280, scripts: true };
pub const PHONE: Habits = Habits { width: 390, ..DESK };

/// Keys that write no character, as WebDriver names them.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Enter,
    Escape,
    Down,
    Left,
}

/// A browser window with a profile of its own.
pub struct Browser {
    session: String,
    http: reqwest::Client,
    url: String,
}

impl Browser {
    /// Opens a page of the node at `url`.
    pub async fn open(url: &str, path: &str, habits: Habits) -> Self {
        let Habits { language, width, scripts } = habits;
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                format!("--lang={language}"), "--hide-scrollbars"],
            "prefs": {
                "intl.accept_languages": language,
                "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 },
            },
            "mobileEmulation": {
                "deviceMetrics": { "width": width, "height": 900, "pixelRatio": 1.0, "touch": false },
            },
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let mut browser =
            Self { session: format!("{}/session", driver()), http: super::client(), url: url.to_owned() };
        let opened = browser.command(Method::POST, "", wanted).await;
        browser.session += &format!("/{}", opened["sessionId"].as_str().expect("a session"));
        browser.goto(path).await;
        browser
    }

    async fn answered(&self, method: Method, path: &str, body: Value) -> Result<Value, Value> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.session));
        let request = if method == Method::POST { request.json(&body) } else { request };
        let answer = request.send().await.expect("the driver answers");
        let done = answer.status().is_success();
        let mut json: Value = answer.json().await.expect("JSON");
        if done { Ok(json["value"].take()) } else { Err(json["value"].take()) }
    }

    async fn command(&self, method: Method, path: &str, body: Value) -> Value {
        let done = self.answered(method, path, body.clone()).await;
        done.unwrap_or_else(|error| panic!("{path} {body}: {} {}", error["error"], error["message"]))
    }

    pub async fn goto(&self, path: &str) {
        self.command(Method::POST, "/url", json!({ "url": format!("{}{path}", self.url) })).await;
    }

    pub async fn back(&self) {
        self.command(Method::POST, "/back", json!({})).await;
    }

    pub async fn forward(&self) {
        self.command(Method::POST, "/forward", json!({})).await;
    }

    async fn run(&self, how: &str, script: &str) -> Value {
        self.command(Method::POST, &format!("/execute/{how}"), json!({ "script": script, "args": [] })).await
    }

    /// Returns the value of a JavaScript expression in the page.
    pub async fn ask(&self, expression: &str) -> Value {
        self.run("sync", &format!("return {expression}")).await
    }

    /// Waits until a JavaScript expression in the page has the expected value.
    pub async fn until(&self, expression: &str, expected: impl Into<Value>) {
        Self::until_is(expression, expected.into(), async || self.ask(expression).await).await;
    }

    /// Waits until the promise that a JavaScript expression makes resolves to the expected value.
    pub async fn until_later(&self, promise: &str, expected: impl Into<Value>) {
        let script = format!("const done = arguments[0]; ({promise}).then(done, done)");
        Self::until_is(promise, expected.into(), async || self.run("async", &script).await).await;
    }

    async fn until_is(what: &str, expected: Value, ask: impl AsyncFn() -> Value) {
        let begun = Instant::now();
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        loop {
            pace.tick().await;
            let is = ask().await;
            if is == expected {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} is {is}, not {expected}");
        }
    }

    /// Types into the element that has the focus.
    pub async fn type_keys(&self, keys: &str) {
        let focused = self.command(Method::GET, "/element/active", Value::Null).await;
        let path = format!("/element/{}/value", focused[ELEMENT].as_str().expect("an element"));
        self.command(Method::POST, &path, json!({ "text": keys })).await;
    }

    pub async fn press(&self, key: Key) {
        let code = match key {
            Key::Enter => "\u{e007}",
            Key::Escape => "\u{e00c}",
            Key::Down => "\u{e015}",
            Key::Left => "\u{e012}",
        };
        self.type_keys(code).await;
    }

    async fn click_by(&self, how: &str, what: &str) {
        let element = self.command(Method::POST, "/element", json!({ "using": how, "value": what })).await;
        let path = format!("/element/{}/click", element[ELEMENT].as_str().expect("an element"));
        self.command(Method::POST, &path, json!({})).await;
    }

    pub async fn click(&self, css: &str) {
        self.click_by("css selector", css).await;
    }

    pub async fn click_link(&self, text: &str) {
        self.click_by("link text", text).await;
    }

    /// Accepts the page's `confirm` dialog.
    pub async fn accept(&self) {
        self.command(Method::POST, "/alert/accept", json!({})).await;
    }

    /// The number of elements that a CSS selector matches; the count needs no scripts in the page.
    pub async fn count(&self, css: &str) -> usize {
        let found = json!({ "using": "css selector", "value": css });
        self.command(Method::POST, "/elements", found).await.as_array().expect("a list").len()
    }

    /// The page's address without the server's origin.
    pub async fn address(&self) -> String {
        let url = self.command(Method::GET, "/url", Value::Null).await;
        let url = url.as_str().expect("it is somewhere");
        url.strip_prefix(&self.url).unwrap_or(url).to_owned()
    }

    /// The serious and critical faults that axe finds in the page: barriers for people who see or move in
    /// other ways.
    pub async fn barriers(&self) -> Vec<String> {
        let axe =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("support/browser/node_modules/axe-core/axe.min.js");
        let axe =
            std::fs::read_to_string(axe).expect("install it first: npm ci --prefix tests/support/browser");
        self.run("sync", &axe).await;
        let found = self.run("async", "const done = arguments[0]; axe.run().then(done)").await;
        assert!(found["passes"].as_array().is_some_and(|passes| passes.len() > 10), "{found}");
        let violations = found["violations"].as_array().expect("a list").iter();
        let is_grave = |found: &&Value| matches!(found["impact"].as_str(), Some("serious" | "critical"));
        violations
            .filter(is_grave)
            .map(|found| format!("{}: {} {}", found["id"], found["help"], found["nodes"][0]["html"]))
            .collect()
    }

    /// True if the page is no wider than the window: people must push wider pages to and fro.
    pub async fn fits(&self) -> bool {
        self.ask("document.documentElement.scrollWidth <= innerWidth").await == json!(true)
    }

    /// The part of the page that the window shows, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        let encoded = self.command(Method::GET, "/screenshot", Value::Null).await;
        let encoded = encoded.as_str().expect("a picture in base64");
        base64::engine::general_purpose::STANDARD.decode(encoded).expect("base64")
    }

    pub async fn close(self) {
        self.command(Method::DELETE, "", Value::Null).await;
    }
}

/// The URL of the WebDriver server: one for all tests, which ends with this process.
fn driver() -> &'static str {
    static DRIVER: OnceLock<(String, Driver)> = OnceLock::new();
    &DRIVER.get_or_init(Driver::start).0
}

struct Driver {
    _child: Child,
}

impl Driver {
    fn start() -> (String, Self) {
        let mut child = Command::new("sh")
            // The driver ends with this process, however the process ends: the shell's input closes then.
            .args([
                "-c",
                "exec 3<&0; chromedriver --port=0 </dev/null & driver=$!; cat <&3 >/dev/null; kill $driver",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        let started = out.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = started.expect("chromedriver is installed");
        (format!("http://127.0.0.1:{port}"), Self { _child: child })
    }
}
