//! Options and settings by which a run does less than before: options that choose among the tests, switches that
//! turn tests and checks off, marks that let a command fail unheard.

use super::files::{Language, language};
use super::thresholds::is_settings;
use crate::guard::at_line;
use crate::guard::change::{Block, FileChange, Line};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// Programs and settings whose options choose tests.
static RUNNER: Pattern = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:pytest|py\.test|addopts|jest|vitest|mocha|ava|karma|playwright|cypress|cargo\s+(?:\+?\S+\s+)?(?:test|nextest)|go\s+test|gotestsum|mvnw?|gradlew?|ctest|rspec|minitest|unittest|nosetests|phpunit|dotnet\s+test|sbt)\b|"test[\w:-]*"\s*:|\btest\s*="#).ok()
});
/// Options that choose, or that only list.
static CHOOSES: Pattern = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s\x22'=,\[])(?:--deselect\b|--ignore(?:-glob)?\b|--test-?[pP]ath-?[iI]gnore-?[pP]atterns\b|--test-?[nN]ame-?[pP]attern\b|--skip\b|--exclude(?:-\w+)*\b|-D(?:skip\w+|maven\.test\.skip|test)\b|-x\s+\w*[tT]est\w*|--exclude-task\b|--tests?[ =]|-skip\b|-run\b|-short\b|--grep(?:-invert)?\b|--invert\b|--lf\b|--last-failed\b|--collect-only\b|--co\b|--list-?[tT]ests\b|--no-run\b|--noconftest\b|--example\b|--tag\s+~|--gtest_filter\b|--test_(?:filter|tag_filters)\b|-p\s*no:(?:python|unittest|doctest|assertion)\b)").ok()
});
/// pytest's short ones, which other programs use for other things (`python -m`).
static PYTEST_CHOOSES: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)(?:pytest|py\.test|addopts)\b[^\n;&|]*[\s\x22'=,\[]-[km]\b").ok());
static PYTEST_SHORT: Pattern = LazyLock::new(|| Regex::new(r"^\s*[\x22']?-[km]\b").ok());
/// Settings that say which files and names are tests.
static NAMES_TESTS: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*[\x22']?(?:python_(?:files|classes|functions)|test(?:Match|Regex|NamePattern|Files)|specPattern|rootDir|norecursedirs)[\x22']?\s*[:=]").ok()
});

/// Switches that turn tests or checks off, whatever the file.
static SWITCHED_OFF: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)<(?:skip(?:Tests|ITs|UTs|UnitTests|IntegrationTests)|maven\.test\.skip(?:\.exec)?|testFailureIgnore|maven\.test\.failure\.ignore|(?:checkstyle|pmd|cpd|spotbugs|findbugs|enforcer|jacoco|spotless|surefire|failsafe)[\w.]*\.skip)>\s*true",
        r"|<(?:failOnViolation|failOnWarning|failsOnError|failOnFailure|haltOnFailure)>\s*false",
        r"|\b(?:ignoreFailures|isIgnoreFailures)\s*[=(]?\s*\(?true|\bonlyIf\s*\{\s*false|\bfailOnNo\w+\s*=\s*false|\b\w*[tT]est\w*\.(?:enabled|isEnabled)\s*=\s*false",
        r"|\b[tT]est\s*/\s*(?:test|skip)\s*:=",
        r"|\bignore_(?:outcome|errors)\s*=\s*true",
        r"|\bpassWithNoTests[\x22']?\s*[:=]\s*true|\bdangerouslyIgnoreUnhandledErrors[\x22']?\s*[:=]\s*true",
        r"|<(?:TreatWarningsAsErrors|EnforceCodeStyleInBuild|RunAnalyzers\w*|EnableNETAnalyzers|IsTestProject)>\s*false|<Nullable>\s*disable|<(?:NoWarn|WarningsNotAsErrors)>",
        r"|<verify-(?:metadata|signatures)>\s*false|<trust(?:ed-artifacts)?[\s>]",
        r"|\b(?:WILL_FAIL|DISABLED)\s+(?:TRUE|ON|YES|1)\b|\b(?:ex|in)cludeTestsMatching\b|\bexclude(?:Tags|Categories|Engines)\b",
        r"|\b(?:skipLibCheck|noCheck)[\x22']?\s*:\s*true|--(?:noCheck|skipLibCheck)\b",
        r"|\bpython[\d.]*\s+(?:-\w+\s+)*-OO?\s|\bPYTHONOPTIMIZE\b|(?-i:\b(?:make|\$\(MAKE\))\s+(?:-\w+\s+)*-[a-z]*i\b)",
        r"|--(?:gtest_filter|test_filter|test_tag_filters)=|\bsuccess_codes\s*=|\btest_paths:\s*\[\s*\]|\bexcludeSpecPattern\b",
        r"|\b(?:PASS_REGULAR_EXPRESSION|SKIP_RETURN_CODE|SKIP_REGULAR_EXPRESSION)\b|^\s*default-filter\s*=|\btrap\s+['\x22]?\s*exit\s+0\b",
        r"|^\s*\.IGNORE\b|\bMAKEFLAGS\s*[+:?]?=.*(?:-i\b|-\w*i\b|--ignore-errors)|^\s*SHELL\s*[:?]?=\s*\S*\btrue\b",
    ))
    .ok()
});
/// `test = false` of a crate.
static CARGO_OFF: Pattern =
    LazyLock::new(|| Regex::new(r"^\s*(?:test|doctest|autotests)\s*=\s*false|^\s*harness\s*=\s*false").ok());
