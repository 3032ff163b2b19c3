//! The house is the structure of crates and modules. Dependencies run one way, only the list of features
//! knows all features, and the READMEs name files that exist.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The crates, from the ground up: each may use those before it, except where another constant forbids it.
const CRATES: [&str; 13] = [
    "domain",
    "projections",
    "service",
    "jobs",
    "event_log",
    "react",
    "history",
    "photos",
    "search_engine",
    "vault",
    "local_stack",
    "api",
    "tests",
];

/// The adapter crates: none uses another, so that an edit in one doesn't recompile another.
const ADAPTERS: [&str; 4] = ["vault", "photos", "search_engine", "history"];

/// The modules that every route of `api` needs: they may not know any feature.
const GROUND: [&str; 5] = ["app", "edge", "layers", "sockets", "document"];

/// The modules that may know the list of features.
const WIRING: [&str; 4] = ["node", "router", "cli", "lib"];

/// The READMEs of the project, the front door first.
const READMES: [&str; 6] = [
    "README.md",
    "api/README.md",
    "domain/README.md",
    "infra/README.md",
    "projections/README.md",
    "tests/README.md",
];

/// The limit on the front door's lines: a reader who only wants to know what the project is reads no more.
const FRONT_DOOR_LINES: usize = 160;

/// The beginnings and the ends of a text in backticks that is a path of this repository.
const TOPS: [&str; 6] = ["domain/", "projections/", "api/", "infra/", "migrations/", "tests/"];
const ENDS: [&str; 4] = [".rs", ".sql", ".py", "/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the workspace").to_owned()
}

/// The crates of the workspace; for each the crates of the workspace that it uses.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = std::process::Command::new(env!("CARGO")).args(arguments).current_dir(root()).output();
    let metadata: Value = serde_json::from_slice(&output.expect("cargo runs").stdout).expect("JSON");
    let name = |of: &Value| of["name"].as_str().expect("a name").to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<_> = packages.iter().map(name).collect();
    let used = |package: &Value| {
        let dependencies = package["dependencies"].as_array().expect("a list").iter();
        dependencies.map(name).filter(|name| ours.contains(name)).collect()
    };
    packages.iter().map(|package| (name(package), used(package))).collect()
}

type Module = Vec<String>;

/// The modules of a crate with their text, without tests and comments.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let within = path.strip_prefix(source).expect("below the source").with_extension("");
                let mut module: Module =
                    within.iter().map(|part| part.to_str().expect("a name").to_owned()).collect();
                let last = module.pop().expect("a file");
                if last != "mod" {
                    module.push(last);
                }
                let text = std::fs::read_to_string(&path).expect("text");
                let code = text.split("#[cfg(test)]\nmod tests {").next().expect("a part").lines();
                let code = code.filter(|line| !line.trim_start().starts_with("//"));
                all.insert(module, code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    all
}

/// The paths that follow `crate::` in a text; each path in a list of paths counts alone.
fn paths(text: &str) -> Vec<Module> {
    let starts = text.match_indices("crate::").filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    });
    starts.flat_map(|(at, found)| tree(&mut text[at + found.len()..].chars().peekable())).collect()
}

/// One path, or the list of paths that it ends in.
fn tree(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<Module> {
    let mut path = vec![];
    loop {
        while rest.next_if(|letter| letter.is_whitespace()).is_some() {}
        if rest.next_if_eq(&'{').is_some() {
            let mut all = vec![];
            while rest.peek().is_some_and(|letter| *letter != '}') {
                all.extend(tree(rest).into_iter().map(|below| [path.clone(), below].concat()));
                // The loop goes on to the list's next path, over `as …`.
                while rest.next_if(|letter| !matches!(letter, ',' | '}')).is_some() {}
                rest.next_if_eq(&',');
                while rest.next_if(|letter| letter.is_whitespace()).is_some() {}
            }
            rest.next();
            return all;
        }
        let mut name = String::new();
        while let Some(letter) = rest.next_if(|letter| letter.is_alphanumeric() || *letter == '_') {
            name.push(letter);
        }
        path.push(name);
        if rest.next_if_eq(&':').is_none() {
            return vec![path];
        }
        rest.next();
    }
}

/// The modules of a crate; for each the modules that it uses.
fn uses(source: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules = modules(source);
    let used = |own: &Module, text: &str| {
        let deepest = |path: Module| {
            (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|of| modules.contains_key(of))
        };
        paths(text).into_iter().filter_map(deepest).filter(|of| of != own).collect()
    };
    modules.iter().map(|(own, text)| (own.clone(), used(own, text))).collect()
}

/// The modules in circles, and those that use them: what is left after every module that uses no module that
/// is left has been taken away, again and again.
fn circles<T: Ord + Clone>(mut uses: BTreeMap<T, BTreeSet<T>>) -> Vec<T> {
    loop {
        let left: BTreeSet<T> = uses.keys().cloned().collect();
        let before = uses.len();
        uses.retain(|own, used| used.iter().any(|of| of != own && left.contains(of)));
        if uses.len() == before {
            return uses.into_keys().collect();
        }
    }
}

/// The rooms, a crate's top modules; for each the rooms that it uses.
fn rooms(uses: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (own, used) in uses.iter().filter(|(own, _)| !own.is_empty()) {
        let others = used.iter().filter_map(|of| of.first()).filter(|of| **of != own[0]).cloned();
        rooms.entry(own[0].clone()).or_default().extend(others);
    }
    rooms
}

#[test]
fn crates_use_one_another_one_way_and_adapters_do_not_know_each_other() {
    let crates = crates();
    let names: BTreeSet<_> = crates.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(CRATES), "a new crate has its place in the list");
    let floor = |name: &str| CRATES.iter().position(|known| *known == name);
    for (own, used) in &crates {
        for of in used {
            assert!(floor(of) < floor(own), "{own} uses {of}, which stands above it");
            let are_adapters = ADAPTERS.contains(&own.as_str()) && ADAPTERS.contains(&of.as_str());
            assert!(!are_adapters, "the adapter {own} uses the adapter {of}");
        }
    }
    assert_eq!(crates["service"], BTreeSet::from(["projections".to_owned()]), "settings know no adapter");
}

