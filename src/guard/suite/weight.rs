//! What tells a change from a weakening: a test that says something else may follow code that does something else in
//! the same patch, what asked before may ask in another form, and what it asked may be gone. That is told and does not
//! block, unless the test is one of those that the patch is to mend.

use super::added::operands;
use super::assertions::{rank, similarity, statements};
use super::cases::lists;
use super::deleted::{Test, tests};
use super::expectations::literals;
use super::files::{Language, is_collected, is_snapshot, is_test, is_test_line, language};
use crate::guard::change::{FileChange, Line, tokens};
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

/// Rules about what a test says, not about how strictly it asks.
const SAYS: &[&str] = &["tests/expectation", "tests/snapshot", "tests/called"];
/// Rules about what a test no longer asks.
const GONE: &[&str] = &["tests/removed-assertion", "tests/deleted"];
/// Share of common tokens from which a line is another version of one that was there.
const SAME_LINE: f64 = 0.6;
/// How many values a test must have for them to tell where it went.
const TELLING: usize = 3;

pub fn weigh(findings: &mut [Finding], files: &[FileChange], failing: Option<&[String]>) {
    if findings.iter().all(|finding| finding.severity < Severity::Error) {
        return;
    }
    let program = Program::of(files);
    let asked = asked(files);
    for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Error) {
        let Some(file) = files.iter().find(|file| Some(file.path.as_str()) == finding.path.as_deref()) else {
            continue;
        };
        let rule = finding.rule.as_str();
        let milder = if SAYS.contains(&rule) {
            program.changes && !is_to_mend(file, finding.line, failing)
        } else if GONE.contains(&rule) {
            let line = finding.line.unwrap_or_default();
            (is_asked_elsewhere(file, line, &asked) || program.changes && follows(file, line, &program))
                && !is_to_mend(file, finding.line, failing)
        } else {
            rule == "tests/suppressed" && failing.is_none() && is_new_code(file, finding.line)
        };
        if milder {
            finding.severity = Severity::Warning;
        }
    }
}

/// Whether a test at this place is one that the patch is to mend, or may be one.
fn is_to_mend(file: &FileChange, line: Option<u32>, failing: Option<&[String]>) -> bool {
    let Some(failing) = failing else { return false };
    let around = |side| {
        let tests = tests(file, side);
        let above = tests.iter().rfind(|test| Some(test.line) <= line).map(|test| test.name);
        // A decorator, or a table, stands above its test.
        let below = tests.iter().find(|test| Some(test.line) > line).map(|test| test.name);
        above.into_iter().chain(below).map(str::to_owned).collect::<Vec<_>>()
    };
    let names = [around(file.before), around(file.after)].concat();
    failing.is_empty() || names.is_empty() || names.iter().any(|name| failing.iter().any(|id| id.contains(name)))
}

/// What the patch does to code that is no test.
struct Program {
    changes: bool,
    /// Names that it takes out of the files that it touches.
    gone: BTreeSet<String>,
}

impl Program {
    fn of(files: &[FileChange]) -> Self {
        let own = |file: &&FileChange| !is_test(file.path) && !is_snapshot(file.path) && is_program(file);
        let side = |added: bool| {
            let of_file = move |file: &FileChange| -> Vec<Vec<String>> {
                let text = if added { file.after } else { file.before };
                let lines: Vec<Line> = if added { file.added().collect() } else { file.removed().collect() };
                let code = |line: &Line| !is_test_line(file, text, line.number) && !is_remark(line.text);
                lines.into_iter().filter(code).map(|line| tokens(line.text)).filter(|t| !t.is_empty()).collect()
            };
            files.iter().filter(own).flat_map(of_file).collect::<Vec<_>>()
        };
        let (out, into) = (side(false), side(true));
        let left: BTreeSet<String> =
            files.iter().filter(own).flat_map(|file| tokens(file.after.unwrap_or_default())).collect();
        let names = out.iter().flatten().filter(|token| token.len() > 3 && !left.contains(*token));
        let gone = names.filter(|token| token.starts_with(|c: char| c.is_alphabetic() || c == '_')).cloned().collect();
        let does = |lines: &[Vec<String>]| lines.iter().any(|line| line.len() > 1);
        Self { changes: out != into && (does(&out) || does(&into)), gone }
    }
}

/// Code, or what a program is made of besides: templates, grammars, texts that it shows. No documents, no settings.
fn is_program(file: &FileChange) -> bool {
    let aside = ["md", "rst", "txt", "adoc", "lock", "sum", "yml", "yaml", "toml", "cfg", "ini", "json", "snap"];
    let name = file.path.file_name();
    match language(file.path) {
        Language::Other => {
            name.contains('.') && !name.starts_with('.') && !aside.contains(&file.path.extension().as_str())
        }
        _ => true,
    }
}

/// A comment, or an import.
fn is_remark(line: &str) -> bool {
    let line = line.trim_start();
    ["#!", "# ", "//", "/*", "* ", "*/", "--", "<!--", "import ", "from ", "use ", "using ", "\"\"\""]
        .iter()
        .any(|start| line.starts_with(start))
        || line == "#"
        || line == "*"
}

