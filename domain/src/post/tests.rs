use super::*;
use crate::value::{Invalid, MediaId, Photos, PostText, Tag, Title};
use crate::{Claim, Decide};
use cqrs_es::test::TestFramework;

type PostTest = TestFramework<Post>;

fn author() -> UserId {
    UserId(uuid::Uuid::from_u128(1))
}

fn stranger() -> UserId {
    UserId(uuid::Uuid::from_u128(2))
}

fn body(text: &str) -> PostBody {
    let text = PostText::parse(text).expect("valid");
    PostBody::new(Some(Title::parse("밤 산책").expect("valid")), text, vec![], Photos::default(), false)
        .expect("valid")
}

fn published(text: &str) -> PostEvent {
    let body = body(text);
    PostEvent::PostPublished {
        author_id: author(),
        title: body.title.map(String::from),
        text: body.text.to_string(),
        tags: body.tags.to_strings(),
        mentions: body.mentions.to_strings(),
        photos: vec![],
        followers_only: false,
        board: None,
        original_published_at: None,
    }
}

fn edited(text: &str) -> PostEvent {
    let body = body(text);
    PostEvent::PostEdited {
        title: body.title.map(String::from),
        text: body.text.to_string(),
        tags: body.tags.to_strings(),
        mentions: body.mentions.to_strings(),
        photos: vec![],
        followers_only: false,
    }
}

fn deleted() -> PostEvent {
    PostEvent::PostDeleted { author_id: author() }
}

fn publish(by: UserId, text: &str) -> PostCommand {
    PostCommand::Publish { by, body: body(text), board: None, original_published_at: None }
}

#[test]
fn publishing_keeps_given_tags_first_then_those_in_the_text() {
    let text = PostText::parse("한강에서 #밤산책 @마당쇠 #seoul").expect("valid");
    let given = vec![Tag::parse("Seoul").expect("valid"), Tag::parse("run").expect("valid")];
    let body = PostBody::new(None, text, given, Photos::default(), false).expect("valid");
    PostTest::with(())
        .given_no_previous_events()
        .when(PostCommand::Publish { by: author(), body, board: None, original_published_at: None })
        .then_expect_events(vec![PostEvent::PostPublished {
            author_id: author(),
            title: None,
            text: "한강에서 #밤산책 @마당쇠 #seoul".into(),
            tags: vec!["seoul".into(), "run".into(), "밤산책".into()],
            mentions: vec!["마당쇠".into()],
            photos: vec![],
            followers_only: false,
            board: None,
            original_published_at: None,
        }]);
}

#[test]
fn a_title_marks_nothing() {
    let title = Title::parse("#한강 야경 @마당쇠").expect("valid");
    let text = PostText::parse("사진 #밤").expect("valid");
    let body = PostBody::new(Some(title), text, vec![], Photos::default(), false).expect("valid");
    assert_eq!((body.tags.to_strings(), body.mentions.to_strings()), (vec!["밤".to_owned()], vec![]));
}

#[test]
fn publishing_the_same_again_changes_nothing() {
    PostTest::with(()).given(vec![published("a")]).when(publish(author(), "a")).then_expect_events(vec![]);
}

#[test]
fn an_id_belongs_to_its_first_post() {
    for other in [publish(author(), "b"), publish(stranger(), "a")] {
        PostTest::with(())
            .given(vec![published("a")])
            .when(other)
            .then_expect_error(PostRefusal::AlreadyPublished);
    }
}

#[test]
fn the_author_edits() {
    PostTest::with(())
        .given(vec![published("a")])
        .when(PostCommand::Edit { by: author(), body: body("b") })
        .then_expect_events(vec![edited("b")]);
}

#[test]
fn an_edit_to_what_it_already_says_yields_no_event() {
    PostTest::with(())
        .given(vec![published("a"), edited("b")])
        .when(PostCommand::Edit { by: author(), body: body("b") })
        .then_expect_events(vec![]);
}

#[test]
fn nobody_else_edits_or_deletes() {
    let commands =
        [PostCommand::Edit { by: stranger(), body: body("b") }, PostCommand::Delete { by: stranger() }];
    for command in commands {
        PostTest::with(())
            .given(vec![published("a")])
            .when(command)
            .then_expect_error(PostRefusal::NotTheAuthor);
    }
}

#[test]
fn the_author_deletes_once() {
    PostTest::with(())
        .given(vec![published("a")])
        .when(PostCommand::Delete { by: author() })
        .then_expect_events(vec![deleted()]);
    PostTest::with(())
        .given(vec![published("a"), deleted()])
        .when(PostCommand::Delete { by: author() })
        .then_expect_events(vec![]);
}

#[test]
fn a_deleted_post_is_not_there_to_edit() {
    PostTest::with(())
        .given(vec![published("a"), deleted()])
        .when(PostCommand::Edit { by: author(), body: body("b") })
        .then_expect_error(PostRefusal::PostNotFound);
}

#[test]
fn a_post_that_never_was_can_be_neither_edited_nor_deleted() {
    for command in [PostCommand::Edit { by: author(), body: body("b") }, PostCommand::Delete { by: author() }]
    {
        PostTest::with(())
            .given_no_previous_events()
            .when(command)
            .then_expect_error(PostRefusal::PostNotFound);
    }
}

