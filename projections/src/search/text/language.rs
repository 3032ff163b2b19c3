//! The language in which a text seems to be written, by its scripts alone: good enough to choose by, and
//! honest in what it can't know (German counts as `latin`, as English does).

/// Returns `ko`, `ja`, `zh`, `latin` or `other`: Hangul where there is any to speak of, kana before Han, the
/// script with most letters otherwise.
#[must_use]
pub fn language(text: &str) -> &'static str {
    let (mut hangul, mut kana, mut han, mut latin, mut others) = (0, 0, 0, 0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        match c {
            '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            '\u{3041}'..='\u{30ff}' => kana += 1,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' => han += 1,
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => latin += 1,
            _ => others += 1,
        }
    }
    let letters = hangul + kana + han + latin + others;
    // Korean posts name things in Latin letters, Japanese posts write half of their words in Han.
    if hangul * 5 >= letters && hangul > 0 {
        "ko"
    } else if kana * 5 >= letters && kana > 0 {
        "ja"
    } else if han * 2 > letters {
        "zh"
    } else if latin * 2 > letters {
        "latin"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_tell() {
        for (text, expected) in [
            ("오늘은 Rust와 Postgres", "ko"),
            ("東京都に住んでいます", "ja"),
            ("我住在北京", "zh"),
            ("just words", "latin"),
            ("привет", "other"),
            ("2026!", "other"),
            ("", "other"),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }
}
