//! The initial consonants of Hangul, by which people look for names: ㄱㄱ for 감귤.

/// The initials in the order of Unicode's syllables.
pub(super) const INITIALS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
];

/// Returns each syllable's initial; other characters as they are.
#[must_use]
pub fn initials(text: &str) -> String {
    text.chars().map(initial).collect()
}

fn initial(c: char) -> char {
    match c {
        '가'..='힣' => INITIALS[(c as usize - '가' as usize) / (21 * 28)],
        other => other,
    }
}

/// Returns true if a word is written in initials only.
#[must_use]
pub fn is_initials(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| INITIALS.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_syllable_has_its_initial() {
        assert_eq!(initials("감귤 쌀밥 a1 힣"), "ㄱㄱ ㅆㅂ a1 ㅎ");
        assert!(is_initials("ㄱㄱ") && is_initials("ㅆㅂ"));
        assert!(!is_initials("") && !is_initials("ㅏ") && !is_initials("ㄱ감") && !is_initials("ㄳ"));
    }
}
