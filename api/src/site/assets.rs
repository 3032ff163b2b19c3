//! Files that the pages load: a style, a script, an icon, all in this binary.

use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;

pub(super) const STYLE_PATH: &str = "/site/site.css";
pub(super) const SCRIPT_PATH: &str = "/site/site.js";
pub(super) const ICON_PATH: &str = "/site/icon.svg";

/// The caching of the files: a browser asks again after some minutes, as a new release may bring other files
/// under the same name.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub(super) async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("site.css"))
}

pub(super) async fn script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("site.js"))
}

pub(super) async fn icon() -> impl IntoResponse {
    file("image/svg+xml", include_str!("icon.svg"))
}

pub(crate) fn file(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    let content_type = HeaderValue::from_static(content_type);
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, KEPT)], content)
}