static ENABLED: Pattern = LazyLock::new(|| Regex::new(r"^\s*(?:isEnabled|enabled)\s*=\s*false").ok());
/// `<skip>true</skip>` of a plugin that tests or checks.
static SKIP: Pattern = LazyLock::new(|| Regex::new(r"<skip>\s*true").ok());
static PLUGIN: Pattern =
    LazyLock::new(|| Regex::new(r"surefire|failsafe|checkstyle|spotbugs|pmd|jacoco|spotless|enforcer").ok());
/// `set -e`, however it is spelt.
static STOPS: Pattern =
    LazyLock::new(|| Regex::new(r"^\s*set\s+(?:-\w+\s+)*(?:-\w*e\w*\b|-o\s+errexit)|^#!.*\s-\w*e").ok());
/// `a | b` (not `a || b`), `a & wait`, `if a; then`.
static UNHEARD: Pattern = LazyLock::new(|| Regex::new(r"[^|]\|\s*[\w./]|[^&]&\s*wait\b|^\s*@?if\s+[^\[!]").ok());
/// What a command is that tests or checks.
static CHECKS: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:tests?|lint|check|mypy|pyright|ruff|flake8|pylint|eslint|tsc|clippy|vet|golangci-lint|rubocop|tox|nox)\b")
        .ok()
});

/// Programs that clear up, and may well find nothing there.
const TIDIES: &[&str] = &["docker", "kill", "killall", "mkdir", "pkill", "rm", "rmdir", "unlink"];

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    let judged = files.iter().filter(|file| is_settings(file.path) || language(file.path) == Language::Shell);
    judged.flat_map(|file| file.blocks.iter().flat_map(|block| check_block(file, block))).collect()
}

fn check_block(file: &FileChange, block: &Block) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(more(file, block, chooses).map(|line| {
        at_line("tests/left-out", Severity::Error, file.path, line, "an option that leaves tests out of the run")
    }));
    findings
        .extend(more(file, block, switches_off).map(|line| {
            at_line("tests/neutralised", Severity::Error, file.path, line, "switches tests or checks off")
        }));
    findings.extend(more(file, block, |_, _, line| is(&NAMES_TESTS, line.text)).map(|line| names_tests(file, line)));
    findings.extend(takes_away(file, block));
    findings.extend(unheard(file, block));
    findings.extend(stays_silent(file, block));
    findings.extend(block.added.iter().filter(|line| may_fail(file, block, line)).map(|line| {
        at_line("tests/neutralised", Severity::Error, file.path, line.number, "keeps a failing command from failing")
    }));
    findings
}

