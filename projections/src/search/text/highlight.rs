//! Highlights: where the words of a query are in a text, for the page that shows the text.

use super::fold::{Folded, fold};

/// Returns the parts of `text` in which one of the folded `words` is found, as byte ranges in order, without
/// overlap. Words of scripts with spaces count where a word begins.
#[must_use]
pub fn highlights(text: &str, words: &[Vec<char>]) -> Vec<(usize, usize)> {
    let folded = fold(text);
    let mut found: Vec<(usize, usize)> = words.iter().flat_map(|word| occurrences(&folded, word)).collect();
    found.sort_unstable();
    let mut merged: Vec<(usize, usize)> = vec![];
    for (from, to) in found {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn occurrences(folded: &Folded, word: &[char]) -> Vec<(usize, usize)> {
    let Folded { chars, origins } = folded;
    if word.is_empty() || word.len() > chars.len() {
        return vec![];
    }
    let is_at = |at: usize| {
        let inside = at > 0 && is_spaced(chars[at - 1]) && is_spaced(word[0]);
        chars[at..at + word.len()] == *word && !inside
    };
    let found = (0..=chars.len() - word.len()).filter(|&at| is_at(at));
    found.map(|at| (origins[at].0, origins[at + word.len() - 1].1)).collect()
}

fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !super::is_cjk(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    fn marked(text: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|word| fold(word).chars).collect();
        let mut marked = String::new();
        let mut end = 0;
        for (from, to) in highlights(text, &words) {
            marked += &format!("{}[{}]", &text[end..from], &text[from..to]);
            end = to;
        }
        marked + &text[end..]
    }

    #[test]
    fn words_are_marked_in_the_text_as_it_was_written() {
        assert_eq!(marked("대한글자와 한글은", &["한글"]), "대[한글]자와 [한글]은");
        assert_eq!(marked("Rust로, trust 말고 RUSTY", &["rust"]), "[Rust]로, trust 말고 [RUST]Y");
        assert_eq!(marked("가나다라", &["가나", "나다"]), "[가나다]라");
        assert_eq!(marked("가", &["가나", ""]), "가");
        let apart: String = "좋은 한글".nfd().collect();
        assert_eq!(marked(&apart, &["한글"]).nfc().collect::<String>(), "좋은 [한글]");
    }
}