fn media(number: u128) -> MediaId {
    MediaId(uuid::Uuid::from_u128(number))
}

fn photo(number: u128) -> Photo {
    Photo {
        media_id: media(number),
        width: 4,
        height: 3,
        blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj".into(),
        colour: "#aabbcc".into(),
        alternative_text: Some("바다".into()),
    }
}

fn shows(photos: Vec<Photo>) -> PostBody {
    let text = PostText::parse("").expect("may be empty");
    PostBody::new(None, text, vec![], Photos::new(photos).expect("few"), false).expect("photos")
}

fn shown(photos: Vec<Photo>) -> PostEvent {
    let (text, tags, mentions) = (String::new(), vec![], vec![]);
    PostEvent::PostEdited { title: None, text, tags, mentions, photos, followers_only: false }
}

#[test]
fn a_post_needs_no_text_beside_photos() {
    let text = PostText::parse(" ").expect("may be empty");
    assert_eq!(PostBody::new(None, text, vec![], Photos::default(), false), Err(Invalid::Empty));
    PostTest::with(())
        .given(vec![published("a")])
        .when(PostCommand::Edit { by: author(), body: shows(vec![photo(1)]) })
        .then_expect_events(vec![shown(vec![photo(1)])]);
}

#[test]
fn other_photos_or_other_words_for_them_are_an_edit() {
    let given = || vec![published("a"), shown(vec![photo(1), photo(2)])];
    let edit = |photos| PostCommand::Edit { by: author(), body: shows(photos) };
    PostTest::with(()).given(given()).when(edit(vec![photo(1), photo(2)])).then_expect_events(vec![]);
    let silent = Photo { alternative_text: None, ..photo(1) };
    for photos in [vec![photo(2), photo(1)], vec![silent, photo(2)]] {
        PostTest::with(()).given(given()).when(edit(photos.clone())).then_expect_events(vec![shown(photos)]);
    }
}

#[test]
fn a_post_claims_the_photos_that_come_and_gives_back_those_that_go() {
    let take = |number| Claim::Take { kind: "media", value: media(number).to_string() };
    let release = |number| Claim::Release { kind: "media", value: media(number).to_string() };
    let mut post = Post::default();
    for (event, claims) in [
        (published("a"), vec![]),
        (shown(vec![photo(1), photo(2)]), vec![take(1), take(2)]),
        (shown(vec![photo(2), photo(3)]), vec![release(1), take(3)]),
        (deleted(), vec![release(2), release(3)]),
    ] {
        assert_eq!(post.claims(uuid::Uuid::nil(), &event), claims);
        post.evolve(&event);
    }
}

fn on_night_board(is_open: bool) -> Where {
    let board_id = crate::value::BoardId::of("night");
    Where { placement: Placement { board_id, anonymous: true }, is_open }
}

fn publish_on(board: Where, body: PostBody) -> PostCommand {
    PostCommand::Publish { by: author(), body, board: Some(board), original_published_at: None }
}

#[test]
fn a_post_for_followers_may_become_one_for_everyone() {
    let secret = PostBody { followers_only: true, ..body("a") };
    let mut hidden = edited("a");
    if let PostEvent::PostEdited { followers_only, .. } = &mut hidden {
        *followers_only = true;
    }
    PostTest::with(())
        .given(vec![published("a")])
        .when(PostCommand::Edit { by: author(), body: secret })
        .then_expect_events(vec![hidden.clone()]);
    PostTest::with(())
        .given(vec![published("a"), hidden])
        .when(PostCommand::Edit { by: author(), body: body("a") })
        .then_expect_events(vec![edited("a")]);
}

#[test]
fn a_board_takes_posts_in_its_hours_only() {
    let mut placed = published("a");
    if let PostEvent::PostPublished { board, .. } = &mut placed {
        *board = Some(on_night_board(true).placement);
    }
    PostTest::with(())
        .given_no_previous_events()
        .when(publish_on(on_night_board(true), body("a")))
        .then_expect_events(vec![placed.clone()]);
    let tagged = Post::default().decide(&publish_on(on_night_board(true), body("a #밤")));
    match &tagged.expect("published")[..] {
        [PostEvent::PostPublished { tags, .. }] => assert!(tags.is_empty(), "{tags:?}"),
        other => panic!("{other:?}"),
    }
    PostTest::with(())
        .given_no_previous_events()
        .when(publish_on(on_night_board(false), body("a")))
        .then_expect_error(PostRefusal::BoardClosed);
    PostTest::with(())
        .given(vec![placed])
        .when(PostCommand::Edit { by: author(), body: body("b") })
        .then_expect_events(vec![edited("b")]);
}

#[test]
fn a_board_has_no_followers() {
    let secret = PostBody { followers_only: true, ..body("a") };
    PostTest::with(())
        .given_no_previous_events()
        .when(publish_on(on_night_board(true), secret))
        .then_expect_error(PostRefusal::NotForFollowers);
}
