//! Tests that bring along what they ask: the name that an assertion calls is defined, or replaced by a double,
//! in the test itself, and the code is asked no longer.

use super::assertions;
use super::called::is_means;
use super::files::{Language, is_test_line, language, test_part};
use crate::guard::at_line;
use crate::guard::change::FileChange;
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

static CALL: Pattern = LazyLock::new(|| Regex::new(r"([A-Za-z_$][\w$]*)\s*\(").ok());
/// What a line gives a name to: a function, a class, a value; `module.name = …` too.
static DEFINES: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:export|pub|static|private|public|async|final)\s+)*(?:(?:def|fn|func|fun|function|class)\s+([\w$]+)|(?:(?:const|let|var|val)\s+(?:mut\s+)?)?(?:[\w$]+\.)*([\w$]+)\s*(?::[^=\n]*)?:?=\s*([^=~\s][^\n]*))").ok()
});
/// `patch("module.name")`, `setattr(module, "name", …)`, `spyOn(module, "name")`, `receive(:name)`,
/// `when(it.name(…))`.
static DOUBLES: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?x)\b(?: (?:patch(?:\.object)?|setattr|spyOn|stub|replace)\(\s*(?:[\w.]+\s*,\s*)?['\x22](?:[\w.]+\.)?
            | (?:receive|stubs?)[(\ ]\s*: | (?:method|shouldReceive)\(\s*['\x22]
            | (?:when|given|every)\s*[({]\s*(?:[\w$]+\.)+ | Setup\(\s*\w+\s*=>\s*\w+\.)(\w+)\b",
    )
    .ok()
});
/// `jest.mock("./module", …)`.
static MODULE: Pattern =
    LazyLock::new(|| Regex::new(r"\b(?:jest|vi|vitest)\.(?:mock|doMock)\(\s*['\x22`]([^'\x22`]+)").ok());
/// `x = f(…)`.
static VALUE: Pattern = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?:const|let|var|val|final|auto|mut)\s+)*(?:[\w<>\[\]]+\s+)?([A-Za-z_$][\w$]*)\s*:?=\s*[^=].*\(",
    )
    .ok()
});
/// How far above an assertion the value that it asks about is made.
const REACH: usize = 12;
static WORD: Pattern = LazyLock::new(|| Regex::new(r"[A-Za-z_$][\w$]*").ok());
static TEST: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:async\s+)?def\s+test|(?:it|test)\s*(?:\.\w+)*\(|func\s+Test|#\[(?:\w+::)*test|@Test\b)").ok()
});

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    // What another file lost may well stand here now: a helper that moved.
    let moved: BTreeSet<String> = files.iter().flat_map(FileChange::removed).filter_map(|l| defined(l.text)).collect();
    let judged = files.iter().filter(|file| language(file.path) != Language::Other);
    judged.flat_map(|file| check_file(file, &moved)).collect()
}

fn check_file(file: &FileChange, moved: &BTreeSet<String>) -> Vec<Finding> {
    let (Some(before), Some(after)) = (file.before, file.after) else { return Vec::new() };
    let Some((_, part)) = test_part(file.path, before) else { return Vec::new() };
    let asked = called(before, &assertions::statements(file.path, before));
    if asked.is_empty() {
        return set_up(file);
    }
    let mut own: BTreeSet<String> =
        part.lines().flat_map(|line| defined(line).into_iter().chain(declared(line))).collect();
    // A double that was there before.
    own.extend(file.removed().flat_map(|line| replaced(line.text, before)));
    let now = assertions::statements(file.path, after);
    let mut findings = Vec::new();
    for line in file.added().filter(|line| is_test_line(file, file.after, line.number)) {
        let still: BTreeSet<String> = called(after, &in_reach(after, line.number, line.text, &now));
        let fits = |name: &String| asked.contains(name) && still.contains(name) && !own.contains(name);
        if is_argument(file, line.text) {
            continue;
        }
        if let Some(name) = replaced(line.text, after).into_iter().find(|name| fits(name) && !moved.contains(name)) {
            let what = format!("the test brings its own `{name}` and no longer asks the code");
            findings.push(at_line("tests/subject", Severity::Error, file.path, line.number, what));
        }
    }
    findings
}

/// The names that a line puts something of the test's own behind.
fn replaced(line: &str, text: &str) -> Vec<String> {
    let doubles = DOUBLES.iter().flat_map(|regex| regex.captures_iter(line)).filter_map(|c| c.get(1));
    let mut names: Vec<String> = doubles.map(|name| name.as_str().to_owned()).collect();
    names.extend(defined(line));
    if let Some(module) = MODULE.as_ref().and_then(|regex| regex.captures(line)).and_then(|c| c.get(1)) {
        names.extend(imported(text, module.as_str()));
        // What the double is made of.
        names.extend(words(&line[module.end()..]));
    }
    names
}

