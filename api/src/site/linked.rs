//! Texts of people as HTML: tags, handles and web addresses in them are links.

use super::address;
use crate::edge::html::{escape, escaped};
use domain::value::{Handle, Tag};

/// Returns the text with its links, as HTML that is safe as it is.
pub(super) fn linked(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        match target(word) {
            Some(Target { end, to, outside }) => {
                let rel = if outside { " rel=\"nofollow ugc noopener\"" } else { "" };
                html.push_str(&format!("<a href=\"{}\"{rel}>", escaped(&to)));
                escape(&word[..end], &mut html);
                html.push_str("</a>");
                escape(&word[end..], &mut html);
            }
            None => escape(word, &mut html),
        }
        html.push_str(&piece[word.len()..]);
    }
    html
}

struct Target {
    /// The place in the word where the link ends.
    end: usize,
    to: String,
    outside: bool,
}

fn target(word: &str) -> Option<Target> {
    if word.starts_with("https://") || word.starts_with("http://") {
        let end = word.trim_end_matches(['.', ',', ')', '!', '?', '"', '\'', '>']).len();
        return Some(Target { end, to: word[..end].to_owned(), outside: true });
    }
    let rest = word.strip_prefix(['#', '@'])?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let name = &rest[..end];
    let to = if word.starts_with('#') {
        address::tag(Tag::parse(name).ok()?.as_str())
    } else {
        Handle::parse(name).ok()?;
        address::person(name)
    };
    Some(Target { end: end + 1, to, outside: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_handles_and_addresses_lead_somewhere_and_nothing_else_does() {
        assert_eq!(
            linked("오늘 #한강, @mina!"),
            "오늘 <a href=\"/?q=%23%ED%95%9C%EA%B0%95\">#한강</a>, <a href=\"/@mina\">@mina</a>!"
        );
        assert_eq!(
            linked("봐 https://a.kr/?x=1&y=\"2\"."),
            "봐 <a href=\"https://a.kr/?x=1&amp;y=&quot;2\" rel=\"nofollow ugc noopener\">https://a.kr/?x=1&amp;y=&quot;2</a>&quot;."
        );
        for plain in ["", "#", "@", "# a", "#!", "javascript:alert(1)", "한글"] {
            assert_eq!(linked(plain), plain);
        }
        assert_eq!(linked("<b>"), "&lt;b&gt;");
    }
}
