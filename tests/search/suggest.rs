//! Suggestions for the words that a person may be about to type.

use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use reqwest::Url;

async fn suggest(app: &TestApp, by: &Person, q: &str) -> Answer {
    let mut url = Url::parse("http://x").expect("a URL");
    url.query_pairs_mut().append_pair("q", q);
    by.see(app, &format!("/v1/search/suggest?{}", url.query().expect("it has one"))).await.expect(200)
}

fn names(answer: &Answer, list: &str, field: &str) -> Vec<String> {
    let items = answer.json[list].as_array().expect("a list").iter();
    items.map(|item| item[field].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_syllable_initials_and_the_wrong_keyboard_are_enough() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    app.enrol("감자밭").await;
    mina.publish("#감귤 #감귤밭 #한강").await;
    mina.publish("#감귤").await;
    for q in ["ㄱ", "가", "감", "감ㄱ", "감규", "감귤", "rkarb", "ㄱㄱ", "#감ㄱ"] {
        let found = suggest(&app, &mina, q).await;
        assert_eq!(names(&found, "tags", "tag")[0], "감귤", "{q}: what more posts carry comes first");
        // The second syllable of 한강 begins with ㄱ, too.
        assert_eq!(names(&found, "tags", "tag").contains(&"한강".to_owned()), q == "ㄱ", "{q}");
    }
    assert_eq!(names(&suggest(&app, &mina, "감ㅈ").await, "people", "handle"), ["감자밭"]);
    assert_eq!(names(&suggest(&app, &mina, "MIN").await, "people", "handle"), ["mina"]);
    assert_eq!(names(&suggest(&app, &mina, "없ㄴ").await, "people", "handle"), [""; 0]);
    let nothing = suggest(&app, &mina, " ").await;
    assert_eq!((names(&nothing, "people", "handle").len(), names(&nothing, "tags", "tag").len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_be_found_is_not_suggested_either() {
    let app = TestApp::start().await;
    let (mina, sora, gone) =
        (app.enrol("mina").await, app.enrol("minsora").await, app.enrol("mingone").await);
    mina.put_empty("/v1/users/minsora/block").await.expect(204);
    gone.leave().await.expect(204);
    assert_eq!(names(&suggest(&app, &mina, "min").await, "people", "handle"), ["mina"]);
    assert_eq!(names(&suggest(&app, &sora, "min").await, "people", "handle"), ["minsora"]);
    let many = "가 ".repeat(17);
    let many = mina.get(&format!("/v1/search/suggest?q={many}")).await;
    many.expect_problem(400, "invalid_words");
    mina.get("/v1/search/suggest?q=a&limit=0").await.expect_problem(400, "invalid_query");
}
