//! Tests in a language or of a framework that no other check here reads: whether such a test still asks what it asked,
//! nobody can say but a person.

use super::deleted::tests;
use super::files::{Language, is_test, language};
use crate::guard::at_line;
use crate::guard::change::{FileChange, Line, tokens};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

/// Languages in which nothing but the table of signs is looked for, and not for what skips a test.
const CODE: &[&str] = &[
    "dart", "jl", "r", "pl", "pm", "t", "lua", "hs", "lhs", "ml", "mli", "res", "elm", "purs", "clj", "cljs", "cljc",
    "erl", "hrl", "gleam", "zig", "nim", "cr", "d", "v", "sv", "vhd", "f90", "pas", "adb", "fs", "fsx", "vb", "rkt",
    "scm", "lisp", "tcl", "ps1", "psm1", "sol", "move", "cairo", "cu", "robot", "feature", "bats", "hurl", "http",
    "scala", "sc", "groovy", "kt", "swift",
];
/// What tests in Scala, Kotlin and Swift are made of beside JUnit's marks.
static DECLARES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b\w*(?:Suite|Spec|Specification|TestCase)\b|\btest\s*\(").ok());
/// What a file says that is a test, and no material or helper of one.
static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?im)\b(?:assert\w*|expect\w*|should\w*|verify|deftest|test_that|unittest|quickcheck|scenario|test(?:set|case)?|suite|eunit|describe)\b|^\s*(?:it|ok|is|is_deeply|like)\b|\?assert|\[ \x22")
        .ok()
});
/// Words by which such a framework leaves a test out, expects it to fail or ends it early.
static LEAVES_OUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)skip|ignor|pend|todo|broken|disab|only|xit\b|xtest|xfail|\bwip\b|exclu|flak|known|retr|manual|^\s*return\b|\bexit|\bquit|done_testing|\bplan\b|assum|catch|rescue|\bif\b.*\b(?:false|true|0|1)\b|#_")
        .ok()
});

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().filter(|file| is_unread(file)).filter_map(check_file).collect()
}

fn is_unread(file: &FileChange) -> bool {
    let code = CODE.contains(&file.path.extension().as_str());
    code && is_of_tests(file) && file.before.is_some() && file.after.is_some() && tests(file, file.before).is_empty()
}

fn is_of_tests(file: &FileChange) -> bool {
    // Helpers beside the tests of a language whose tests are known otherwise are no tests.
    let declares = || file.before.is_some_and(|text| DECLARES.as_ref().is_some_and(|regex| regex.is_match(text)));
    let asks = || file.before.is_some_and(|text| ASKS.as_ref().is_some_and(|regex| regex.is_match(text)));
    is_test(file.path) && asks() && (matches!(language(file.path), Language::Other | Language::Shell) || declares())
}

/// One finding a file: a new test beside the others is told, anything else blocks.
fn check_file(file: &FileChange) -> Option<Finding> {
    let says = |line: &Line| !tokens(line.text).is_empty();
    let changed = file.removed().find(says);
    let added = file.added().find(says);
    let leaves_out = |line: &Line| LEAVES_OUT.as_ref().is_none_or(|regex| regex.is_match(line.text));
    let suspect = changed.or_else(|| file.added().find(leaves_out));
    let (line, severity, what) = match (suspect, added) {
        (Some(line), _) => {
            (line, Severity::Error, "changes a test of a kind that no check reads: a person has to look")
        }
        (None, Some(line)) => (line, Severity::Warning, "adds to a test of a kind that no check reads"),
        (None, None) => return None,
    };
    Some(at_line("tests/unread", severity, file.path, line.number, what))
}
