//! Links that a person shows on their profile.

use super::Invalid;

const MAX_LENGTH: usize = 500;

/// A link: an absolute http or https address of at most 500 characters, as typed and as browsers send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Parses and normalises a link as the WHATWG URL standard says.
    ///
    /// # Errors
    /// The rule that the input broke, in words for the person who typed the input.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let short = |text: &str| match text.chars().count() {
            actual if actual > MAX_LENGTH => Err(Invalid::TooLong { max: MAX_LENGTH, actual }),
            _ => Ok(()),
        };
        short(input)?;
        let url = url::Url::parse(input.trim()).map_err(|_| Invalid::NotALink)?;
        // An address with a user name in it can pretend to lead elsewhere.
        let plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(Invalid::NotALink);
        }
        // A letter of Hangul becomes nine characters, so the normalised form is checked, too. A stored link
        // must be accepted when it is sent back.
        short(url.as_str())?;
        Ok(Self(url.into()))
    }
}

/// The links of one profile, at most 5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(Vec<Link>);

impl Links {
    /// The greatest number of links on one profile.
    pub const MAX: usize = 5;

    /// Checks the number of links.
    ///
    /// # Errors
    /// More than [`Links::MAX`].
    pub fn new(links: Vec<Link>) -> Result<Self, Invalid> {
        if links.len() > Self::MAX {
            return Err(Invalid::TooMany { max: Self::MAX, actual: links.len() });
        }
        Ok(Self(links))
    }

    /// Returns the links as events hold them.
    #[must_use]
    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(|link| link.0.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        assert!(Link::parse("https://example.kr/나").is_ok());
        for bad in ["javascript:alert(1)", "example.kr", "ftp://a.kr", "https://", "https://u:p@a.kr"] {
            assert_eq!(Link::parse(bad), Err(Invalid::NotALink), "{bad}");
        }
    }
}