/// Which files and names are tests: names that say nothing of tests are those of no test there is.
fn names_tests(file: &FileChange, line: u32) -> Finding {
    let text = file.added().find(|added| added.number == line).map_or("", |added| added.text);
    let value = text.split_once([':', '=']).map_or("", |(_, value)| value).to_lowercase();
    let lists = value.contains(['"', '\'']) && !text.contains("rootDir") && !text.contains("norecursedirs");
    let others = lists && !["test", "spec", "cy."].iter().any(|word| value.contains(word));
    let severity = if others { Severity::Error } else { Severity::Warning };
    at_line("tests/left-out", severity, file.path, line, "says which files and names are tests")
}

/// A test runner's command that is only told now, or is gone, and no other one came.
fn takes_away(file: &FileChange, block: &Block) -> Option<Finding> {
    let name = file.path.file_name().to_lowercase();
    let is_recipe = is_make(&name) || is_just(&name) || name == "tox.ini" || language(file.path) == Language::Shell;
    let runner = |line: &str| {
        let line = line.trim_start().trim_start_matches(['@', '-', '+']).trim_start();
        let spoken = ["#", "echo ", "printf ", ": ", "true "].iter().any(|start| line.starts_with(start));
        RUNNER.as_ref()?.find(line).filter(|_| !spoken).map(|found| found.as_str().to_lowercase())
    };
    let still =
        |name: &str| file.after.is_some_and(|text| text.lines().any(|line| runner(line).as_deref() == Some(name)));
    let other = block.added.iter().any(|line| runner(line.text).is_some());
    let gone = block.removed.iter().find(|line| runner(line.text).is_some_and(|name| !still(&name)));
    let what = "takes away a command that runs tests";
    gone.filter(|_| is_recipe && !other)
        .map(|line| at_line("tests/neutralised", Severity::Error, file.path, line.number, what))
}

/// A test runner's command whose failure is lost: behind `|`, in the background, as a condition.
fn unheard(file: &FileChange, block: &Block) -> Option<Finding> {
    let name = file.path.file_name().to_lowercase();
    let is_command =
        name == "package.json" || is_make(&name) || is_just(&name) || language(file.path) == Language::Shell;
    let pipes = |line: &&Line| is(&RUNNER, line.text) && is(&UNHEARD, line.text);
    let count = |lines: &[Line]| lines.iter().filter(pipes).count();
    let hears = file.after.is_some_and(|text| text.contains("pipefail"));
    let more = is_command && !hears && count(&block.added) > count(&block.removed);
    let what = "keeps a failing command from failing";
    let line = block.added.iter().find(pipes).filter(|_| more)?;
    Some(at_line("tests/neutralised", Severity::Error, file.path, line.number, what))
}

fn is_make(name: &str) -> bool {
    matches!(name, "makefile" | "gnumakefile") || name.ends_with(".mk")
}

fn is_just(name: &str) -> bool {
    matches!(name, "justfile" | ".justfile") || name.ends_with(".just")
}

