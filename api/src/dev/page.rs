//! The mailbox as a page: one file, no script, nothing from elsewhere.

use super::MAILBOX;
use crate::edge::html::escaped;
use std::fmt::Write;
use vault::mail::StoredLetter;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Mailbox · Madang</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 0 auto; padding: 1rem; }
article { border: 1px solid #8886; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0; }
h2 { font-size: 1.1rem; margin: .75rem 0 0; overflow-wrap: anywhere; }
article p { margin: 0; font-size: .9rem; opacity: .8; overflow-wrap: anywhere; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0; }
</style>
</head>
<body>
<h1>Mailbox</h1>
"#;

/// Renders the letters in the order given; `to` is the recipient, if they are all one recipient's.
pub(super) fn of(letters: &[StoredLetter], to: Option<&str>) -> String {
    let mut page = HEAD.to_owned();
    if let Some(to) = to {
        add(&mut page, format_args!("<p>To {}. <a href=\"{MAILBOX}\">Show all</a></p>\n", escaped(to)));
    } else {
        page.push_str("<p>Nothing here has left this machine. The newest 100 are shown, for a day.</p>\n");
    }
    if letters.is_empty() {
        page.push_str("<p>There is nothing yet. This page looks again every few seconds.</p>\n");
    }
    for letter in letters {
        article(&mut page, letter);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn article(page: &mut String, letter: &StoredLetter) {
    let StoredLetter { id: _, channel, recipient, language, subject, body, created_at } = letter;
    let title = if subject.is_empty() { channel } else { subject };
    add(
        page,
        format_args!(
            "<article lang=\"{}\">\n<h2 dir=\"auto\">{}</h2>\n<p>{} to <a href=\"?to={}\"><bdi>{}</bdi></a>, \
             <time datetime=\"{}\">{}</time></p>\n<pre dir=\"auto\">{}</pre>\n</article>\n",
            escaped(language),
            escaped(title),
            escaped(channel),
            in_query(recipient),
            escaped(recipient),
            created_at.to_rfc3339(),
            created_at.format("%Y-%m-%d %H:%M:%S UTC"),
            with_links(body),
        ),
    );
}

/// The text with each web address in it as a link.
fn with_links(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let rest = &piece[word.len()..];
        let word = escaped(word);
        if word.starts_with("https://") || word.starts_with("http://") {
            add(&mut html, format_args!("<a href=\"{word}\" rel=\"noreferrer\">{word}</a>{rest}"));
        } else {
            add(&mut html, format_args!("{word}{rest}"));
        }
    }
    html
}

fn in_query(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => query.push(byte.into()),
            other => add(&mut query, format_args!("%{other:02X}")),
        }
    }
    query
}

fn add(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a String takes whatever there is memory for");
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use uuid::Uuid;

    fn letter(recipient: &str, subject: &str, body: &str) -> StoredLetter {
        StoredLetter {
            id: Uuid::nil(),
            channel: "email".to_owned(),
            recipient: recipient.to_owned(),
            language: "ko".to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            created_at: Utc::now(),
        }
    }

    #[test]
    fn whatever_is_in_a_letter_stays_text() {
        const EVIL: &str = "\"><script>alert('x')</script>&";
        let page = of(&[letter(EVIL, EVIL, &format!("{EVIL} https://a/\"onclick=\"x"))], Some(EVIL));
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("\"onclick"), "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"), "{page}");
        assert!(page.contains("?to=%22%3E%3Cscript%3Ealert%28%27x%27%29%3C%2Fscript%3E%26\""), "{page}");
    }

    #[test]
    fn web_addresses_can_be_clicked_and_nothing_else() {
        let html = with_links("열기:\n\nhttps://madang.example/r?a=1&b=2\njavascript:alert(1) ftp://x");
        let link = "<a href=\"https://madang.example/r?a=1&amp;b=2\" rel=\"noreferrer\">";
        assert!(html.contains(link), "{html}");
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(html.starts_with("열기:\n\n"), "{html}");
    }

    #[test]
    fn an_empty_mailbox_says_so() {
        assert!(of(&[], None).contains("There is nothing yet"));
    }
}
