//! What was found as JSON.

use crate::edge::html::escape;
use crate::posts::dto::Post;
use crate::users::dto::Person;
use projections::search::engine;
use projections::search::text::highlights;
use projections::search::words::Words;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One page of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Results<T> {
    /// May be fewer than asked for even when more follow.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
    /// About how many there are in all.
    pub total: usize,
    /// Counts by kinds of what was found, where they were asked for.
    pub facets: Option<Facets>,
    /// What may have been meant: the same keys on the Korean keyboard.
    #[schema(example = "감귤")]
    pub suggestion: Option<String>,
    /// Which engine has answered.
    #[schema(example = "embedded")]
    pub engine: &'static str,
    /// What has told which are close, where that was asked: the name of a model, or `local-ngrams-1`, which knows wording
    /// only.
    #[schema(example = "local-ngrams-1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
}

/// A post that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPost {
    /// As it is listed elsewhere.
    #[serde(flatten)]
    pub post: Post,
    /// Where the words are.
    pub highlights: PostHighlights,
    /// Why it is where it is, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// HTML that is safe as it is: words that were found stand in `<mark>`, all else is escaped.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostHighlights {
    /// The title, if it has one.
    pub title: Option<String>,
    /// The text around the first word that was found, about 160 characters.
    #[schema(example = "제주 <mark>감귤</mark>밭에서")]
    pub text: String,
}

/// A person who was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPerson {
    /// As they are listed elsewhere.
    #[serde(flatten)]
    pub person: Person,
    /// Where the words are.
    pub highlights: PersonHighlights,
}

/// HTML that is safe as it is: words that were found stand in `<mark>`, all else is escaped.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonHighlights {
    /// The handle.
    pub handle: String,
    /// The name.
    pub display_name: String,
    /// What they say of themself, around the first word that was found.
    pub bio: String,
}

/// A tag that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundTag {
    /// Without `#`.
    pub tag: String,
    /// Posts that carry it.
    pub post_count: i64,
    /// HTML that is safe as it is, with `<mark>` around what was found.
    pub highlighted: String,
}

/// What a place in the order is made of. By words it is the product of `words`, `likes` and `age`; by closeness it is
/// `near`; of both (`mode=hybrid`) it comes from the places in these two orders.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// How well the words fit (BM25, by field: title, tags, author's name, text, alternative texts).
    pub words: f32,
    /// More than 1 for what is liked.
    pub likes: f32,
    /// Less than 1 for what is old.
    pub age: f32,
    /// Cosine of the angle to what was asked for, where that is near enough to count.
    pub near: Option<f32>,
}

/// How many of what was found are of which kind, the most first, ten of each.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facets {
    /// By tag.
    pub tags: Vec<Count<String>>,
    /// By board.
    pub boards: Vec<Count<Uuid>>,
    /// By language: `ko`, `ja`, `zh`, `latin`, `other`.
    pub languages: Vec<Count<String>>,
    /// How many show photos.
    pub with_photos: u64,
}

/// One line of a facet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count<T> {
    /// What is counted.
    pub value: T,
    /// How many.
    pub count: u64,
}

impl Facets {
    pub(super) fn of(facets: engine::Facets) -> Self {
        fn counts<T>(counts: Vec<(T, u64)>) -> Vec<Count<T>> {
            counts.into_iter().map(|(value, count)| Count { value, count }).collect()
        }
        Self {
            tags: counts(facets.tags),
            boards: counts(facets.boards),
            languages: counts(facets.languages),
            with_photos: facets.with_photos,
        }
    }
}

impl Explanation {
    pub(super) fn of(score: engine::Score) -> Self {
        Self { words: score.words, likes: score.likes, age: score.age, near: score.near }
    }
}

/// Marks what was looked for.
pub(super) struct Marker(Vec<Vec<char>>);

/// Characters of a text that are shown around what was found, and before it.
const AROUND: usize = 160;
const BEFORE: usize = 40;

impl Marker {
    pub(super) fn of(words: &Words) -> Self {
        let words = words.words.iter().map(|word| word.folded.clone());
        Self(words.collect())
    }

    /// The whole text.
    pub(super) fn mark(&self, text: &str) -> String {
        marked(text, &highlights(text, &self.0))
    }

    /// The part of a text around the first hit, or its beginning.
    pub(super) fn excerpt(&self, text: &str) -> String {
        let found = highlights(text, &self.0);
        let first = found.first().map_or(0, |&(from, _)| from);
        let begin = text[..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
        let end = text[begin..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| begin + at);
        let within: Vec<_> = found
            .into_iter()
            .filter(|&(from, to)| begin <= from && to <= end)
            .map(|(from, to)| (from - begin, to - begin))
            .collect();
        let dots = |cut: bool| if cut { "…" } else { "" };
        format!("{}{}{}", dots(begin > 0), marked(&text[begin..end], &within), dots(end < text.len()))
    }
}

fn marked(text: &str, found: &[(usize, usize)]) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let mut end = 0;
    for &(from, to) in found {
        escape(&text[end..from], &mut html);
        html.push_str("<mark>");
        escape(&text[from..to], &mut html);
        html.push_str("</mark>");
        end = to;
    }
    escape(&text[end..], &mut html);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(query: &str) -> Marker {
        Marker::of(&Words::parse(query).expect("a query"))
    }

    #[test]
    fn what_was_found_is_marked_and_all_else_escaped() {
        assert_eq!(
            marker("감귤").mark("<b>감귤밭</b> & \"감귤\""),
            "&lt;b&gt;<mark>감귤</mark>밭&lt;/b&gt; &amp; &quot;<mark>감귤</mark>&quot;"
        );
        assert_eq!(marker("감귤 -밭").mark("감귤밭"), "<mark>감귤</mark>밭");
    }

    #[test]
    fn an_excerpt_begins_a_little_before_the_first_hit() {
        let long = format!("{}감귤{}", "가".repeat(100), "나".repeat(300));
        let excerpt = marker("감귤").excerpt(&long);
        assert_eq!(excerpt, format!("…{}<mark>감귤</mark>{}…", "가".repeat(40), "나".repeat(118)));
        assert_eq!(marker("없음").excerpt("짧은 글"), "짧은 글");
        assert_eq!(marker("없음").excerpt(&long).chars().count(), AROUND + 1);
    }
}
