//! What Python's test runners pass over though it looks like a test: a second one of the same name, one that
//! yields, one that nothing awaits, a class of another name or with a constructor.

use super::files::{Language, is_test_line, language};
use crate::guard::at_line;
use crate::guard::change::{Block, FileChange};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

static DECLARED: Pattern = LazyLock::new(|| Regex::new(r"^\s*(?:(?:async\s+)?def\s+(test\w*)|class\s+(Test\w*))").ok());
static FUNCTION: Pattern = LazyLock::new(|| Regex::new(r"^\s*(?:async\s+)?def\s+(\w+)").ok());
static CLASS: Pattern = LazyLock::new(|| Regex::new(r"^\s*class\s+(\w+)([^:]*)").ok());
static AWAITED: Pattern = LazyLock::new(|| Regex::new(r"^\s*async\s+def\s+(test\w*)").ok());
static MARKER: Pattern = LazyLock::new(|| Regex::new(r"^\s*@pytest\.mark\.(\w+)").ok());
/// What lets a coroutine, or a generator, be a test.
static RUNS_COROUTINES: Pattern = LazyLock::new(|| {
    Regex::new(
        r"asyncio|anyio|trio|tornado|aiohttp|twisted|Async\w*TestCase|inlineCallbacks|gen_test|gen_cluster|coroutine",
    )
    .ok()
});
/// Markers that choose no tests: those of pytest and of plugins that act on what they mark.
const ACTING: &[&str] = &[
    "anyio",
    "asyncio",
    "benchmark",
    "dependency",
    "django_db",
    "filterwarnings",
    "flaky",
    "freeze_time",
    "order",
    "parametrize",
    "respx",
    "timeout",
    "trio",
    "urls",
    "usefixtures",
    "vcr",
    "xdist_group",
];

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().filter(|file| language(file.path) == Language::Python).flat_map(check_file).collect()
}

fn check_file(file: &FileChange) -> Vec<Finding> {
    let Some(after) = file.after else { return Vec::new() };
    let lines: Vec<&str> = after.lines().collect();
    let mut findings = shadowed(file, &lines);
    for line in file.added().filter(|line| is_test_line(file, file.after, line.number)) {
        findings.extend(passed_over(file, &lines, line.number, line.text));
        findings.extend(marked(file, line.number, line.text));
    }
    findings.extend(file.blocks.iter().filter_map(|block| renamed_class(file, block)));
    findings
}

fn error(rule: &str, file: &FileChange, line: u32, what: &str) -> Finding {
    at_line(rule, Severity::Error, file.path, line, what)
}

/// The first group of `pattern` that took part.
fn named<'a>(pattern: &Pattern, line: &'a str) -> Option<&'a str> {
    pattern.as_ref()?.captures(line)?.iter().skip(1).flatten().next().map(|name| name.as_str())
}

/// The nearest line above `index` that is indented less: the block's head.
fn head<'a>(lines: &[&'a str], index: usize) -> &'a str {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = lines.get(index).map_or(0, |line| indent(line));
    let above = lines.iter().take(index).rev();
    above.copied().find(|line| !line.trim().is_empty() && indent(line) < own).unwrap_or_default()
}

/// The lines on which each test is declared, by the head of the block that it stands in.
fn declared<'a>(lines: &[&'a str]) -> BTreeMap<(&'a str, &'a str), Vec<usize>> {
    let mut found: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = named(&DECLARED, line) {
            found.entry((head(lines, at).trim(), name)).or_default().push(at);
        }
    }
    found
}

/// A name that is given twice in one block: only the last one is run.
fn shadowed(file: &FileChange, lines: &[&str]) -> Vec<Finding> {
    let old: Vec<&str> = file.before.unwrap_or_default().lines().collect();
    let known = declared(&old);
    let again = declared(lines).into_iter().filter(|(key, at)| {
        at.len() > known.get(key).map_or(1, |old| old.len().max(1)) && super::files::is_test(file.path)
    });
    let what = "a second test of the same name: the first one is never run";
    again
        .filter_map(|(_, at)| u32::try_from(at.last()? + 1).ok())
        .map(|line| error("tests/shadowed", file, line, what))
        .collect()
}

fn passed_over(file: &FileChange, lines: &[&str], number: u32, text: &str) -> Option<Finding> {
    let index = number as usize - 1;
    let after = file.after.unwrap_or_default();
    let coroutines = RUNS_COROUTINES.as_ref().is_some_and(|regex| regex.is_match(after));
    let code = text.trim_start();
    let enclosing = || {
        let mut at = index;
        // Out of `with`, `if` and `for`, up to the function.
        loop {
            let head = head(lines, at);
            match named(&FUNCTION, head) {
                _ if head.is_empty() => return "",
                Some(name) => return name,
                None => at = lines.iter().take(at).rposition(|line| *line == head).unwrap_or_default(),
            }
        }
    };
    let yields = code.starts_with("yield") || code.contains("= yield");
    if yields && !coroutines && enclosing().starts_with("test") {
        return Some(error("tests/vacuous", file, number, "a test that yields is not run"));
    }
    if let Some(name) = named(&AWAITED, text)
        && !coroutines
        && !file.before.unwrap_or_default().contains("async def test")
        && file.before.is_some_and(|before| before.contains(&format!("def {name}")))
    {
        return Some(error("tests/vacuous", file, number, "a coroutine that nothing awaits is not run"));
    }
    let class = head(lines, index);
    let constructor = code.starts_with("def __init__") && class.trim_start().starts_with("class Test");
    (constructor && !class.contains("TestCase"))
        .then(|| error("tests/skipped", file, number, "a test class with a constructor is passed over"))
}

/// `@pytest.mark.slow`: a run may choose by it.
fn marked(file: &FileChange, number: u32, text: &str) -> Option<Finding> {
    let marker = named(&MARKER, text).filter(|marker| !ACTING.contains(marker))?;
    let known = file.removed().any(|old| named(&MARKER, old.text) == Some(marker));
    let what = format!("a marker by which a run may leave the test out: `{marker}`");
    (!known).then(|| at_line("tests/skipped", Severity::Warning, file.path, number, what))
}

/// `class TestX` that becomes `class X`.
fn renamed_class(file: &FileChange, block: &Block) -> Option<Finding> {
    let class = |text: &str| {
        let found = CLASS.as_ref()?.captures(text)?;
        Some((found.get(1)?.as_str().to_owned(), found.get(2).is_some_and(|bases| bases.as_str().contains("TestCase"))))
    };
    let is_test = |name: &str| name.starts_with("Test");
    let old = block.removed.iter().filter(|line| class(line.text).is_some_and(|(name, _)| is_test(&name))).count();
    let new: Vec<_> = block.added.iter().filter_map(|line| Some((line.number, class(line.text)?))).collect();
    let kept = new.iter().filter(|(_, (name, case))| is_test(name) || *case).count();
    let (line, _) = new.iter().find(|(_, (name, case))| !is_test(name) && !case)?;
    (kept < old).then(|| error("tests/deleted", file, *line, "renames a test class out of sight"))
}
