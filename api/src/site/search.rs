//! The search page, `/`: posts, people, photos and tags.

use super::address::{self, SearchPageQuery, Tab};
use super::page::{self, Frame};
use super::text::Text;
use super::visit::Visit;
use super::writer::Writer;
use crate::app::App;
use crate::edge::Problem;
use crate::edge::list::Limit;
use crate::posts::dto::Visibility;
use crate::search::dto::{Facets, FoundPerson, FoundPost, FoundTag, Results};
use crate::search::posts::{Mode, Order, PostSearch, posts};
use crate::search::routes::{NameSearch, people, tags};
use crate::search::suggest::{SuggestedQuery, queries};
use crate::tags::Trends;
use crate::tags::trending::Period;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use projections::boards;
use std::time::Instant;
use uuid::Uuid;

/// The number of boards that have names on the page.
const BOARDS: usize = 200;
const TRENDING: usize = 12;
const SEARCHED: usize = 10;

#[derive(Template)]
#[template(path = "site/templates/search.html")]
struct SearchPage {
    frame: Frame,
    query: SearchPageQuery,
    shown: Shown,
    facets: Option<Choices>,
    total: usize,
    suggestion: Option<String>,
    next: Option<String>,
    /// The tags to begin with, on a page without a search.
    trending: Vec<String>,
    /// The earlier queries of the reader, or of many people.
    searched: Vec<SuggestedQuery>,
    is_home: bool,
}

enum Shown {
    Posts(Vec<FoundPost>),
    Photos(Vec<FoundPost>),
    People(Vec<FoundPerson>),
    Tags(Vec<FoundTag>),
}

impl Shown {
    fn is_empty(&self) -> bool {
        match self {
            Self::Posts(posts) | Self::Photos(posts) => posts.is_empty(),
            Self::People(people) => people.is_empty(),
            Self::Tags(tags) => tags.is_empty(),
        }
    }
}

/// The choices by which the found posts can be narrowed down: value, name, how many.
struct Choices {
    tags: Vec<Choice>,
    boards: Vec<Choice>,
    languages: Vec<Choice>,
    with_photos: u64,
}

struct Choice {
    value: String,
    name: String,
    count: u64,
}

pub(super) async fn search(State(app): State<App>, visit: Visit) -> Response {
    match found(&app, &visit).await {
        Ok(found) => page::answer(&app, StatusCode::OK, &found),
        Err(problem) => page::failed(&app, &visit, &problem),
    }
}

async fn found(app: &App, visit: &Visit) -> Result<SearchPage, Problem> {
    let (query, text) = (SearchPageQuery::read(&visit.uri)?, visit.text());
    let is_home = query.tab == Tab::Posts && query.q.trim().is_empty() && query.bounds().is_empty();
    let title = match query.q.trim() {
        "" => text.search,
        words => words,
    };
    let mut frame = Frame::of(app, visit, &query.with("", ""), title);
    frame.words.clone_from(&query.q);
    let mut page = SearchPage {
        frame,
        shown: Shown::Tags(vec![]),
        facets: None,
        total: 0,
        suggestion: None,
        next: None,
        trending: vec![],
        searched: vec![],
        is_home,
        query,
    };
    match page.query.tab {
        Tab::Posts => {
            let (_, results) = posts(app, &visit.reader, &post_search(&page.query, is_home)).await?;
            let (items, facets) = page.take(results);
            page.shown = Shown::Posts(items);
            page.facets = match facets {
                Some(facets) if !is_home => Some(choices(app, text, facets).await?),
                Some(_) | None => None,
            };
        }
        Tab::Photos => {
            let search = PostSearch { has_photos: Some(true), ..post_search(&page.query, false) };
            let (_, results) = posts(app, &visit.reader, &search).await?;
            let (items, _) = page.take(results);
            page.shown = Shown::Photos(items);
        }
        Tab::People => {
            let (_, results) = people(app, &visit.reader, &name_search(&page.query)).await?;
            let (items, _) = page.take(results);
            page.shown = Shown::People(items);
        }
        Tab::Tags => {
            let (_, results) = tags(app, &visit.reader, &name_search(&page.query)).await?;
            let (items, _) = page.take(results);
            page.shown = Shown::Tags(items);
        }
    }
    if is_home {
        let deadline = Instant::now() + visit.reader.bound;
        let (trends, _) = app.part::<Trends>().read(app, Period::Week, 0, deadline).await?;
        page.searched = queries(app, &visit.reader, "", SEARCHED).await?;
        page.trending = trends.into_iter().take(TRENDING).map(|trend| trend.tag).collect();
    }
    Ok(page)
}

