//! Tests and test files that a patch takes away.

use super::added;
use super::assertions::statements;
use super::files::{Language, is_collected, is_snapshot, is_test, language, test_part};
use crate::guard::change::{FileChange, Line, tokens};
use crate::guard::{about, at_line};
use crate::ids::RelPath;
use crate::mask::finder::{Finder, Rule};
use crate::patch::Patch;
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

/// How much of a test's name may change before it counts as another test.
const SAME_NAME: f64 = 0.7;
/// How much of what it does must be as before, when its name is another one, and how many tokens that must be.
const SAME_BODY: f64 = 0.85;
const LEAST_BODY: usize = 8;
/// How many tokens tell a test when all of them are as before.
const TELLING: usize = 4;

const fn names(keywords: &'static [&'static str], pattern: &'static str) -> Rule {
    Rule { id: "", name: "", keywords, pattern, entropy: 0.0 }
}

/// How each language declares a test; group 1 is its name.
static DECLARATIONS: LazyLock<Finder> = LazyLock::new(|| {
    Finder::new(vec![
        names(&["test"], r"(?sm)^[ \t]*(?:async[ \t]+)?def[ \t]+(test\w*)[ \t]*\("),
        names(
            &["it", "test", "spec", "describe", "suite", "context"],
            r#"(?sm)^[ \t]*(?:void[ \t]+|await[ \t]+)?(?:it|test|describe|specify|context|suite)(?:\.\w+(?:\([^\n]*?\))?)*\(\s*["'`]([^\n]*?)["'`]\s*[,)]"#,
        ),
        names(
            &["test]", "test(", "bench]", "case("],
            r"(?sm)^[ \t]*#\[(?:\w+::)*(?:\w*test\w*|bench|case)\b[^\n]*\](?:\s*(?:#\[[^\n]*\]|//[^\n]*))*\s*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?fn\s+(\w+)",
        ),
        names(&["func"], r"(?sm)^func\s+(?:\([^)\n]*\)\s*)?((?:Test|Benchmark|Fuzz|Example)(?:[\p{Lu}\d_]\w*)?)\s*\("),
        names(
            &["@"],
            r"(?sm)^[ \t]*@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b[^{};]*?\b(?:void|fun)\s+`?([^`({\n]+?)`?\s*\(",
        ),
        names(
            &["test", "scenario", "fact", "theory"],
            // C and C++; C#; Swift and PHP.
            r"(?sm)^[ \t]*(?:(?:TEST(?:_F|_P|_CASE)?|SCENARIO|BOOST_AUTO_TEST_CASE)\s*\(\s*|\[(?:\w+\.)*\w*(?:Fact|Theory|Test|TestMethod|TestCase)\b[^\n]*\](?:\s*\[[^\n]*\])*\s*(?:[\w<>?.]+\s+)+|(?:@Test\b[^\n{}]*\s+|#\[Test\]\s*)(?:\w+\s+)*func(?:tion)?\s+|(?:\w+\s+)*func(?:tion)?\s+test)([^\n()]*?)\s*[()]",
        ),
        names(
            &["it", "test", "spec", "scenario"],
            r#"(?sm)^[ \t]*(?:(?:it|specify|scenario|test)\s*\(?\s*["']|def\s+test_)([^\n"'(]*)"#,
        ),
        names(&["test", "property"], r#"(?sm)^[ \t]*(?:test|property)[ \t(]+"([^\n"]*)""#),
    ])
});

static MODULE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(?:#\[cfg\(test\)\]\s*)?(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;").ok());

fn rule_of(language: Language) -> Option<usize> {
    use Language::{C, Elixir, Go, JavaScript, Jvm, Python, Ruby, Rust};
    [Python, JavaScript, Rust, Go, Jvm, C, Ruby, Elixir].iter().position(|known| *known == language)
}

pub(super) struct Test<'a> {
    file: &'a FileChange<'a>,
    pub line: u32,
    pub name: &'a str,
    /// What follows the name, up to the next test.
    pub body: &'a str,
}

pub fn check(files: &[FileChange], patch: &Patch) -> Vec<Finding> {
    let before = files.iter().flat_map(|file| tests(file, file.before)).collect();
    let after: Vec<Test> = files.iter().flat_map(|file| tests(file, file.after)).collect();
    let gone = gone(before, after);
    let mut findings: Vec<_> = gone.iter().map(deleted_test).collect();
    // Each of its tests is somewhere else: it moved and changed.
    let has_moved = |path: &RelPath| {
        let had = files.iter().filter(|file| file.path == path).any(|file| !tests(file, file.before).is_empty());
        is_moved(path, files) || had && gone.iter().all(|test| test.file.path != path)
    };
    findings.extend(patch.files().iter().filter(|file| file.after.is_none() && !has_moved(&file.path)).filter_map(
        |file| {
            let kind = if is_snapshot(&file.path) { "a snapshot" } else { "a test file" };
            let counts = is_test(&file.path) && !is_helper(&file.path, files) || is_snapshot(&file.path);
            counts.then(|| about("tests/deleted-file", Severity::Error, &file.path, format!("deletes {kind}")))
        },
    ));
    findings.extend(files.iter().flat_map(modules));
    findings
}

/// `#[cfg(test)] mod tests;` that is gone: the file stays, and nothing builds it.
fn modules<'a>(file: &'a FileChange<'a>) -> impl Iterator<Item = Finding> + 'a {
    let name = |line: &str| MODULE.as_ref()?.captures(line)?.get(1).map(|name| name.as_str().to_owned());
    let rust = language(file.path) == Language::Rust && file.after.is_some();
    let marked = |number: u32| {
        let above = file.before.unwrap_or_default().lines().take(number.saturating_sub(1) as usize).last();
        above.is_some_and(|line| line.contains("cfg(test)"))
    };
    let gone = move |line: &Line| {
        let of_tests = |name: &String| name.contains("test") || marked(line.number);
        let still =
            |wanted: &String| file.after.is_some_and(|text| text.lines().any(|l| name(l).as_ref() == Some(wanted)));
        name(line.text).is_some_and(|name| of_tests(&name) && !still(&name))
    };
    let what = "takes a module of tests out of the build";
    file.removed()
        .filter(move |line| rust && gone(line))
        .map(move |line| at_line("tests/deleted", Severity::Error, file.path, line.number, what))
}

fn deleted_test(test: &Test) -> Finding {
    let name: String = test.name.chars().take(80).collect();
    at_line("tests/deleted", Severity::Error, test.file.path, test.line, format!("deletes the test `{name}`"))
}

/// The tests that one side of a file declares.
pub(super) fn tests<'a>(file: &'a FileChange<'a>, side: Option<&'a str>) -> Vec<Test<'a>> {
    let Some(text) = side else { return Vec::new() };
    let language = language(file.path);
    let wanted = rule_of(language).filter(|_| test_part(file.path, text).is_some() || language == Language::Rust);
    let mut hits = wanted.map(|rule| DECLARATIONS.find_one(rule, text)).unwrap_or_default();
    if language == Language::Python && !hits.is_empty() {
        let quoted = quoted(text);
        hits.retain(|hit| !quoted.iter().any(|range| range.contains(&hit.start)));
    }
    let line = |at: usize| u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX);
    let ends: Vec<usize> = hits.iter().skip(1).map(|range| range.start).chain([text.len()]).collect();
    let test = |(range, end): (std::ops::Range<usize>, usize)| Test {
        file,
        line: line(range.start),
        body: text.get(range.end..end).unwrap_or_default(),
        name: &text[range],
    };
    hits.into_iter().zip(ends).map(test).collect()
}

