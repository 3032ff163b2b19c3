use super::*;
use crate::value::{PostText, Tag, Title};
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
    PostBody::new(Some(Title::parse("밤 산책").expect("valid")), text, vec![]).expect("valid")
}

fn published(text: &str) -> PostEvent {
    let body = body(text);
    PostEvent::PostPublished {
        author_id: author(),
        title: body.title.map(String::from),
        text: body.text.to_string(),
        tags: body.tags.to_strings(),
        mentions: body.mentions.to_strings(),
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
    }
}

fn deleted() -> PostEvent {
    PostEvent::PostDeleted { author_id: author() }
}

fn publish(by: UserId, text: &str) -> PostCommand {
    PostCommand::Publish { by, body: body(text), original_published_at: None }
}

#[test]
fn publishing_keeps_given_tags_first_then_those_in_the_text() {
    let text = PostText::parse("한강에서 #밤산책 @마당쇠 #seoul").expect("valid");
    let given = vec![Tag::parse("Seoul").expect("valid"), Tag::parse("run").expect("valid")];
    let body = PostBody::new(None, text, given).expect("valid");
    PostTest::with(())
        .given_no_previous_events()
        .when(PostCommand::Publish { by: author(), body, original_published_at: None })
        .then_expect_events(vec![PostEvent::PostPublished {
            author_id: author(),
            title: None,
            text: "한강에서 #밤산책 @마당쇠 #seoul".into(),
            tags: vec!["seoul".into(), "run".into(), "밤산책".into()],
            mentions: vec!["마당쇠".into()],
            original_published_at: None,
        }]);
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