/// Every value and name that added assertions, and added tables of cases, are made of.
fn asked(files: &[FileChange]) -> BTreeSet<String> {
    let of_file = |file: &FileChange| -> Vec<String> {
        let Some(after) = file.after else { return Vec::new() };
        let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
        let touched = |line: u32, text: &str| {
            let last = line + u32::try_from(text.matches('\n').count()).unwrap_or(0);
            added.range(line..=last).next().is_some()
        };
        let new = statements(file.path, after).into_iter().filter(|(line, text)| touched(*line, text));
        let mut words: Vec<String> = new.flat_map(|(_, text)| tokens(text)).collect();
        let is_added = |line: u32| added.contains(&line) || added.contains(&(line + 1));
        words.extend(lists(file, after).into_iter().filter(|(line, _)| is_added(*line)).flat_map(|(_, tokens)| tokens));
        words
    };
    // What no runner finds asks nothing.
    let found = files.iter().filter(|file| file.before.is_some() || is_collected(file.path));
    found.flat_map(of_file).collect()
}

/// The test that stood at a line of the old side, if one did.
fn test_at<'a>(file: &'a FileChange<'a>, side: Option<&'a str>, line: u32) -> Option<Test<'a>> {
    tests(file, side).into_iter().rfind(|test| test.line <= line)
}

/// Whether what went is asked by what came: the values of the assertion, or of all assertions of the test.
fn is_asked_elsewhere(file: &FileChange, line: u32, asked: &BTreeSet<String>) -> bool {
    let Some(before) = file.before else { return false };
    let test = test_at(file, file.before, line);
    let whole = test.as_ref().is_some_and(|test| test.line == line);
    let next = tests(file, file.before).into_iter().find(|test| test.line > line).map_or(u32::MAX, |test| test.line);
    let own: Vec<Vec<String>> = statements(file.path, before)
        .into_iter()
        .filter(|(at, _)| if whole { (line..next).contains(at) } else { *at == line })
        .map(|(_, text)| tokens(text))
        .collect();
    let values: BTreeSet<String> = own.iter().flat_map(|tokens| literals(tokens)).collect();
    let words: Vec<&str> = own.iter().flat_map(|tokens| operands(tokens)).collect();
    !own.is_empty() && values.len() + words.len() >= TELLING && words.iter().all(|word| asked.contains(*word))
}

/// Whether what went follows from what the patch does to the program: what it asked about is gone there, or the test
/// asks at least as much as before in another way, or its file has as many tests as before.
fn follows(file: &FileChange, line: u32, program: &Program) -> bool {
    let Some(test) = test_at(file, file.before, line) else { return false };
    if tokens(test.body).iter().any(|token| program.gone.contains(token)) {
        return true;
    }
    if test.line == line {
        return tests(file, file.after).len() >= tests(file, file.before).len() && file.after.is_some();
    }
    let asks = |side: Option<&str>| -> Option<(usize, usize)> {
        let all = tests(file, side);
        let at = all.iter().position(|other| other.name == test.name)?;
        let end = all.get(at + 1).map_or(u32::MAX, |next| next.line);
        let own = statements(file.path, side?);
        let ranks =
            own.iter().filter(|(line, _)| (all[at].line..end).contains(line)).map(|(_, text)| rank(&tokens(text)));
        Some(ranks.fold((0, 0), |(count, sum), rank| (count + 1, sum + usize::from(rank))))
    };
    matches!((asks(file.before), asks(file.after)), (Some(old), Some(new)) if new.0 >= old.0 && new.1 >= old.1)
}

/// Whether the line that is silenced comes with the patch: then nothing that was there is hidden. What silences a
/// whole file is never that.
fn is_new_code(file: &FileChange, line: Option<u32>) -> bool {
    let (Some(line), Some(after)) = (line, file.after) else { return false };
    let lines: Vec<&str> = after.lines().collect();
    let at = line.saturating_sub(1) as usize;
    let own = lines.get(at).copied().unwrap_or_default();
    let code = code_of(own);
    let silenced = if code.is_empty() {
        let below = lines.iter().enumerate().skip(at + 1);
        below.map(|(at, text)| (at, code_of(text))).find(|(_, code)| !code.is_empty())
    } else {
        Some((at, code))
    };
    let whole = [
        "#![",
        "nocheck",
        "skip-file",
        "/* eslint-disable */",
        "flake8: noqa",
        "ruff: noqa",
        "mypy: ",
        "#define",
        "#pragma",
    ];
    let Some((at, code)) = silenced.filter(|_| !whole.iter().any(|mark| own.contains(mark))) else { return false };
    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let is_added = file.added().any(|line| line.number == number);
    let words = tokens(code);
    let was_there = |old: &Line| similarity(&tokens(code_of(old.text)), &words) >= SAME_LINE;
    is_added && !file.removed().any(|old| was_there(&old))
}

/// A line without its comment, and nothing of an attribute.
fn code_of(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with("#[") || line.starts_with('@') {
        return "";
    }
    let ends = ["# ", "#:", "#no", "#type", "//", "/*"].iter().filter_map(|mark| line.find(mark));
    line[..ends.min().unwrap_or(line.len())].trim()
}