impl SearchPage {
    fn take<T>(&mut self, results: Results<T>) -> (Vec<T>, Option<Facets>) {
        let Results { items, next_cursor, total, facets, suggestion, .. } = results;
        (self.total, self.suggestion) = (total, suggestion);
        self.next = next_cursor.map(|cursor| self.query.with("cursor", &cursor));
        (items, facets)
    }

    /// Returns the tabs with their names, addresses, and whether they are open.
    fn tabs(&self) -> [(&'static str, String, bool); 4] {
        let text = self.frame.text;
        Tab::ALL.map(|tab| {
            let name = match tab {
                Tab::Posts => text.posts,
                Tab::People => text.people,
                Tab::Photos => text.photos,
                Tab::Tags => text.tags,
            };
            (name, self.query.on(tab), tab == self.query.tab)
        })
    }

    /// Returns the earlier queries, by the name of their list.
    fn searched(&self) -> [(&'static str, Vec<&str>); 2] {
        let text = self.frame.text;
        [(text.recent, true), (text.popular, false)].map(|(name, by_me)| {
            let searched = self.searched.iter().filter(|searched| searched.by_me == by_me);
            (name, searched.map(|searched| searched.query.as_str()).collect())
        })
    }

    fn orders(&self) -> [(&'static str, String, bool); 3] {
        let text = self.frame.text;
        [("", text.relevance), ("newest", text.newest), ("most_liked", text.most_liked)]
            .map(|(sort, name)| (name, self.query.with("sort", sort), self.query.sort == sort))
    }

    /// Returns the bounds that hold, in words, and the address without each.
    fn bounds(&self) -> Vec<(String, String)> {
        let text = self.frame.text;
        let name = |parameter: &str, value: &str| match parameter {
            "tag" => format!("#{value}"),
            "author" => format!("@{value}"),
            "board" => format!("{}: {value}", text.boards),
            "photos" => text.with_photos.to_owned(),
            "language" => text.language(value).to_owned(),
            "from" => format!("{}: {value}", text.since),
            _ => format!("{}: {value}", text.until),
        };
        let bounds = self.query.bounds().into_iter();
        bounds.map(|(parameter, value)| (name(parameter, value), self.query.without(parameter))).collect()
    }
}

/// Returns the value of a form's field, if any: an empty field asks for nothing.
fn given(value: &str) -> Option<String> {
    Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn post_search(query: &SearchPageQuery, is_home: bool) -> PostSearch {
    PostSearch {
        q: given(&query.q),
        tag: given(&query.tag),
        author: given(&query.author),
        board: given(&query.board),
        has_photos: given(&query.photos).map(|_| true),
        language: given(&query.language),
        from: given(&query.from),
        to: given(&query.to),
        sort: match query.sort.as_str() {
            "newest" => Order::Newest,
            "most_liked" => Order::MostLiked,
            _ if is_home => Order::Newest,
            _ => Order::Relevance,
        },
        facets: true,
        explain: false,
        mode: Mode::Keyword,
        limit: Limit::default(),
        cursor: given(&query.cursor),
    }
}

fn name_search(query: &SearchPageQuery) -> NameSearch {
    NameSearch { q: given(&query.q), cursor: given(&query.cursor), limit: Limit::default() }
}

async fn choices(app: &App, text: &Text, facets: Facets) -> Result<Choices, Problem> {
    let named = app.read(|| boards::query::list(&app.reads, None, BOARDS)).await?.items;
    let board = |id: Uuid, count: u64| {
        let board = named.iter().find(|board| board.id.0 == id)?;
        Some(Choice { value: board.state.slug.clone(), name: board.state.name.clone(), count })
    };
    let tag = |value: String, count| Choice { name: format!("#{value}"), value, count };
    let language = |value: String, count| Choice { name: text.language(&value).to_owned(), value, count };
    Ok(Choices {
        tags: facets.tags.into_iter().map(|facet| tag(facet.value, facet.count)).collect(),
        boards: facets.boards.into_iter().filter_map(|facet| board(facet.value, facet.count)).collect(),
        languages: facets.languages.into_iter().map(|facet| language(facet.value, facet.count)).collect(),
        with_photos: facets.with_photos,
    })
}
