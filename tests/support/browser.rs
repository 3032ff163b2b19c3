//! A real browser: Chromium without a window, driven through WebDriver.

use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long a page may take to become what it is expected to be.
const PATIENCE: Duration = Duration::from_secs(20);

/// How someone looks at pages.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    pub language: &'static str,
    pub width: u32,
    pub scripts: bool,
}

/// At a desk, in Korean.
pub const DESK: Habits = Habits { language: "ko", width: 1280, scripts: true };
pub const PHONE: Habits = Habits { width: 390, ..DESK };

/// One window with a profile of its own.
pub struct Browser {
    pub client: Client,
    url: String,
}

impl Browser {
    /// Opens a page of the node at `url`.
    pub async fn open(url: &str, path: &str, habits: Habits) -> Self {
        let Habits { language, width, scripts } = habits;
        let capabilities = json!({ "goog:chromeOptions": {
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                format!("--lang={language}"), "--hide-scrollbars"],
            "prefs": {
                "intl.accept_languages": language,
                "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 },
            },
            "mobileEmulation": { "deviceMetrics": { "width": width, "height": 900, "pixelRatio": 1.0, "touch": false } },
        }});
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().expect("an object").clone())
            .connect(driver())
            .await
            .expect("a browser");
        let browser = Self { client, url: url.to_owned() };
        browser.goto(path).await;
        browser
    }

    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.expect("it loads");
    }

    /// What an expression is in the page.
    pub async fn ask(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.client.execute(&script, vec![]).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is what it is expected to be.
    pub async fn until(&self, expression: &str, expected: impl Into<Value>) {
        let (begun, expected) = (Instant::now(), expected.into());
        loop {
            let is = self.ask(expression).await;
            if is == expected {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{expression} is {is}, not {expected}");
        }
    }

    /// Types into whatever has the focus.
    pub async fn type_keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("it can be typed into");
    }

    pub async fn press(&self, key: Key) {
        self.type_keys(&String::from(char::from(key))).await;
    }

    pub async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("{css}: {error}")).click().await.expect("it can be clicked");
    }

    pub async fn click_link(&self, text: &str) {
        let link = self.client.find(Locator::LinkText(text)).await;
        link.unwrap_or_else(|error| panic!("{text}: {error}")).click().await.expect("it can be clicked");
    }

    /// The address but for where the server is.
    pub async fn address(&self) -> String {
        let url = self.client.current_url().await.expect("it is somewhere");
        url.as_str().strip_prefix(&self.url).unwrap_or(url.as_str()).to_owned()
    }

    /// The beginnings of what was found.
    pub async fn hits(&self) -> Vec<String> {
        let hits = self.ask("[...document.querySelectorAll('.hit .text')].map(hit => hit.textContent)").await;
        serde_json::from_value(hits).expect("texts")
    }

    /// What axe finds wrong with the page for people who see or move otherwise, of what is serious or worse.
    pub async fn barriers(&self) -> Vec<String> {
        let axe =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("support/browser/node_modules/axe-core/axe.min.js");
        let axe =
            std::fs::read_to_string(axe).expect("install it first: npm ci --prefix tests/support/browser");
        self.client.execute(&axe, vec![]).await.expect("axe loads");
        let found =
            self.client.execute_async("const done = arguments[0]; axe.run().then(done)", vec![]).await;
        let found = found.expect("axe runs");
        assert!(found["passes"].as_array().is_some_and(|passes| passes.len() > 10), "{found}");
        let violations = found["violations"].as_array().expect("a list").iter();
        let is_grave = |found: &&Value| matches!(found["impact"].as_str(), Some("serious" | "critical"));
        violations
            .filter(is_grave)
            .map(|found| format!("{}: {} {}", found["id"], found["help"], found["nodes"][0]["html"]))
            .collect()
    }

    /// Pages that are wider than the window make people push them to and fro.
    pub async fn fits(&self) -> bool {
        self.ask("document.documentElement.scrollWidth <= innerWidth").await == json!(true)
    }

    pub async fn close(self) {
        self.client.close().await.expect("it closes");
    }
}

/// Where the driver listens; one for all tests, which ends with this process.
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
            // Ends with this process, however that ends: its input closes then.
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
