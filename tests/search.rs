//! Search: posts, people and tags by words, posts by closeness, for readers who may see them.

mod access;
mod away;
mod contract;
mod embedders;
mod engine;
mod finding;
mod meilisearch;
mod nearness;
mod relevance;
mod searches;
mod similar;
mod suggest;

use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use reqwest::Url;

/// The answer to the search for `q`, after the read models have caught up with all that was written so far.
async fn find(app: &TestApp, by: &Person, kind: &str, q: &str, more: &str) -> Answer {
    let mut url = Url::parse("http://x").expect("a URL");
    url.query_pairs_mut().append_pair("q", q);
    let query = url.query().expect("it has one");
    by.see(app, &format!("/v1/search/{kind}?{query}{more}")).await.expect(200)
}

async fn posts(app: &TestApp, by: &Person, q: &str) -> Vec<String> {
    find(app, by, "posts", q, "").await.each("text")
}
