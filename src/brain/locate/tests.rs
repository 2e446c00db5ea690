use super::terms::{Finder, Kind, Term};
use super::*;
use crate::ids::RelPath;
use crate::record::Suspect;
use proptest::prelude::*;
use std::collections::HashMap;

fn rel(path: &str) -> RelPath {
    RelPath::parse(path).unwrap()
}

fn located(text: &str, files: &[(&str, &str)]) -> Vec<Suspect> {
    let query = Query::from_text(text);
    let docs: Vec<_> = files.iter().filter_map(|(path, text)| query.scan(&rel(path), text.as_bytes())).collect();
    let read = |path: &RelPath| files.iter().find(|f| f.0 == path.as_str()).map(|f| f.1.as_bytes().to_vec());
    rank(&query, &docs, &HashMap::new()).refine(10, read)
}

fn first(found: &[Suspect]) -> (&str, Option<u32>) {
    found.first().map_or(("", None), |f| (f.path.as_str(), f.line))
}

const FILES: &[(&str, &str)] = &[
    ("src/config/loader.py", "import os\n\n\ndef parse_config(path):\n    return open(path)\n"),
    ("src/net/client.py", "class HttpClient:\n    def reconnect(self):\n        pass\n"),
    ("src/net/server.py", "class HttpServer:\n    pass\n"),
    ("lib/client.py", "# the other client\n"),
    ("tests/test_loader.py", "def test_parse_config():\n    assert parse_config('x')\n"),
    ("docs/loader.md", "parse_config reads the configuration\n"),
    ("vendor/loader.py", "def parse_config(path):\n    return path\n"),
];

#[test]
fn what_the_text_says_decides() {
    for (text, path, line) in [
        ("parse_config fails on an empty file", "src/config/loader.py", Some(4)),
        ("Reconnecting never stops", "src/net/client.py", Some(2)),
        ("It breaks\n\n  File \"/app/src/net/server.py\", line 2, in start", "src/net/server.py", Some(2)),
        ("It breaks in src/net/client.py:3", "src/net/client.py", Some(3)),
        ("It breaks in `net.client.HttpClient`", "src/net/client.py", Some(1)),
        ("The test for parse_config is wrong: test_loader.py", "tests/test_loader.py", Some(1)),
    ] {
        assert_eq!(first(&located(text, FILES)), (path, line), "{text}");
    }
}

#[test]
fn scores_are_relative_and_reasons_are_given() {
    let found = located("Crash in parse_config at loader.py:4", FILES);
    assert_eq!(found[0].score, 1.0);
    assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    assert_eq!(found[0].why[..2], ["named in the text at line 4", "defines parse_config"]);
    assert_eq!(located("zzz qqq", FILES), []);
    assert_eq!(located("", FILES), []);
}

#[test]
fn lately_changed_files_win_a_tie() {
    let files = ["a/x.py", "b/x.py"].map(|path| (path, "def frobnicate(): pass\n"));
    let query = Query::from_text("frobnicate is slow");
    let docs: Vec<_> = files.iter().filter_map(|(path, text)| query.scan(&rel(path), text.as_bytes())).collect();
    let recent = HashMap::from([("b/x.py".to_owned(), 0)]);
    assert_eq!(rank(&query, &docs, &recent).refine(1, |_| None)[0].path, rel("b/x.py"));
}

#[test]
fn binary_and_minified_files_are_left_out() {
    let query = Query::from_text("parse");
    assert!(query.scan(&rel("a.js"), b"parse\0").is_none());
    assert!(query.scan(&rel("a.js"), "parse;".repeat(500).as_bytes()).is_none());
    assert!(query.scan(&rel("a.js"), b"parse();\n").is_some());
    assert!(!worth_reading(&rel("x/Cargo.lock")) && !worth_reading(&rel("a.PNG")) && worth_reading(&rel("a.js")));
}

fn hits(term: &str, whole: bool, text: &str) -> Vec<usize> {
    let kind = if whole { Kind::Name } else { Kind::Word };
    let finder = Finder::new(vec![Term { text: term.to_owned(), weight: 1.0, kind }]);
    let mut starts = Vec::new();
    finder.find(text.as_bytes(), |hit| starts.push(hit.start));
    starts
}

#[test]
fn terms_are_found_where_words_start_and_end() {
    for (term, whole, text, expected) in [
        ("parse", false, "parse sparse parse_it tryParse PARSED parser parsel", vec![0, 13, 25, 31, 38]),
        ("server", false, "HTTPServer httpserver SERVERS", vec![4, 22]),
        ("parse_it", true, "parse_it parse_its x_parse_it Parse_It", vec![0, 30]),
        ("api", false, "api", vec![0]),
        ("api", false, "ap", vec![]),
    ] {
        assert_eq!(hits(term, whole, text), expected, "{term} in {text}");
    }
}

proptest! {
    #[test]
    fn no_position_is_missed(before in "[ a-z_.]{0,20}", after in "[ _.]{0,20}") {
        let text = format!("{before} needle{after} needle");
        let found = hits("needle", false, &text);
        prop_assert!(found.contains(&(before.len() + 1)) && found.contains(&(text.len() - 6)), "{:?} in {}", found, text);
    }

    #[test]
    fn nothing_panics(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let query = Query::from_text(&text);
        let docs: Vec<_> = query.scan(&rel("a/b.rs"), &bytes).into_iter().collect();
        for suspect in rank(&query, &docs, &HashMap::new()).refine(5, |_| Some(bytes.clone())) {
            prop_assert!((0.0..=1.0).contains(&suspect.score));
        }
    }
}
