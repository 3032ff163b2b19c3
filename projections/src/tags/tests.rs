//! Batches fold to their net effect.

use super::project::{Change, fold};
use crate::given::{deleted, edited, id, log, published};

#[test]
fn the_last_word_on_a_posts_tags_counts() {
    let log = log(vec![
        (1, published(9, "a", &["old"])),
        (2, edited("b", &["sea", "cat"])),
        (1, edited("c", &["new"])),
        (3, published(9, "d", &["short"])),
        (3, deleted(9)),
        (4, deleted(9)),
    ]);
    let folded: Vec<_> = fold(&log).into_iter().collect();
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        folded,
        [
            (id(1), Change { is_new: true, tags: &words(&["new"]) }),
            (id(2), Change { is_new: false, tags: &words(&["sea", "cat"]) }),
            (id(3), Change { is_new: true, tags: &[] }),
            (id(4), Change { is_new: false, tags: &[] }),
        ]
    );
}
