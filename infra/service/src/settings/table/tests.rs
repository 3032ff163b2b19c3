//! Tests that the list has the variables that the code reads, and `infra/README.md` those of the list.

use super::super::{LogSettings, Settings};
use super::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

const BEGIN: &str = "<!-- settings -->";
const END: &str = "<!-- /settings -->";

fn variables() -> impl Iterator<Item = &'static Variable> {
    GROUPS.iter().flat_map(|group| group.variables)
}

/// An environment that names every service, so that the variables of each service are read, too.
fn everything(name: &str) -> Option<String> {
    let value = match name {
        "DATABASE_URL" => "postgres://localhost/madang",
        "NATS_URL" => "nats://localhost",
        "MADANG_OAUTH_PROVIDERS" => "google,acme",
        "MADANG_OAUTH_ACME_ISSUER" => "https://login.acme.example",
        "S3_ENDPOINT" => "https://s3.example.kr",
        "MEILI_URL" => "http://meilisearch:7700",
        "MADANG_EMBEDDER_URL" => "http://localhost:11434/v1",
        "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY" | "MADANG_EMBEDDER_MODEL" => "madang",
        _ if name.ends_with("_CLIENT_ID") || name.ends_with("_CLIENT_SECRET") => "madang",
        _ => return None,
    };
    Some(value.to_owned())
}

#[test]
fn the_list_has_what_is_read_and_nothing_else() {
    let names_read = RefCell::new(BTreeSet::new());
    let record = |name: &str| {
        names_read.borrow_mut().insert(name.replace("_GOOGLE_", "_<NAME>_").replace("_ACME_", "_<NAME>_"));
        everything(name)
    };
    Settings::read(record).expect("valid");
    LogSettings::read(record).expect("valid");
    let listed: BTreeSet<String> =
        variables().filter(|variable| variable.read_by.is_none()).map(|it| it.name.to_owned()).collect();
    assert_eq!(names_read.into_inner(), listed);
    let names: BTreeSet<&str> = variables().map(|variable| variable.name).collect();
    assert_eq!(names.len(), variables().count(), "each once");
}

#[test]
fn a_default_that_is_shown_is_the_one_that_counts() {
    let unset = format!("{:?}", Settings::read(everything).expect("valid"));
    for variable in variables().filter(|variable| variable.read_by.is_none()) {
        // The first value in backticks is compared; words, and values cut short, are for people only.
        let Some((shown, _)) = variable.default.strip_prefix('`').and_then(|rest| rest.split_once('`'))
        else {
            continue;
        };
        if shown.contains('…') {
            continue;
        }
        let name = variable.name.replace("<NAME>", "ACME");
        let set = Settings::read(|read| if read == name { Some(shown.to_owned()) } else { everything(read) });
        assert_eq!(format!("{:?}", set.expect(shown)), unset, "{name}");
    }
}

#[test]
fn infra_readme_shows_the_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&path).expect("infra/README.md reads");
    let (before, rest) = text.split_once(BEGIN).expect("a mark where the settings begin");
    let (_, after) = rest.split_once(END).expect("a mark where the settings end");
    let renewed = format!("{before}{BEGIN}\n\n{}\n{END}{after}", table());
    if text == renewed {
        return;
    }
    if std::env::var_os("MADANG_WRITE").is_some() {
        return std::fs::write(path, renewed).expect("infra/README.md is written");
    }
    panic!(
        "infra/README.md shows other settings than the code has; renew it: MADANG_WRITE=1 cargo test -p service"
    );
}
