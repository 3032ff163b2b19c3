//! The pages that people search and land on.

mod browser;
mod pages;
mod pictures;

use crate::support::TestApp;
use crate::support::client::Person;

/// The page at this address, for a person who reads Korean, after the read models have caught up with all
/// that was written so far.
pub async fn page(app: &TestApp, by: &Person, path: &str) -> (u16, String) {
    let request = by.request(reqwest::Method::GET, path).header("accept-language", "ko-KR,ko;q=0.9,en;q=0.8");
    let answer = request.header("madang-position", app.head().await).send().await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    (answer.status, answer.text)
}
