//! Addresses of the search page: the whole search is in its address, so that it can be kept, shared and gone
//! back to.

use crate::edge::Problem;
use crate::edge::list::query;
use axum::http::Uri;
use form_urlencoded::Serializer;
use serde::Deserialize;

/// The kinds of results, one tab each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tab {
    #[default]
    Posts,
    People,
    Photos,
    Tags,
}

impl Tab {
    pub(super) const ALL: [Self; 4] = [Self::Posts, Self::People, Self::Photos, Self::Tags];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::People => "people",
            Self::Photos => "photos",
            Self::Tags => "tags",
        }
    }
}

/// The query string of the search page. A form sends empty fields, too; an empty field asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchPageQuery {
    pub(super) q: String,
    pub(super) tab: Tab,
    pub(super) tag: String,
    pub(super) author: String,
    pub(super) board: String,
    pub(super) photos: String,
    pub(super) language: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) sort: String,
    pub(super) cursor: String,
}

impl SearchPageQuery {
    /// Reads the query string. Parameters without a meaning here are passed over: links gather them on their
    /// way.
    pub(super) fn read(uri: &Uri) -> Result<Self, Problem> {
        query(uri)
    }

    fn pairs(&self) -> [(&'static str, &str); 10] {
        let tab = if self.tab == Tab::Posts { "" } else { self.tab.name() };
        [
            ("q", &self.q),
            ("tab", tab),
            ("tag", &self.tag),
            ("author", &self.author),
            ("board", &self.board),
            ("photos", &self.photos),
            ("language", &self.language),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", &self.sort),
        ]
    }

    /// Returns the address of the same search with one parameter changed, from its first page on.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (key, current) in self.pairs() {
            let value = if key == name { value } else { current };
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        if name == "cursor" {
            query.append_pair(name, value);
        }
        at(&query.finish())
    }

    /// Returns the address of the same search without one parameter.
    pub(super) fn without(&self, name: &str) -> String {
        self.with(name, "")
    }

    /// Returns the address of the same words on another tab, without the bounds if these are of posts only.
    pub(super) fn on(&self, tab: Tab) -> String {
        let bounds_stay = |tab| matches!(tab, Tab::Posts | Tab::Photos);
        if bounds_stay(tab) && bounds_stay(self.tab) {
            return Self { tab, ..self.clone() }.with("", "");
        }
        Self { tab, q: self.q.clone(), ..Self::default() }.with("", "")
    }

    /// Returns the parameters that a form beside the search field keeps.
    pub(super) fn hidden_fields(&self) -> Vec<(&'static str, &str)> {
        self.pairs().into_iter().filter(|(name, value)| *name != "q" && !value.is_empty()).collect()
    }

    /// Returns the parameters that a form for days keeps.
    pub(super) fn without_days(&self) -> Vec<(&'static str, &str)> {
        let is_day = |name: &str| matches!(name, "from" | "to");
        self.pairs().into_iter().filter(|(name, value)| !is_day(name) && !value.is_empty()).collect()
    }

    /// Returns the bounds that hold, by parameter and value.
    pub(super) fn bounds(&self) -> Vec<(&'static str, &str)> {
        let is_bound =
            |(name, value): &(&str, &str)| !matches!(*name, "q" | "tab" | "sort") && !value.is_empty();
        self.pairs().into_iter().filter(is_bound).collect()
    }
}

/// Returns the address at which these words are looked for.
pub(super) fn search(words: &str) -> String {
    at(&Serializer::new(String::new()).append_pair("q", words).finish())
}

/// Returns the address at which the posts with this tag are found.
pub(super) fn tag(tag: &str) -> String {
    search(&format!("#{tag}"))
}

/// Returns the address of a person's page.
pub(super) fn person(handle: &str) -> String {
    // A handle is letters, digits and `_`, which need no more than what an address makes of any letter.
    format!("/@{handle}")
}

fn at(query: &str) -> String {
    if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> SearchPageQuery {
        SearchPageQuery::read(&address.parse().expect("an address")).expect("it can be read")
    }

    #[test]
    fn an_address_is_read_as_it_was_written_and_changes_one_thing() {
        let query = read("/?q=%EA%B0%90%EA%B7%A4+-x&tab=photos&tag=&cursor=c&utm=1");
        assert_eq!((query.q.as_str(), query.tab), ("감귤 -x", Tab::Photos));
        assert_eq!(query.with("tag", "제주"), "/?q=%EA%B0%90%EA%B7%A4+-x&tab=photos&tag=%EC%A0%9C%EC%A3%BC");
        assert_eq!(query.without("q"), "/?tab=photos", "and begins at the first page");
        assert!(query.with("cursor", "d").ends_with("&cursor=d"));
        assert_eq!(SearchPageQuery::default().with("", ""), "/");
    }

    #[test]
    fn bounds_of_posts_stay_with_posts() {
        let query = read("/?q=a&board=night&sort=newest");
        assert_eq!(query.on(Tab::Photos), "/?q=a&tab=photos&board=night&sort=newest");
        assert_eq!(query.on(Tab::People), "/?q=a&tab=people");
        assert_eq!(query.bounds(), [("board", "night")]);
    }
}
