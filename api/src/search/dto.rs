//! The results of searches as JSON.

use crate::edge::cut;
use crate::edge::html::escape;
use crate::posts::dto::Post;
use crate::users::dto::Person;
use projections::search::engine;
use projections::search::text::highlights;
use projections::search::words::Words;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One page of search results.
#[derive(Debug, Serialize, ToSchema)]
pub struct Results<T> {
    /// The page's items, perhaps fewer than asked for even when more follow.
    pub items: Vec<T>,
    /// The cursor of the next page, to be given as `cursor`; null at the end.
    pub next_cursor: Option<String>,
    /// The number of results in all, about.
    pub total: usize,
    /// The counts of results by kind, if the request asked for them.
    pub facets: Option<Facets>,
    /// The query that may have been meant: the same keys on the Korean keyboard, where the words as they were typed
    /// find little or nothing, and these find more. Only the first page has it.
    #[schema(example = "감귤")]
    pub suggestion: Option<String>,
    /// The name of the engine that has answered.
    #[schema(example = "embedded")]
    pub engine: &'static str,
    /// The embedder that has told which posts are close, if the request asked for closeness: the name of a
    /// model, or `local-ngrams-1`, which knows wording only.
    #[schema(example = "local-ngrams-1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
}

/// A post that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPost {
    /// The post as it is listed elsewhere.
    #[serde(flatten)]
    pub post: Post,
    /// The title and the text with the found words marked.
    pub highlights: PostHighlights,
    /// The reasons for the post's place in the order, if the request asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// The parts of a found post as HTML that is safe as it is: words that were found stand in `<mark>`, all else
/// is escaped.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostHighlights {
    /// The title, if the post has one.
    pub title: Option<String>,
    /// The text around the first word that was found, about 160 characters.
    #[schema(example = "제주 <mark>감귤</mark>밭에서")]
    pub text: String,
}

/// A person who was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPerson {
    /// The person as listed elsewhere.
    #[serde(flatten)]
    pub person: Person,
    /// The names and the text with the found words marked.
    pub highlights: PersonHighlights,
}

/// The parts of a found person as HTML that is safe as it is: words that were found stand in `<mark>`, all
/// else is escaped.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonHighlights {
    /// The handle.
    pub handle: String,
    /// The name.
    pub display_name: String,
    /// The person's text about themself, around the first word that was found.
    pub bio: String,
}

/// A tag that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundTag {
    /// The tag, without `#`.
    pub tag: String,
    /// The number of posts that carry the tag.
    pub post_count: i64,
    /// The tag as HTML that is safe as it is, with `<mark>` around what was found.
    pub highlighted: String,
}

/// The parts of which a place in the order is made. By words the place comes from the product of `words`,
/// `likes` and `age`; by closeness from `near`; of both (`mode=hybrid`) from the places in these two orders.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The fit of the words (BM25, by field: title, tags, author's name, text, alternative texts).
    pub words: f32,
    /// The factor of likes: more than 1 for posts that are liked.
    pub likes: f32,
    /// The factor of age: less than 1 for posts that are old.
    pub age: f32,
    /// The cosine of the angle to the request's vector, where that is near enough to count.
    pub near: Option<f32>,
}

/// The counts of results by kind, the most first, ten of each.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facets {
    /// The counts by tag.
    pub tags: Vec<Count<String>>,
    /// The counts by board.
    pub boards: Vec<Count<Uuid>>,
    /// The counts by language: `ko`, `ja`, `zh`, `latin`, `other`.
    pub languages: Vec<Count<String>>,
    /// The number of results that show photos.
    pub with_photos: u64,
}

/// One line of a facet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count<T> {
    /// The value by which results are counted.
    pub value: T,
    /// The number of results with this value.
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

/// A marker of the words that were looked for.
pub(super) struct Marker(Vec<Vec<char>>);

/// The number of characters of a text that are shown in an excerpt, and of those before the first hit.
const AROUND: usize = 160;
const BEFORE: usize = 40;

impl Marker {
    pub(super) fn of(words: &Words) -> Self {
        let words = words.words.iter().map(|word| word.folded.clone());
        Self(words.collect())
    }

    /// Marks the hits in the whole text.
    pub(super) fn mark(&self, text: &str) -> String {
        marked(text, &self.found(text))
    }

    /// Finds the hits, each with all of the characters that people see as one: a mark never begins within a letter.
    fn found(&self, text: &str) -> Vec<(usize, usize)> {
        let found = highlights(text, &self.0).into_iter();
        let mut whole: Vec<(usize, usize)> = vec![];
        for (from, to) in found.map(|(from, to)| (cut::before(text, from), cut::behind(text, to))) {
            match whole.last_mut() {
                Some(last) if from < last.1 => last.1 = last.1.max(to),
                _ => whole.push((from, to)),
            }
        }
        whole
    }

    /// Marks the hits in the part of a text around the first hit, or in its beginning.
    pub(super) fn excerpt(&self, text: &str) -> String {
        let found = self.found(text);
        let first = found.first().map_or(0, |&(from, _)| from);
        let begin = text[..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
        // The first hit begins between clusters, so this is never behind it.
        let begin = cut::behind(text, begin);
        let end = begin + cut::end(&text[begin..], AROUND);
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

    #[test]
    fn no_excerpt_begins_or_ends_within_what_is_seen_as_one_character() {
        let whole = ["👨‍👩‍👧‍👦", "🇰🇷", "👍🏽", "क्ष", "e\u{301}"];
        for one in whole {
            for before in 0..12 {
                let row = one.repeat(60);
                let text = format!("{}{row}{}감귤 {row}", "가".repeat(before), "나".repeat(before));
                let excerpt = marker("감귤").excerpt(&text);
                let shown = excerpt.trim_matches('…').replace("<mark>감귤</mark>", "");
                let rest = shown.replace(one, "").replace(['가', '나', ' '], "");
                assert_eq!(rest, "", "{excerpt}");
            }
        }
        // Two letters that are written as one.
        assert_eq!(Marker(vec![vec!['क']]).mark("क्षण"), "<mark>क्ष</mark>ण");
    }
}
