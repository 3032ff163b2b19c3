//! The supply of foreign code: where dependencies come from, and under which licences.

use serde_json::Value;
use spdx::{Expression, ParseMode};
use std::collections::BTreeSet;

/// Licences that ask for no more than to be named.
const LICENCES: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // The licence of the list of certificate authorities.
    "CDLA-Permissive-2.0",
    // The licence of the JPEG encoder.
    "IJG",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// The limit on dependencies of which two versions or more are built, since the crates that use them have not
/// agreed yet. Each costs time to build: the list only gets shorter.
const SEVERAL_VERSIONS_AT_MOST: usize = 60;

/// All packages that are built for this machine.
fn packages() -> Vec<Value> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let command = std::process::Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--filter-platform", &target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let metadata: Value = serde_json::from_slice(&command.expect("cargo runs").stdout).expect("JSON");
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a list");
    let built: BTreeSet<_> = nodes.iter().map(|node| node["id"].as_str().expect("an id")).collect();
    let all = metadata["packages"].as_array().expect("a list").iter();
    all.filter(|package| built.contains(package["id"].as_str().expect("an id"))).cloned().collect()
}

fn name(package: &Value) -> String {
    format!("{} {}", package["name"].as_str().expect("a name"), package["version"].as_str().expect("one"))
}

#[test]
fn every_dependency_comes_from_the_registry_under_a_licence_that_asks_for_little() {
    let packages = packages();
    let outside: Vec<_> = packages.iter().filter(|package| !package["source"].is_null()).collect();
    assert!(outside.len() > 100, "{}", outside.len());
    for package in outside {
        let source = package["source"].as_str().expect("a source");
        assert!(source.starts_with("registry+"), "{} comes from {source}", name(package));
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("{}: none", name(package)));
        let read = Expression::parse_mode(licence, ParseMode::LAX);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", name(package)));
        let is_fine = read.evaluate(|required| {
            let known = required.license.id().map(|id| id.name);
            known.is_some_and(|known| LICENCES.contains(&known))
        });
        assert!(is_fine, "{}: {licence}", name(package));
    }
}

#[test]
fn no_more_dependencies_are_built_in_several_versions_than_were() {
    let mut seen = BTreeSet::new();
    let packages = packages();
    let names = packages.iter().map(|package| package["name"].as_str().expect("a name"));
    let several: BTreeSet<_> = names.filter(|name| !seen.insert(*name)).collect();
    assert!(several.len() <= SEVERAL_VERSIONS_AT_MOST, "{}: {several:?}", several.len());
}