/// Where Python's strings of several lines stand: a program in one is material of a test, and no test.
fn quoted(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['\'', '"', '#']).map(|n| at + n) {
        let rest = &text[open..];
        let mark = &rest[..1];
        let triple = if mark == "'" { "'''" } else { "\"\"\"" };
        at = if mark == "#" {
            open + rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with(triple) {
            let end = open + 3 + rest[3..].find(triple).unwrap_or(rest.len() - 3);
            found.push(open..end);
            (end + 3).min(text.len())
        } else {
            open + string_length(rest)
        };
    }
    found
}

/// How long the string of one line is with which `rest` begins.
fn string_length(rest: &str) -> usize {
    let quote = rest.chars().next().unwrap_or_default();
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = !escaped && (*c == quote || *c == '\n');
        escaped = !escaped && *c == '\\';
        ends
    });
    end.map_or(rest.len(), |(at, c)| at + c.len_utf8())
}

/// The tests of `before` without one of the same name in `after`, or of a similar name in the same file.
fn gone<'a>(before: Vec<Test<'a>>, mut after: Vec<Test<'a>>) -> Vec<Test<'a>> {
    let mut take = |fits: &dyn Fn(&Test) -> bool| after.iter().position(fits).map(|at| after.swap_remove(at)).is_some();
    let same = |test: &Test, other: &Test| other.name == test.name && test.file.path == other.file.path;
    let left: Vec<_> = before.into_iter().filter(|test| !take(&|other: &Test| same(test, other))).collect();
    let moved = |test: &Test, other: &Test| other.name == test.name && stays_found(test.file.path, other.file.path);
    let left: Vec<_> = left.into_iter().filter(|test| !take(&|other: &Test| moved(test, other))).collect();
    let renamed = |test: &Test, other: &Test| {
        test.file.path == other.file.path && strsim::normalized_levenshtein(test.name, other.name) >= SAME_NAME
    };
    let left: Vec<_> = left.into_iter().filter(|test| !take(&|other: &Test| renamed(test, other))).collect();
    // What is called otherwise and asks the same is the same test.
    let same_body = |test: &Test, other: &Test| {
        let (was, now) = (tokens(test.body), tokens(other.body));
        let alike = was.len() >= LEAST_BODY && added::alike(test.body, other.body) >= SAME_BODY;
        test.file.path == other.file.path && (alike || was.len() >= TELLING && was == now)
    };
    left.into_iter().filter(|test| !take(&|other: &Test| same_body(test, other))).collect()
}

/// Code beside tests that asks nothing, in a language whose compiler says when it is missed.
fn is_helper(path: &RelPath, files: &[FileChange]) -> bool {
    let compiled = matches!(language(path), Language::Jvm | Language::Go);
    let asks = |file: &FileChange| {
        !tests(file, file.before).is_empty() || !statements(path, file.before.unwrap_or_default()).is_empty()
    };
    compiled && files.iter().any(|file| file.path == path && !asks(file))
}

/// Whether the same content, layout aside, stands in a file that the patch creates and that tests too.
fn is_moved(path: &RelPath, files: &[FileChange]) -> bool {
    let Some(old) = files.iter().find(|file| file.path == path).and_then(|file| file.before) else { return false };
    let created = |file: &&FileChange| {
        let counts = is_test(file.path) || is_snapshot(file.path);
        file.before.is_none() && counts && stays_found(path, file.path)
    };
    let old = tokens(old);
    files.iter().filter(created).any(|file| tokens(file.after.unwrap_or_default()) == old)
}

/// Whether a runner that takes tests from the one file takes them from the other as well.
fn stays_found(old: &RelPath, new: &RelPath) -> bool {
    old == new || is_collected(new) || !is_collected(old)
}
