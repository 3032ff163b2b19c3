//! The frame that stands around each page.

use super::seat::Seat;
use super::text::Text;

/// The pages, as the navigation has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    State,
    Events,
    History,
    Figures,
}

/// The frame that stands around a page's own content.
pub(super) struct Frame {
    pub(super) text: &'static Text,
    pub(super) title: String,
    tab: Option<Tab>,
    /// The name of the person who looks.
    pub(super) name: String,
    pub(super) is_admin: bool,
}

impl Frame {
    /// The frame of a page of this tab; with the page's own title, where it has one.
    pub(super) fn of(seat: &Seat, tab: Tab, title: &str) -> Self {
        let text = seat.text;
        let title = if title.is_empty() { name(text, tab) } else { title };
        let title = format!("{title} · {}", text.console);
        Self { text, title, tab: Some(tab), name: seat.name.clone(), is_admin: seat.is_admin }
    }

    /// The frame of the door, before the person is known.
    pub(super) fn outside(text: &'static Text) -> Self {
        Self { text, title: text.console.to_owned(), tab: None, name: String::new(), is_admin: false }
    }

    /// The tabs: each page's name and address, and whether it is open.
    pub(super) fn tabs(&self) -> Vec<(&'static str, &'static str, bool)> {
        let tabs = [Tab::State, Tab::Events, Tab::History, Tab::Figures];
        let tabs = tabs.into_iter().filter(|_| self.tab.is_some());
        tabs.map(|tab| (name(self.text, tab), address(tab), self.tab == Some(tab))).collect()
    }

    /// The address where the open tab begins.
    pub(super) fn address(&self) -> &'static str {
        self.tab.map_or("/console", address)
    }
}

fn address(tab: Tab) -> &'static str {
    match tab {
        Tab::State => "/console",
        Tab::Events => "/console/events",
        Tab::History => "/console/history",
        Tab::Figures => "/console/figures",
    }
}

fn name(text: &Text, tab: Tab) -> &'static str {
    match tab {
        Tab::State => text.state,
        Tab::Events => text.events,
        Tab::History => text.history,
        Tab::Figures => text.figures,
    }
}
