use super::*;
use crate::value::CommentText;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type CommentTest = TestFramework<Comment>;

fn author() -> UserId {
    UserId(Uuid::from_u128(1))
}

fn stranger() -> UserId {
    UserId(Uuid::from_u128(2))
}

fn post() -> PostId {
    PostId(Uuid::from_u128(10))
}

fn comment(n: u128) -> CommentId {
    CommentId(Uuid::from_u128(n))
}

fn body(text: &str) -> CommentBody {
    CommentBody::new(CommentText::parse(text).expect("valid")).expect("valid")
}

fn there() -> CommentedPost {
    CommentedPost { is_open: true, board_is_open: true, is_anonymous: false }
}

fn write(text: &str, parent: Option<Parent>) -> CommentCommand {
    CommentCommand::Write { post_id: post(), post: there(), by: author(), parent, body: body(text) }
}

fn written(text: &str, parent_id: Option<CommentId>, root_id: Option<CommentId>) -> CommentEvent {
    let mentions = body(text).mentions.to_strings();
    let text = text.into();
    CommentEvent::CommentWritten {
        post_id: post(),
        author_id: author(),
        parent_id,
        root_id,
        text,
        mentions,
        anonymous: false,
    }
}

fn deleted() -> CommentEvent {
    CommentEvent::CommentDeleted { post_id: post(), author_id: author(), parent_id: None, root_id: None }
}

fn parent(n: u128, root_id: Option<CommentId>) -> Parent {
    Parent { id: comment(n), is_open: true, post_id: post(), root_id }
}

#[test]
fn a_comment_stands_under_a_post() {
    CommentTest::with(())
        .given_no_previous_events()
        .when(write("좋아요 @마당쇠", None))
        .then_expect_events(vec![written("좋아요 @마당쇠", None, None)]);
}

#[test]
fn a_reply_joins_the_thread_of_what_it_answers() {
    CommentTest::with(())
        .given_no_previous_events()
        .when(write("네", Some(parent(20, None))))
        .then_expect_events(vec![written("네", Some(comment(20)), Some(comment(20)))]);
    CommentTest::with(())
        .given_no_previous_events()
        .when(write("네", Some(parent(21, Some(comment(20))))))
        .then_expect_events(vec![written("네", Some(comment(21)), Some(comment(20)))]);
}

#[test]
fn nothing_is_written_under_what_is_gone() {
    let gone_post = CommentCommand::Write {
        post_id: post(),
        post: CommentedPost { is_open: false, ..there() },
        by: author(),
        parent: None,
        body: body("a"),
    };
    let gone = Parent { is_open: false, ..parent(20, None) };
    let elsewhere = Parent { post_id: PostId(Uuid::from_u128(11)), ..parent(20, None) };
    let cases = [
        (gone_post, CommentRefusal::PostNotFound),
        (write("a", Some(gone)), CommentRefusal::ParentNotFound),
        (write("a", Some(elsewhere)), CommentRefusal::ParentUnderAnotherPost),
    ];
    for (command, refusal) in cases {
        CommentTest::with(()).given_no_previous_events().when(command).then_expect_error(refusal);
    }
}

#[test]
fn writing_the_same_again_changes_nothing_and_another_is_refused() {
    CommentTest::with(())
        .given(vec![written("a", None, None)])
        .when(write("a", None))
        .then_expect_events(vec![]);
    CommentTest::with(())
        .given(vec![written("a", None, None)])
        .when(write("b", None))
        .then_expect_error(CommentRefusal::AlreadyWritten);
}

#[test]
fn the_author_edits_and_deletes() {
    CommentTest::with(())
        .given(vec![written("a", None, None)])
        .when(CommentCommand::Edit { by: author(), body: body("b") })
        .then_expect_events(vec![CommentEvent::CommentEdited { text: "b".into(), mentions: vec![] }]);
    CommentTest::with(())
        .given(vec![written("a", None, None)])
        .when(CommentCommand::Delete { by: author() })
        .then_expect_events(vec![deleted()]);
}

#[test]
fn an_edit_to_what_it_already_says_and_a_second_delete_yield_no_event() {
    CommentTest::with(())
        .given(vec![written("a", None, None)])
        .when(CommentCommand::Edit { by: author(), body: body("a") })
        .then_expect_events(vec![]);
    CommentTest::with(())
        .given(vec![written("a", None, None), deleted()])
        .when(CommentCommand::Delete { by: author() })
        .then_expect_events(vec![]);
}

#[test]
fn nobody_else_edits_or_deletes() {
    for command in
        [CommentCommand::Edit { by: stranger(), body: body("b") }, CommentCommand::Delete { by: stranger() }]
    {
        CommentTest::with(())
            .given(vec![written("a", None, None)])
            .when(command)
            .then_expect_error(CommentRefusal::NotTheAuthor);
    }
}

#[test]
fn a_deleted_comment_is_not_there_to_edit() {
    CommentTest::with(())
        .given(vec![written("a", None, None), deleted()])
        .when(CommentCommand::Edit { by: author(), body: body("b") })
        .then_expect_error(CommentRefusal::CommentNotFound);
}

#[test]
fn under_an_anonymous_post_the_author_is_an_alias_and_the_hours_count() {
    let command = |board_is_open| CommentCommand::Write {
        post_id: post(),
        post: CommentedPost { is_open: true, board_is_open, is_anonymous: true },
        by: author(),
        parent: None,
        body: body("잠이 안 와"),
    };
    let mut anonymous = written("잠이 안 와", None, None);
    if let CommentEvent::CommentWritten { anonymous, .. } = &mut anonymous {
        *anonymous = true;
    }
    CommentTest::with(())
        .given_no_previous_events()
        .when(command(true))
        .then_expect_events(vec![anonymous.clone()]);
    CommentTest::with(())
        .given_no_previous_events()
        .when(command(false))
        .then_expect_error(CommentRefusal::BoardClosed);
    // A written comment may be changed and deleted at any hour.
    CommentTest::with(())
        .given(vec![anonymous])
        .when(CommentCommand::Delete { by: author() })
        .then_expect_events(vec![deleted()]);
}
