//! Slugs: names in addresses.

use super::Invalid;
use std::fmt;

const MAX: usize = 30;

/// A slug: 2 to 30 of a to z, digits and `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Checks a slug.
    ///
    /// # Errors
    /// The rule that the input broke, in words for the person who typed the input.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let text = input.trim();
        if let Some(found) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return Err(Invalid::Character { found, allowed: "use a to z, digits and -" });
        }
        match text.len() {
            0 => Err(Invalid::Empty),
            actual @ 1 => Err(Invalid::TooShort { min: 2, actual }),
            actual if actual > MAX => Err(Invalid::TooLong { max: MAX, actual }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the slug as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_can_stand_in_an_address_as_it_is() {
        assert_eq!(Slug::parse(" night-2 ").map(|slug| slug.to_string()), Ok("night-2".into()));
        for bad in ["", "a", "Night", "심야", "a b", "a/b", &"a".repeat(31)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }
}
