//! The table of every environment variable, as `infra/README.md` shows it to those who run the service.
//!
//! Reading order: the lists, [`process`], [`callers`] and [`content`]; then [`table`], which makes Markdown of them.

pub mod callers;
pub mod content;
pub mod process;
#[cfg(test)]
mod tests;

use std::fmt::Write;

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The variable's name. `<NAME>` in it stands for the name of a login service in upper case.
    pub name: &'static str,
    /// The value that counts where the variable is not set, in Markdown. A value stands in backticks.
    pub default: &'static str,
    /// The meaning of the variable, in Markdown.
    pub about: &'static str,
    /// The program that reads the variable, in Markdown, if [`Settings`](super::Settings) does not.
    pub read_by: Option<&'static str>,
}

impl Variable {
    /// A variable that [`Settings`](super::Settings) reads.
    const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self { name, default, about, read_by: None }
    }

    /// A variable that another program reads.
    const fn elsewhere(
        name: &'static str,
        read_by: &'static str,
        default: &'static str,
        about: &'static str,
    ) -> Self {
        Self { name, default, about, read_by: Some(read_by) }
    }
}

/// Variables that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The group's heading.
    pub title: &'static str,
    /// The variables, in the order in which they are shown.
    pub variables: &'static [Variable],
}

/// Every variable there is.
pub static GROUPS: [Group; 9] = [
    process::SERVICES,
    process::LOGS,
    callers::HTTP,
    callers::LOGINS,
    callers::LETTERS,
    content::FILES,
    content::SEARCH,
    process::EVENTS,
    process::ELSEWHERE,
];

/// The variables as Markdown: a heading and a table for each group.
#[must_use]
pub fn table() -> String {
    GROUPS.iter().map(shown).collect::<Vec<_>>().join("\n")
}

fn shown(group: &Group) -> String {
    let mut text = format!("### {}\n\n| variable | default | |\n|---|---|---|\n", group.title);
    for Variable { name, default, about, read_by } in group.variables {
        let reader = read_by.map(|reader| format!("read by {reader}: ")).unwrap_or_default();
        writeln!(text, "| `{name}` | {default} | {reader}{about} |").expect("a string takes all");
    }
    text
}