#[test]
fn no_module_and_no_room_is_in_a_circle() {
    let root = root();
    for name in CRATES.iter().filter(|name| **name != "tests") {
        let folder = [root.join(name), root.join("infra").join(name)].into_iter().find(|path| path.exists());
        let uses = uses(&folder.expect("a crate's folder").join("src"));
        assert!(!uses.is_empty(), "{name}");
        assert_eq!(circles(rooms(&uses)), Vec::<String>::new(), "rooms of {name}");
        assert_eq!(circles(uses), Vec::<Module>::new(), "modules of {name}");
    }
}

#[test]
fn the_ground_knows_no_feature_and_only_the_list_knows_them_all() {
    let rooms = rooms(&uses(&root().join("api/src")));
    for ground in GROUND {
        let others: Vec<_> = rooms[ground].iter().filter(|of| !GROUND.contains(&of.as_str())).collect();
        assert!(others.is_empty(), "{ground} uses {others:?}");
    }
    for (own, used) in &rooms {
        let may = WIRING.contains(&own.as_str());
        assert!(may || !used.contains("features"), "{own} uses the list of features");
    }
}

/// The paths that a Markdown text names in backticks, outside blocks of code.
fn named(markdown: &str) -> Vec<&str> {
    // Every second piece between fences, and then between backticks, stands inside.
    let prose = markdown.split("```").step_by(2);
    let quoted = prose.flat_map(|text| text.split('`').skip(1).step_by(2));
    let is_path = |text: &&str| {
        TOPS.iter().any(|top| text.starts_with(top)) && ENDS.iter().any(|end| text.ends_with(end))
    };
    quoted.filter(is_path).collect()
}

/// The Markdown files of this repository that a Markdown text links to.
fn linked(markdown: &str) -> Vec<&str> {
    let targets = markdown.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| target.ends_with(".md") && !target.contains("://")).collect()
}

#[test]
fn the_front_door_is_short_and_texts_name_what_is_there() {
    let root = root();
    for readme in READMES {
        let path = root.join(readme);
        let text = std::fs::read_to_string(&path).expect(readme);
        let lines = text.lines().count();
        assert!(readme != READMES[0] || lines <= FRONT_DOOR_LINES, "{readme} has {lines} lines");
        let named = named(&text);
        assert!(!named.is_empty(), "{readme} names no file");
        for name in named {
            assert!(root.join(name).exists(), "{readme} names {name}, which is not there");
        }
        for target in linked(&text) {
            let target = path.with_file_name(target);
            assert!(target.exists(), "{readme} links to {}, which is not there", target.display());
        }
    }
}

#[test]
fn a_circle_is_found_and_paths_are_read_from_lists() {
    let read = paths("use crate::{a::{self, B as C}, d};\nfn f() { crate::e::g(); krate::crate_::h() }");
    let read: Vec<_> = read.iter().map(|path| path.join("/")).collect();
    assert_eq!(read, ["a/self", "a/B", "d", "e/g"]);
    let uses = [("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b"]), ("d", vec![])];
    let uses = uses.into_iter().map(|(own, used)| (own, BTreeSet::from_iter(used))).collect();
    assert_eq!(circles(uses), ["a", "b", "c"]);
}