/// The variable that a line fills with what a call returns.
fn value(line: &str) -> Option<&str> {
    Some(VALUE.as_ref()?.captures(line)?.get(1)?.as_str())
}

/// The name that a line defines. An import, an alias of the same name and a placeholder define nothing new.
fn defined(line: &str) -> Option<String> {
    let found = DEFINES.as_ref()?.captures(line)?;
    let name = found.get(1).or_else(|| found.get(2))?.as_str();
    let value = found.get(3).map_or("", |value| value.as_str());
    let mentions = WORD.as_ref()?.find_iter(value).any(|word| word.as_str() == name);
    let nothing = ["require(", "import(", "None", "null", "nil", "undefined"].iter().any(|v| value.starts_with(v));
    (!mentions && !nothing && !is_means(name)).then(|| name.to_owned())
}

/// `var name: Type`, which gets its value later.
fn declared(line: &str) -> Option<String> {
    let rest = line.trim_start();
    let rest = ["var ", "let ", "val "].iter().find_map(|word| rest.strip_prefix(word))?;
    let (name, _) = rest.split_once(':')?;
    Some(name.trim().to_owned())
}

/// `name=value,` within a call that began above.
fn is_argument(file: &FileChange, line: &str) -> bool {
    let line = line.trim_end();
    let count = |c: char| line.matches(c).count();
    language(file.path) == Language::Python && (count(')') > count('(') || line.ends_with(',')) && !line.contains("(\"")
}

/// The names that come from a module.
fn imported(text: &str, module: &str) -> Vec<String> {
    let quoted = [format!("'{module}'"), format!("\"{module}\"")];
    let from = text.match_indices("import ").filter_map(|(at, _)| {
        let rest = &text[at + "import ".len()..];
        let (names, source) = rest.split_once(" from ")?;
        quoted.iter().any(|q| source.trim_start().starts_with(q)).then_some(names)
    });
    let required = text.lines().filter(|line| quoted.iter().any(|q| line.contains(&format!("require({q})"))));
    let required = required.filter_map(|line| line.split_once('=').map(|(names, _)| names));
    from.chain(required).flat_map(words).collect()
}

fn words(text: &str) -> Vec<String> {
    WORD.iter().flat_map(|regex| regex.find_iter(text)).map(|word| word.as_str().to_owned()).collect()
}

/// The assertions for which a line counts: those of the rest of its test, or all where it stands outside of any.
fn in_reach<'a>(text: &str, number: u32, line: &str, all: &[(u32, &'a str)]) -> Vec<(u32, &'a str)> {
    let is_test = |line: &str| TEST.as_ref().is_some_and(|regex| regex.is_match(line));
    let outside = !line.starts_with([' ', '\t']) && !line.starts_with('@');
    if outside || MODULE.as_ref().is_some_and(|regex| regex.is_match(line)) {
        return all.to_vec();
    }
    // A decorator stands above its test.
    let own = usize::from(line.trim_start().starts_with('@'));
    let below = (1_u32..).zip(text.lines()).skip(number as usize);
    let end = below.filter(|(_, line)| is_test(line)).nth(own).map_or(u32::MAX, |(number, _)| number);
    all.iter().filter(|(at, _)| (number..end).contains(at)).copied().collect()
}

/// A file that a runner loads before every test, and that now puts a double in the place of the project's own module.
fn set_up(file: &FileChange) -> Vec<Finding> {
    let own = |line: &str| {
        let module = MODULE.as_ref()?.captures(line)?.get(1)?.as_str();
        (module.starts_with('.') || module.starts_with("@/")).then_some(())
    };
    let is_set_up = file.path.file_name().to_lowercase().contains("setup");
    let found = file.added().filter(|line| is_set_up && own(line.text).is_some());
    let what = "replaces code of the project in every test";
    found.map(|line| at_line("tests/subject", Severity::Error, file.path, line.number, what)).collect()
}

/// What the statements call, and what the values are made with that they ask about.
fn called(text: &str, statements: &[(u32, &str)]) -> BTreeSet<String> {
    let lines: Vec<&str> = text.lines().collect();
    let values = statements.iter().flat_map(|(at, statement)| {
        let asked = words(statement);
        let above = lines[..lines.len().min(*at as usize)].iter().rev().skip(1).take(REACH);
        above.copied().filter(move |line| value(line).is_some_and(|name| asked.iter().any(|word| word == name)))
    });
    let texts = statements.iter().map(|(_, text)| *text).chain(values);
    let names = texts.flat_map(|text| CALL.iter().flat_map(|regex| regex.captures_iter(text)));
    names
        .filter_map(|c| c.get(1))
        .map(|n| n.as_str().to_owned())
        .filter(|n| !is_means(n) && n.as_str() != "if")
        .collect()
}
