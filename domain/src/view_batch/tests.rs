use super::*;
use crate::value::PostId;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type ViewBatchTest = TestFramework<ViewBatch>;

fn posts(number: u128) -> Vec<PostViews> {
    (0..number).map(|n| PostViews { post_id: PostId(Uuid::from_u128(n)), views: 2 }).collect()
}

#[test]
fn a_batch_counts_once() {
    let counted = ViewBatchEvent::ViewsCounted { posts: posts(2) };
    ViewBatchTest::with(())
        .given_no_previous_events()
        .when(ViewBatchCommand::Count { posts: posts(2) })
        .then_expect_events(vec![counted.clone()]);
    ViewBatchTest::with(())
        .given(vec![counted])
        .when(ViewBatchCommand::Count { posts: posts(2) })
        .then_expect_events(vec![]);
}

#[test]
fn a_batch_is_neither_empty_nor_endless() {
    for number in [0, 501] {
        ViewBatchTest::with(())
            .given_no_previous_events()
            .when(ViewBatchCommand::Count { posts: posts(number) })
            .then_expect_error(ViewBatchRefusal::Size);
    }
}
