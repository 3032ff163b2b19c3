//! The pages that letters need where the operator has no pages of their own yet: a new password for a
//! forgotten one, the way back after leaving, one's own data. `MADANG_WEB_URL` sends people to better pages.

mod links;

pub use links::{carried, link, over};

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, response::Html};

/// Puts the page's own part between the parts that all pages share.
macro_rules! page {
    ($own:literal) => {
        concat!(include_str!("head.html"), include_str!($own), include_str!("tail.html"))
    };
}

const RESET_PASSWORD: &str = page!("reset-password.html");
const COME_BACK: &str = page!("come-back.html");
const EXPORT: &str = page!("export.html");
const SCRIPT: &str = include_str!("link.js");
const STYLE: &str = include_str!("page.css");
/// The policy of the pages: nothing from outside is loaded, and no script in a page itself is run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'none'",
);

const SCRIPT_PATH: &str = "/account/link.js";
const STYLE_PATH: &str = "/account/page.css";

/// The feature of the pages for letters.
pub struct Pages;

impl Feature for Pages {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn pages(&self) -> Router<App> {
        let script = ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT);
        let style = ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
        Router::new()
            .route("/account/reset-password", get(async || page(RESET_PASSWORD)))
            .route("/account/come-back", get(async || page(COME_BACK)))
            .route("/account/export", get(async || page(EXPORT)))
            .route(SCRIPT_PATH, get(async move || script))
            .route(STYLE_PATH, get(async move || style))
    }

    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[(SCRIPT_PATH, 0), (STYLE_PATH, 0)]
    }
}

fn page(html: &'static str) -> Response {
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