fn is(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The first added line of a kind of which the block has more than before.
fn more(file: &FileChange, block: &Block, fits: fn(&FileChange, &str, &Line) -> bool) -> Option<u32> {
    let of = |lines: &[Line], side: Option<&str>| -> Vec<u32> {
        let text = side.unwrap_or_default();
        lines.iter().filter(|line| fits(file, text, line)).map(|line| line.number).collect()
    };
    let (old, new) = (of(&block.removed, file.before), of(&block.added, file.after));
    // A line that was there may have got one option more.
    let grown = || {
        let count = |lines: &[Line]| lines.iter().map(|line| options(line.text)).sum::<usize>();
        count(&block.added) > count(&block.removed)
    };
    new.first().copied().filter(|_| new.len() > old.len() || (new.len() == old.len() && grown()))
}

fn options(text: &str) -> usize {
    [&CHOOSES, &PYTEST_CHOOSES].into_iter().filter_map(|p| p.as_ref()).map(|regex| regex.find_iter(text).count()).sum()
}

fn chooses(file: &FileChange, text: &str, line: &Line) -> bool {
    if file.path.file_name() == ".rspec" && is(&CHOOSES, line.text) {
        return true;
    }
    if is(&PYTEST_CHOOSES, line.text) || (is(&RUNNER, line.text) && is(&CHOOSES, line.text)) {
        return true;
    }
    let short = || is(&PYTEST_SHORT, line.text);
    (is(&CHOOSES, line.text) || short())
        && heads(text, line.number).first().is_some_and(|head| head.contains("addopts"))
}

fn switches_off(file: &FileChange, text: &str, line: &Line) -> bool {
    if is(&SWITCHED_OFF, line.text) {
        return true;
    }
    match file.path.file_name().to_lowercase().as_str() {
        name if name.starts_with(".mocharc") => {
            let bare = line.text.trim_start().trim_start_matches(['"', '\'']);
            ["grep", "fgrep", "invert", "ignore"].iter().any(|key| bare.starts_with(key))
        }
        "cargo.toml" if is(&CARGO_OFF, line.text) => {
            let section = text.lines().take(line.number as usize).filter(|l| l.trim_start().starts_with('[')).last();
            let own = section.unwrap_or_default().trim();
            // Benchmarks and examples bring harnesses of their own.
            if line.text.contains("harness") {
                own == "[[test]]" || own == "[lib]"
            } else {
                !own.contains("example") && !own.contains("bench")
            }
        }
        "pom.xml" if is(&SKIP, line.text) => {
            let above: Vec<&str> = text.lines().take(line.number as usize).collect();
            above.iter().rev().take(20).any(|line| is(&PLUGIN, line))
        }
        name if name.contains(".gradle") && is(&ENABLED, line.text) => {
            heads(text, line.number).iter().any(|head| head.to_lowercase().contains("test"))
        }
        _ => false,
    }
}

/// The lines that open the blocks in which line `number` stands, the nearest first.
pub(super) fn heads(text: &str, number: u32) -> Vec<&str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let Some((own, above)) = lines.split_last() else { return Vec::new() };
    let mut depth = indent(own);
    let mut found = Vec::new();
    for line in above.iter().rev().filter(|line| !line.trim().is_empty()) {
        if indent(line) < depth {
            depth = indent(line);
            found.push(*line);
        }
    }
    found
}

/// A script that no longer ends where a command fails.
fn stays_silent(file: &FileChange, block: &Block) -> Option<Finding> {
    let kept = |text: &str| text.lines().any(|line| is(&STOPS, line));
    let line = block.removed.iter().find(|line| is(&STOPS, line.text))?;
    let silent = language(file.path) == Language::Shell && file.after.is_some_and(|after| !kept(after));
    let what = "takes away that the script ends where a command fails";
    silent.then(|| at_line("tests/neutralised", Severity::Error, file.path, line.number, what))
}

/// A recipe's line behind `-`: make and tox pass over its failure.
fn may_fail(file: &FileChange, block: &Block, line: &Line) -> bool {
    let name = file.path.file_name().to_lowercase();
    let make = is_make(&name) || is_just(&name);
    let Some(command) = (if make { recipe(line.text) } else { tox(line.text).filter(|_| name == "tox.ini") }) else {
        return false;
    };
    let Some(ignored) = command.trim_start_matches(['@', '+', ' ']).strip_prefix('-') else { return false };
    let plain = |text: &str| text.trim_start_matches(['@', '+', '-', ' ']).to_owned();
    let before = block.removed.iter().filter_map(|old| if make { recipe(old.text) } else { tox(old.text) });
    let known: Vec<&str> = before.filter(|old| plain(old) == plain(command)).collect();
    let ignored_before = known.iter().any(|old| old.trim_start_matches(['@', '+', ' ']).starts_with('-'));
    let program = ignored.split_whitespace().next().unwrap_or_default();
    let spaced = make || ignored.starts_with(' ');
    let checks = spaced && (is(&CHECKS, ignored) || is(&RUNNER, ignored));
    !ignored_before && (checks || !known.is_empty() && !TIDIES.contains(&program))
}

fn recipe(line: &str) -> Option<&str> {
    line.starts_with(['\t', ' ']).then(|| line.trim_start())
}

/// The command on a line of tox's settings.
fn tox(line: &str) -> Option<&str> {
    let line = line.trim();
    let value = line.strip_prefix("commands").and_then(|rest| rest.split_once('=')).map(|(_, value)| value.trim());
    value.or(Some(line)).filter(|command| !command.is_empty())
}
