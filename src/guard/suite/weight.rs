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
use crate::guard::dependencies::is_lock_file;
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

/// Rules about what a test says, not about how strictly it asks.
const SAYS: &[&str] = &["tests/expectation", "tests/snapshot", "tests/called", "tests/unread"];
/// Rules about what a test no longer asks.
const GONE: &[&str] = &["tests/removed-assertion", "tests/deleted"];
/// Share of common tokens from which a line is another version of one that was there.
const SAME_LINE: f64 = 0.6;
/// How many values a test must have for them to tell where it went.
const TELLING: usize = 3;
/// From how many words on a text is a message, and letters by which two spellings of it may differ.
const LEAST_WORDS: usize = 3;
const MISSPELT: usize = 2;

pub fn weigh(findings: &mut [Finding], files: &[FileChange], failing: Option<&[String]>) {
    if findings.iter().all(|finding| finding.severity < Severity::Error) {
        return;
    }
    let program = Program::of(files);
    let asked = Asked::of(files);
    for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Error) {
        let Some(file) = files.iter().find(|file| Some(file.path.as_str()) == finding.path.as_deref()) else {
            continue;
        };
        let rule = finding.rule.as_str();
        let milder = if SAYS.contains(&rule) {
            (program.changes || corrects_a_slip(file, finding.line) || is_row_now(file, finding.line, &asked))
                && !is_to_mend(file, finding.line, failing)
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

/// Whether nothing changes at this place but the spelling of a message: sentences that one or two letters tell apart.
fn corrects_a_slip(file: &FileChange, line: Option<u32>) -> bool {
    let even = file.blocks.iter().filter(|block| block.removed.len() == block.added.len());
    let pairs = even.flat_map(|block| block.removed.iter().zip(&block.added));
    let mut here =
        pairs.filter(|(old, new)| old.text != new.text && line.is_some_and(|at| at == old.number || at == new.number));
    let is_sentence = |token: &str| token.starts_with('"') && token.split_whitespace().count() >= LEAST_WORDS;
    let letters =
        |token: &str| token.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || c.is_ascii_punctuation());
    let slip = |(old, new): (&Line, &Line)| {
        let (old, new) = (tokens(old.text), tokens(new.text));
        old.len() == new.len()
            && old
                .iter()
                .zip(&new)
                .filter(|(a, b)| a != b)
                .all(|(a, b)| is_sentence(a) && letters(a) && letters(b) && strsim::osa_distance(a, b) <= MISSPELT)
    };
    let first = here.next();
    first.is_some_and(slip) && here.all(slip)
}

/// What the patch does to code that is no test, or to the packages that it is made with.
struct Program {
    changes: bool,
    /// Names that it takes out of the files that it touches.
    gone: BTreeSet<String>,
}

impl Program {
    fn of(files: &[FileChange]) -> Self {
        let own = |file: &&FileChange| !tests_something(file) && !is_snapshot(file.path) && is_program(file);
        let side = |added: bool| {
            let of_file = move |file: &FileChange| -> Vec<Vec<String>> {
                let text = if added { file.after } else { file.before };
                let lines: Vec<Line> = if added { file.added().collect() } else { file.removed().collect() };
                let tests = |line: &Line| !is_test(file.path) && is_test_line(file, text, line.number);
                let code = |line: &Line| !tests(line) && !is_remark(line.text);
                lines.into_iter().filter(code).map(|line| tokens(line.text)).filter(|t| !t.is_empty()).collect()
            };
            files.iter().filter(own).flat_map(of_file).collect::<Vec<_>>()
        };
        let (out, into) = (side(false), side(true));
        let left: BTreeSet<String> =
            files.iter().filter(own).flat_map(|file| tokens(file.after.unwrap_or_default())).collect();
        let names = out.iter().flatten().filter(|token| token.len() > 2 && !left.contains(*token));
        let gone = names.filter(|token| token.starts_with(|c: char| c.is_alphabetic() || c == '_')).cloned().collect();
        let does = |lines: &[Vec<String>]| lines.iter().any(|line| line.len() > 1);
        let updates = files.iter().any(|file| file.before.is_some() && is_lock_file(file.path));
        Self { changes: updates || out != into && (does(&out) || does(&into)), gone }
    }
}

/// A test file. Rust marks its tests: what is only called like one, beside the program, is a part of it.
fn tests_something(file: &FileChange) -> bool {
    let marked = [file.before, file.after].into_iter().flatten().any(|text| text.contains("test]"));
    let folders = || file.path.as_str().split('/');
    let beside = folders().any(|folder| folder == "src") && !folders().any(|folder| matches!(folder, "test" | "tests"));
    is_test(file.path) && (marked || !beside || language(file.path) != Language::Rust)
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

/// What the assertions and the tables of cases ask that a patch adds.
#[derive(Default)]
struct Asked {
    /// Every value and name that they are made of.
    words: BTreeSet<String>,
    /// The values of each row.
    rows: Vec<BTreeSet<String>>,
    /// The names of each assertion that has no value of its own: it is asked of rows.
    of_rows: Vec<BTreeSet<String>>,
}

impl Asked {
    fn of(files: &[FileChange]) -> Self {
        let mut asked = Self::default();
        // What no runner finds asks nothing.
        for file in files.iter().filter(|file| file.before.is_some() || is_collected(file.path)) {
            asked.take(file, file.after.unwrap_or_default());
        }
        asked
    }

    fn take(&mut self, file: &FileChange, after: &str) {
        let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
        for (line, text) in statements(file.path, after) {
            let last = line + u32::try_from(text.matches('\n').count()).unwrap_or(0);
            let tokens = tokens(text);
            if added.range(line..=last).next().is_some() {
                if literals(&tokens).is_empty() {
                    self.of_rows.push(operands(&tokens).into_iter().map(str::to_owned).collect());
                }
                self.words.extend(tokens);
            }
        }
        for line in file.added().filter(|line| is_row(line.text) && is_test_line(file, file.after, line.number)) {
            self.rows.push(tokens(line.text).into_iter().collect());
            self.words.extend(tokens(line.text));
        }
        let is_added = |line: u32| added.contains(&line) || added.contains(&(line + 1));
        let lists = lists(file, after).into_iter().filter(|(line, _)| is_added(*line));
        self.words.extend(lists.flat_map(|(_, tokens)| tokens));
    }

    /// Whether an assertion has become a row: its values stand in one, and its names in an assertion that is asked of rows.
    fn has_row(&self, assertion: &[String]) -> bool {
        let values = literals(assertion);
        let mut names = operands(assertion);
        names.retain(|word| {
            word.starts_with(|c: char| c.is_alphabetic() || c == '_') && !values.iter().any(|v| v == word)
        });
        let holds = |row: &BTreeSet<String>, words: &[&str]| words.iter().all(|word| row.contains(*word));
        let plain: Vec<&str> = values.iter().map(|value| value.trim_start_matches('-')).collect();
        values.len() > 1
            && self.rows.iter().any(|row| holds(row, &plain))
            && self.of_rows.iter().any(|row| holds(row, &names))
    }
}

/// A row of a table of cases: values, and nothing that is done with them.
fn is_row(line: &str) -> bool {
    let line = line.trim();
    let opens = line.starts_with(|c: char| "([{\"'-".contains(c) || c.is_ascii_digit());
    opens && line.ends_with([',', ')', ']', '}'])
}

/// The test that stood at a line of the old side, if one did.
fn test_at<'a>(file: &'a FileChange<'a>, side: Option<&'a str>, line: u32) -> Option<Test<'a>> {
    tests(file, side).into_iter().rfind(|test| test.line <= line)
}

/// Whether what went is asked by what came: the values of the assertion, or of all assertions of the test.
fn is_asked_elsewhere(file: &FileChange, line: u32, asked: &Asked) -> bool {
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
    !own.is_empty() && values.len() + words.len() >= TELLING && words.iter().all(|word| asked.words.contains(*word))
}

/// Whether the assertion that stood at a line is one row of a table now.
fn is_row_now(file: &FileChange, line: Option<u32>, asked: &Asked) -> bool {
    let old = file.before.map(|before| statements(file.path, before)).unwrap_or_default();
    let mut here = old.into_iter().filter(|(at, _)| Some(*at) == line).peekable();
    here.peek().is_some() && here.all(|(_, text)| asked.has_row(&tokens(text)))
}

/// Whether what went follows from what the patch does to the program: what it asked about is gone there, or the test
/// asks at least as much as before in another way, or its file has as many tests as before.
fn follows(file: &FileChange, line: u32, program: &Program) -> bool {
    let Some(test) = test_at(file, file.before, line) else { return false };
    if tokens(test.body).iter().any(|token| program.gone.contains(token.trim_start_matches('"'))) {
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
