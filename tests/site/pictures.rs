//! The README's pictures, which the browser makes: `MADANG_WRITE=1 tests/run site::pictures` makes them anew. The
//! machine needs a Korean font for them, such as Debian's `fonts-noto-cjk`.

use crate::console::browser::enter;
use crate::console::staff;
use crate::support::TestApp;
use crate::support::browser::{Browser, DESK};
use std::io::Cursor;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_pictures_are_of_todays_size_and_show_pages_that_are_filled() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let token = operator.token.as_deref().expect("a token");
    api::cli::demo::fill(&app.url, token).await.expect("the demo");
    let ana = staff(&app, "ana", "analyst").await;
    app.settle(&ana).await;

    let browser = Browser::open(&app.url, "/?q=오늘", DESK).await;
    browser.until("document.querySelectorAll('.hit mark').length > 1", true).await;
    is_of_the_size_of("tests/site/search.png", &browser.screenshot().await);
    browser.close().await;

    let browser = enter(&app, "ana", DESK).await;
    browser.until("document.getElementById('head').textContent", app.head().await.to_string()).await;
    is_of_the_size_of("tests/console/console.png", &browser.screenshot().await);
    browser.close().await;
}

/// Asserts that the picture in the repository has the size of this one; or puts this one in its place.
fn is_of_the_size_of(path: &str, made: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("MADANG_WRITE").is_some() {
        std::fs::write(&path, made).expect("the picture can be written");
    }
    let stored = std::fs::read(&path).expect("the README shows it");
    assert_eq!(size(&stored), size(made), "make it anew: MADANG_WRITE=1 tests/run site::pictures");
}

fn size(picture: &[u8]) -> (u32, u32) {
    let reader = png::Decoder::new(Cursor::new(picture)).read_info().expect("a PNG");
    reader.info().size()
}
