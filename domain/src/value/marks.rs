//! Marks: `#tags` and `@mentions` written inside a text.

use super::handle::is_handle_char;
use super::tag::is_tag_char;
use super::{Handle, Invalid, Tag};

/// The marks in a text, in the order of writing, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The words after `#` (or the full-width `＃`).
    pub tags: Vec<Tag>,
    /// The words after `@` (or the full-width `＠`) that could be handles.
    pub mentions: Vec<Handle>,
}

impl Marks {
    /// Reads a text's marks. A mark counts only where no letter, digit, `/` or `&` stands before it, so that
    /// e-mail addresses, address fragments and `&#39;` mark nothing.
    #[must_use]
    pub fn in_text(text: &str) -> Self {
        let mut marks = Self::default();
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let rest = &text[at + c.len_utf8()..];
            let free = !(is_tag_char(before) || matches!(before, '/' | '&' | '#' | '@' | '.'));
            match c {
                '#' | '＃' if free => push_new(&mut marks.tags, Tag::parse(word(rest, is_tag_char)).ok()),
                '@' | '＠' if free => {
                    push_new(&mut marks.mentions, Handle::parse(word(rest, is_handle_char)).ok());
                }
                _ => {}
            }
            before = c;
        }
        marks
    }
}

fn word(rest: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = rest.char_indices().find(|&(_, c)| !belongs(c)).map_or(rest.len(), |(at, _)| at);
    &rest[..end]
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: Option<T>) {
    if let Some(item) = item.filter(|item| !list.contains(item)) {
        list.push(item);
    }
}

/// The handles mentioned in one text, at most 20.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions(Vec<Handle>);

impl Mentions {
    /// The greatest number of mentions in one text.
    pub const MAX: usize = 20;

    /// Checks the number of mentions.
    ///
    /// # Errors
    /// More than [`Mentions::MAX`].
    pub fn new(handles: Vec<Handle>) -> Result<Self, Invalid> {
        if handles.len() > Self::MAX {
            return Err(Invalid::TooMany { max: Self::MAX, actual: handles.len() });
        }
        Ok(Self(handles))
    }

    /// Returns the handles as events hold them: as written, without `@`.
    #[must_use]
    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tags(text: &str) -> Vec<String> {
        Marks::in_text(text).tags.iter().map(ToString::to_string).collect()
    }

    fn mentions(text: &str) -> Vec<String> {
        Marks::in_text(text).mentions.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tags_are_read_in_hangul_and_latin() {
        assert_eq!(tags("오늘 #한강 에서 #Run_Club, #한강! (#밤산책)"), ["한강", "run_club", "밤산책"]);
    }

    #[test]
    fn mentions_are_read_in_hangul_and_latin() {
        assert_eq!(mentions("@마당쇠 그리고 @mina_92. @a"), ["마당쇠", "mina_92"]);
    }

    #[test]
    fn what_only_looks_like_a_mark_is_none() {
        assert!(tags("it&#39;s https://a.kr/#top a#b ##x #1").is_empty());
        assert!(mentions("mail@example.com x@y").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC*[#@＃＠]\\PC*") {
            let marks = Marks::in_text(&text);
            for tag in marks.tags {
                prop_assert_eq!(Tag::parse(tag.as_str()), Ok(tag));
            }
            for handle in marks.mentions {
                prop_assert_eq!(Handle::parse(handle.as_str()), Ok(handle));
            }
        }
    }
}
