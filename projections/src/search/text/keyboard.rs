//! The keyboard: Korean words typed with the keyboard left in English; the letters of the Korean standard
//! layout (KS X 5002, 두벌식) are put together as an input method would.

/// Initials, vowels and finals in the order of Unicode's syllables, each by its keys.
const INITIALS: [&str; 19] =
    ["r", "R", "s", "e", "E", "f", "a", "q", "Q", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g"];
const VOWELS: [&str; 21] = [
    "k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m",
    "ml", "l",
];
const FINALS: [&str; 28] = [
    "", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "qt",
    "t", "T", "d", "w", "c", "z", "x", "v", "g",
];
/// Consonants by themselves, in the order of Unicode's letters.
const CONSONANTS: [&str; 30] = [
    "r", "R", "rt", "s", "sw", "sg", "e", "E", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "Q",
    "qt", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g",
];

/// Returns the Hangul that these keys give, if every letter of it becomes part of a syllable; a character
/// that is no letter stays.
#[must_use]
pub fn as_hangul(typed: &str) -> Option<String> {
    let mut written = String::new();
    let mut rest = typed;
    let mut any = false;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_alphabetic() {
            let (syllable, len) = syllable(rest)?;
            written.push(syllable);
            rest = &rest[len..];
            any = true;
        } else {
            written.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    any.then_some(written)
}

/// Returns the syllable at the beginning and the number of keys that it takes: as many as there may be, but a
/// consonant before a vowel begins the next syllable.
fn syllable(keys: &str) -> Option<(char, usize)> {
    let initial = longest(&INITIALS, keys)?;
    let rest = &keys[INITIALS[initial].len()..];
    let vowel = longest(&VOWELS, rest)?;
    let rest = &rest[VOWELS[vowel].len()..];
    let is_free = |last: &usize| longest(&VOWELS, &rest[FINALS[*last].len()..]).is_none();
    // A double final may give its second consonant away, a single final gives itself.
    let last = prefixes(&FINALS, rest).into_iter().find(|last| *last == 0 || is_free(last))?;
    let len = INITIALS[initial].len() + VOWELS[vowel].len() + FINALS[last].len();
    let code = 0xac00 + (initial * 21 + vowel) * 28 + last;
    Some((char::from_u32(u32::try_from(code).ok()?)?, len))
}

/// Returns the keys that type this text: the keys of a text that is still being typed are the beginning of
/// the whole text's, even amid a syllable. Letters of other scripts are their own keys.
#[must_use]
pub fn keys(text: impl IntoIterator<Item = char>) -> String {
    let mut keys = String::new();
    for c in text {
        match c {
            '가'..='힣' => {
                let code = c as usize - '가' as usize;
                keys.push_str(INITIALS[code / (21 * 28)]);
                keys.push_str(VOWELS[code / 28 % 21]);
                keys.push_str(FINALS[code % 28]);
            }
            'ㄱ'..='ㅎ' => keys.push_str(CONSONANTS[c as usize - 'ㄱ' as usize]),
            'ㅏ'..='ㅣ' => keys.push_str(VOWELS[c as usize - 'ㅏ' as usize]),
            other => keys.push(other),
        }
    }
    keys
}

fn longest(table: &[&str], keys: &str) -> Option<usize> {
    prefixes(table, keys).into_iter().next()
}

/// Returns the indexes in the table of the entries with which `keys` begins, the longest first. Shift counts
/// only where it makes another letter.
fn prefixes(table: &[&str], keys: &str) -> Vec<usize> {
    let begins = |letters: &str| {
        keys.get(..letters.len()).is_some_and(|begin| begin == letters || plain(begin) == letters)
    };
    let mut found: Vec<_> = (0..table.len()).filter(|&index| begins(table[index])).collect();
    found.sort_by_key(|&index| std::cmp::Reverse(table[index].len()));
    found
}

/// Returns the keys without a shift that makes no other letter.
fn plain(keys: &str) -> String {
    let shifted = |key: char| matches!(key, 'R' | 'E' | 'Q' | 'T' | 'W' | 'O' | 'P');
    keys.chars().map(|key| if shifted(key) { key } else { key.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_put_together() {
        for (typed, meant) in [
            ("rkarbf", "감귤"),
            ("dkssud gktpdy", "안녕 하세요"),
            ("EjrqhRdl", "떡볶이"),
            ("ekfrrhrl", "닭고기"),
            ("dlfrdjTdj", "읽었어"),
            ("rkqtdl", "값이"),
            ("rkqtl", "갑시"),
            ("dhoQnpfr", "왜쀍"),
            ("Gksrmf 2024!", "한글 2024!"),
        ] {
            assert_eq!(as_hangul(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_is_still_being_typed_begins_what_it_becomes() {
        let whole = keys("감귤 값".chars());
        assert_eq!(whole, "rkarbf rkqt");
        for typed in ["ㄱ", "가", "감", "감ㄱ", "감규", "감귤"] {
            assert!(whole.starts_with(&keys(typed.chars())), "{typed}");
        }
        assert!(
            keys("일기".chars()).starts_with(&keys("읽".chars())),
            "its end becomes the next one's beginning"
        );
        assert_eq!(keys("ㄳㅘㅎa1".chars()), "rthkga1");
    }

    #[test]
    fn what_makes_no_syllables_was_meant_as_it_is() {
        for typed in ["rust", "hello", "", "2024", "한글", "k", "r"] {
            assert_eq!(as_hangul(typed), None, "{typed}");
        }
    }
}
