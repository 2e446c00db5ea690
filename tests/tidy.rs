//! The house keeps itself tidy: floors import only downwards, files stay short, each crate lives in its
//! one room. The table below is the design; a new room gets a line.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms in order; a room imports from lower floors and from rooms named earlier on its own.
const FLOORS: &[&[&str]] = &[
    &["ids", "mask", "patch", "record", "command", "event", "config", "task"],
    &["syntax", "brain", "guard", "learn", "report", "train"],
    &["process", "workspace", "git", "forge", "llm", "ledger", "spend", "notify"],
    &["verify", "check", "hand"],
    &["stage", "pipeline", "eval"],
    &["dashboard", "cli"],
];

/// Crate → the rooms that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("tree_sitter", &["syntax"]),
    ("git2", &["git"]),
    ("octocrab", &["forge"]),
    ("reqwest", &["forge", "llm", "notify"]),
    ("tokio_postgres", &["ledger"]),
    ("lettre", &["notify"]),
    ("axum", &["dashboard"]),
    ("landlock", &["process"]),
    ("tokio", &["forge", "llm", "ledger", "notify", "dashboard"]),
    ("clap", &["dashboard", "cli"]),
    ("anstyle", &["dashboard", "cli"]),
    ("std::process::Command", &["process"]),
    ("std::env::var", &["dashboard", "cli"]),
];

/// Rooms that never touch the outside world: no files, no network, no clock, no children.
const PURE: std::ops::Range<usize> = 0..2;
const OUTSIDE: &[&str] =
    &["std::fs", "std::net", "std::process", "std::env", "std::thread", "SystemTime", "Instant::now"];

const MAX_LINES: usize = 500;

fn sources() -> Vec<(PathBuf, String, String)> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    files.sort();
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        (inside.to_owned(), first, text)
    };
    files.into_iter().map(read).filter(|(_, room, _)| !matches!(room.as_str(), "lib" | "main")).collect()
}

/// The code without its unit tests.
fn code(path: &Path, text: &str) -> String {
    if path.iter().any(|p| p.to_string_lossy().trim_end_matches(".rs") == "tests") {
        return String::new();
    }
    let cut = text.find("\n#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..cut].lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect()
}

fn places() -> BTreeMap<&'static str, (usize, usize)> {
    let floors = FLOORS.iter().enumerate();
    floors.flat_map(|(f, rooms)| rooms.iter().enumerate().map(move |(i, room)| (*room, (f, i)))).collect()
}

#[test]
fn rooms_import_only_downwards() {
    let places = places();
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        let own = places.get(room.as_str()).unwrap_or_else(|| panic!("the room `{room}` is not in the table"));
        for (i, _) in code(&path, &text).match_indices("crate::") {
            let rest = &text_after(&code(&path, &text), i + "crate::".len());
            let names: Vec<String> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap().split(',').map(word).collect(),
                None => vec![word(rest)],
            };
            for name in names.iter().filter(|n| **n != room) {
                let Some(other) = places.get(name.as_str()) else { continue };
                if other >= own {
                    wrong.push(format!("{}: {room} imports {name}", path.display()));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn text_after(text: &str, at: usize) -> String {
    text[at..].chars().take(400).collect()
}

fn word(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn every_crate_lives_in_its_room() {
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        let code = code(&path, &text);
        for (name, rooms) in CRATES {
            let used = code.contains(&format!("{name}::"))
                || code.contains(&format!("{name}("))
                || code.contains(&format!("use {name};"));
            if used && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: {name} belongs in {}", path.display(), rooms.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_and_judgment_are_pure() {
    let pure: Vec<&str> = FLOORS[PURE].iter().flat_map(|rooms| rooms.iter().copied()).collect();
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        let code = code(&path, &text);
        let found = OUTSIDE.iter().filter(|word| pure.contains(&room.as_str()) && code.contains(**word));
        wrong.extend(found.map(|word| format!("{}: {word}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, _, text)| (path, text.lines().count() - tests_in(text)))
        .filter(|(path, lines)| *lines > MAX_LINES && !path.ends_with("tests.rs"))
        .map(|(path, lines)| format!("{}: {lines} lines without its tests", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

fn tests_in(text: &str) -> usize {
    text.find("\n#[cfg(test)]\nmod ").map_or(0, |at| text[at..].lines().count())
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|(path, _, text)| !text.starts_with("//!") && !path.ends_with("tests.rs"))
        .map(|(path, _, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no module documentation: {}", silent.join(", "));
}
