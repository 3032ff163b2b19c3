//! The content type that an upload names. The true format of a file is read from its content, so the name only has to
//! be one of a photo's.

use crate::edge::body::essence_of;

/// The content types of the formats that are read.
const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";
const WEBP: &str = "image/webp";
const GIF: &str = "image/gif";

/// Other names of these types: browsers, telephones and file systems give them, though no registry has them.
const ALIASES: [(&str, &str); 9] = [
    ("image/jpg", JPEG),
    ("image/jpe", JPEG),
    ("image/jfif", JPEG),
    ("image/pjpeg", JPEG),
    ("image/x-jpeg", JPEG),
    ("image/x-jpg", JPEG),
    ("image/x-png", PNG),
    ("image/apng", PNG),
    ("image/x-webp", WEBP),
];

/// Returns the content type that is meant, whatever its letters' case and its parameters; none if it is no photo's.
pub(super) fn meant(named: &str) -> Option<&'static str> {
    let essence = essence_of(named);
    let canonical = [JPEG, PNG, WEBP, GIF].map(|name| (name, name));
    let names = canonical.into_iter().chain(ALIASES);
    names.into_iter().find(|(name, _)| *name == essence).map(|(_, meant)| meant)
}

/// Returns the names to be told to whoever named another one.
pub(super) fn all() -> String {
    [JPEG, PNG, WEBP, GIF].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_each_of_its_names_in_any_case_with_any_parameters() {
        for (named, expected) in [
            ("image/jpeg", JPEG),
            ("image/jpg", JPEG),
            ("image/pjpeg", JPEG),
            ("IMAGE/JPEG", JPEG),
            ("Image/Jpg; charset=binary", JPEG),
            (" image/jpeg ;q=1", JPEG),
            ("image/png", PNG),
            ("image/x-png", PNG),
            ("image/webp", WEBP),
            ("image/gif", GIF),
        ] {
            assert_eq!(meant(named), Some(expected), "{named}");
        }
        for other in
            ["", "image", "image/", "image/*", "image/heic", "image/svg+xml", "image/jpeg2000", "text/html"]
        {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
