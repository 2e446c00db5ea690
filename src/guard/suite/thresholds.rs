//! Settings of test and lint tools that a patch makes milder.

use super::files::{Language, language};
use crate::guard::at_line;
use crate::guard::change::{Block, FileChange, Line};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// Higher is stricter.
static AT_LEAST: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)(?:cov(?:erage)?[\w-]*|threshold\w*|fail[_-]under|minimum\w*|\bmin[_-]\w+|\bbranches|\bfunctions|\blines|\bstatements|\btarget|\bmsi|mutation[_-]?score)[\x22']?\s*[:= ]").ok()
});
/// Lower is stricter.
static AT_MOST: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)(?:max[_-]?(?:warnings|complexity|line[_-]?length|args|arguments|lines|statements|branches|depth|params|len|width|size)\w*|line[_-]length|[\w-]*-threshold|(?:too-many|cognitive|cyclomatic)[\w-]*)[\x22']?\s*[,:= ]").ok()
});
/// Lists of what a tool leaves out.
static LEFT_OUT: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[\s\x22'])(?:-{0,2}(?:extend-|per-file-)?ignores?|ignore[_-]\w+|ignorepatterns|ignorepattern|disable[sd]?|disable_error_code|exclude[sd]?|extend-exclude|force-exclude|omit|deselect|testpathignorepatterns|coveragepathignorepatterns|modulepathignorepatterns|norecursedirs|skips?|suppress\w*|xfail\w*)[\x22']?\s*(?:[:=]|\s)").ok()
});
/// Maven's, for classes of tests; others name what is packed.
static XML_LEFT_OUT: Pattern = LazyLock::new(|| Regex::new(r"<exclude>[^<]*(?:Test|IT\b|Spec)").ok());
static NEUTRALISED: Pattern = LazyLock::new(|| {
    Regex::new(r"(?:\|\||;)\s*(?:true|:|exit 0)(?:[\s\x22']|$)|--pass-?[wW]ith-?[nN]o-?[tT]ests|--exit-zero|--no-verify|\bset \+e\b|--max-warnings[ =]-1|continue-on-error|allow_failure|--no-fail\b|--cap-lints|--ignore-scripts-errors").ok()
});
static TEST_SCRIPT: Pattern = LazyLock::new(|| {
    Regex::new(r#"^\s*"(?:(?:pre|post)?(?:test|lint|check|typecheck|type-check|verify|ci)(?:[:\w-]*))"\s*:\s*"((?:[^"\\]|\\.)*)""#).ok()
});
static PASSES_ALWAYS: Pattern =
    LazyLock::new(|| Regex::new(r"^\s*(?:true|:|exit 0|echo\b[^&|;]*(?:&&\s*(?:exit 0|true))?)?\s*$").ok());
/// The version of a package, whose name may speak of coverage or of watching.
static VERSION: Pattern = LazyLock::new(|| Regex::new(r"[:=]\s*[\x22'][~^<>=v ]*\d+\.\d+\.\d").ok());
static RULE_LEVEL: Pattern =
    LazyLock::new(|| Regex::new(r#"["']([\w@/-]+)["']\s*:\s*\[?\s*["'](error|warn|off)["']"#).ok());
static NUMBER: Pattern = LazyLock::new(|| Regex::new(r"\d+(?:\.\d+)?").ok());

/// Flags that make a tool strict.
static STRICT_FLAGS: Pattern = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s\x22'=,\[(])(?:-Werror\b|-W(?:\s|=)*error\b|-Wall\b|-Wextra\b|-D\s*warnings\b|--deny[ =]warnings|--strict\b|--strict-\w+|--max-warnings[ =]0\b|--fail-under[ =]\d+|--cov-fail-under[ =]\d+|--fail-on-\w+|--ci\b|--frozen-lockfile|--locked\b|--check\b|-race\b|--error-on-\w+|--noEmitOnError|set -e\w*\b)").ok()
});
/// Lists of what a tool looks for.
static LOOKS_FOR: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*[\x22']?(?:(?:extend-)?select|(?:default-)?members|workspaces|enable[ds]?|enable_error_code|extends|testpaths|test_paths|testmatch|include|plugins|linters)[\x22']?\s*[:=]").ok()
});

/// From strict to mild.
const LEVELS: &[&[&str]] =
    &[&["forbid", "deny", "error", "2"], &["warn", "warning", "1"], &["allow", "off", "ignore", "none", "0"]];

const SETTINGS: &[&str] = &[
    "toml",
    "cfg",
    "ini",
    "yml",
    "yaml",
    "json",
    "json5",
    "jsonc",
    "mk",
    "xml",
    "gradle",
    "kts",
    "properties",
    "config",
    "neon",
    "csproj",
    "fsproj",
    "vbproj",
    "props",
    "targets",
    "cmake",
];
const SETTINGS_NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    ".bazelrc",
    ".rspec",
    "mix.exs",
    "justfile",
    "cmakelists.txt",
    "rakefile",
    "noxfile.py",
    "tox.ini",
    "setup.cfg",
    ".flake8",
    ".pylintrc",
    ".coveragerc",
    "pylintrc",
    ".eslintignore",
    ".prettierignore",
    ".stylelintignore",
    ".ruffignore",
    ".eslintrc",
    ".stylelintrc",
    ".rubocop.yml",
];

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().filter(|file| is_settings(file.path)).flat_map(check_file).collect()
}

pub fn is_settings(path: &RelPath) -> bool {
    let name = path.file_name().to_lowercase();
    let script_config = language(path) == Language::JavaScript && (name.contains("config") || name.starts_with('.'));
    // It holds digests, and the switch that turns them off.
    let lock = crate::guard::dependencies::is_lock_name(&name) && name != "verification-metadata.xml";
    !lock && (script_config || SETTINGS_NAMES.contains(&name.as_str()) || SETTINGS.contains(&path.extension().as_str()))
}

fn check_file(file: &FileChange) -> Vec<Finding> {
    let mut findings: Vec<_> = file.blocks.iter().flat_map(|block| milder(file, block)).collect();
    findings.extend(file.blocks.iter().flat_map(|block| neutralised(file, block)));
    findings.extend(file.blocks.iter().flat_map(|block| left_out(file, block)));
    findings.extend(file.blocks.iter().filter_map(|block| fewer_flags(file, block)));
    findings.extend(file.blocks.iter().filter_map(|block| fewer_rules(file, block)));
    if file.path.file_name() == "package.json" {
        findings.extend(file.blocks.iter().flat_map(|block| scripts(file, block)));
    }
    findings
}

fn is(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

fn error(rule: &str, file: &FileChange, line: u32, what: &str) -> Finding {
    at_line(rule, Severity::Error, file.path, line, what)
}

/// The key of a setting: what stands before the first `=`, `:` or space between words.
fn key(line: &str) -> String {
    let end = line.trim_start().find(['=', ':']).map(|at| at + line.len() - line.trim_start().len());
    end.map_or(line, |at| &line[..at]).trim().trim_matches(['"', '\'']).to_lowercase()
}

fn numbers(text: &str) -> Vec<f64> {
    NUMBER
        .as_ref()
        .map(|regex| regex.find_iter(text).filter_map(|m| m.as_str().parse().ok()).collect())
        .unwrap_or_default()
}

fn milder(file: &FileChange, block: &Block) -> Vec<Finding> {
    let mut findings = Vec::new();
    for old in &block.removed {
        let counterpart = block.added.iter().find(|new| key(new.text) == key(old.text));
        match counterpart {
            Some(new) => findings.extend(milder_line(file, *old, *new)),
            None if is(&AT_LEAST, old.text) && removes_threshold(file, old.text) => {
                findings.push(error("tests/threshold", file, old.number, "removes a threshold"));
            }
            None if is_strict(old.text) && !still_there(file, old.text) => {
                findings.push(error("tests/lint-level", file, old.number, "removes a strict setting"));
            }
            None => {}
        }
    }
    findings
}

fn milder_line(file: &FileChange, old: Line, new: Line) -> Option<Finding> {
    if is(&VERSION, old.text) && is(&VERSION, new.text) {
        return None;
    }
    let pairs = || numbers(old.text).into_iter().zip(numbers(new.text));
    let phpstan = file.path.extension() == "neon" && key(old.text) == "level";
    if (is(&AT_LEAST, old.text) || phpstan) && !is(&AT_MOST, old.text) && pairs().any(|(before, after)| after < before)
    {
        return Some(error("tests/threshold", file, new.number, "lowers a threshold"));
    }
    if is(&AT_MOST, old.text) && pairs().any(|(before, after)| after > before) {
        return Some(error("tests/threshold", file, new.number, "raises a limit"));
    }
    let lower = level(new.text) > level(old.text) && level(old.text).is_some();
    let strict = strict_word(&key(old.text)) || key(old.text) == "enabled" && is_of_checks(file.path);
    let off = strict && has_word(old.text, "true") && has_word(new.text, "false");
    (lower || off || lower_inside(old.text, new.text))
        .then(|| error("tests/lint-level", file, new.number, "makes a check milder"))
}

/// `rules: { "a": "error" }`: whether one of the rules that a line names gets a lower level.
fn lower_inside(old: &str, new: &str) -> bool {
    let levels = |text: &str| -> Vec<(String, usize)> {
        let found = RULE_LEVEL.iter().flat_map(|regex| regex.captures_iter(text));
        found
            .filter_map(|c| Some((c.get(1)?.as_str().to_owned(), level(&format!("x = {}", c.get(2)?.as_str()))?)))
            .collect()
    };
    let now = levels(new);
    levels(old).iter().any(|(rule, before)| now.iter().any(|(other, after)| other == rule && after > before))
}

/// Settings of a linter, by their name.
fn is_of_checks(path: &RelPath) -> bool {
    let name = path.file_name().to_lowercase();
    ["lint", "cop", "check", "detekt", "sonar", "credo", "phpcs", "pmd"].iter().any(|word| name.contains(word))
}

/// A limit below which a run fails, and that is not set elsewhere.
fn removes_threshold(file: &FileChange, old: &str) -> bool {
    let named = key(old).contains("threshold") && !numbers(old).is_empty() && !still_there(file, old);
    named || old.to_lowercase().contains("fail")
}

/// `"strict": true`, `unsafe_code = "deny"`.
fn is_strict(line: &str) -> bool {
    let named = strict_word(&key(line)) && key(line) != line.trim().to_lowercase();
    named && has_word(line, "true") || level(line) == Some(0) && words(line).any(|w| w == "deny" || w == "forbid")
}

/// The same key somewhere else in the new file.
fn still_there(file: &FileChange, old: &str) -> bool {
    file.after.is_none_or(|after| after.lines().any(|line| key(line) == key(old)))
}

/// Flags that went from a command that stayed.
fn fewer_flags(file: &FileChange, block: &Block) -> Option<Finding> {
    let flags = |lines: &[Line]| -> usize {
        let count = |line: &Line| STRICT_FLAGS.as_ref().map_or(0, |regex| regex.find_iter(line.text).count());
        lines.iter().map(count).sum()
    };
    let first = block.added.first()?;
    let fewer = flags(&block.added) < flags(&block.removed);
    fewer.then(|| error("tests/lint-level", file, first.number, "takes a flag away that makes a check strict"))
}

/// Rules, plugins or folders that went from the list of what a tool looks for.
fn fewer_rules(file: &FileChange, block: &Block) -> Option<Finding> {
    let list = |line: &&Line, side: Option<&str>| {
        is(&LOOKS_FOR, line.text)
            || list_above(side.unwrap_or_default(), line.number).is_some_and(|h| is(&LOOKS_FOR, h))
    };
    let entries = |lines: &[Line], side: Option<&str>| -> BTreeSet<String> {
        let parts = |line: &Line| -> Vec<String> {
            let value = line.text.split_once(['=', ':']).map_or(line.text, |(_, value)| value);
            value.split(|c: char| !c.is_alphanumeric() && !"-_/@.*".contains(c)).map(str::to_owned).collect()
        };
        lines.iter().filter(|line| list(line, side)).flat_map(parts).filter(|part| !part.is_empty()).collect()
    };
    let (old, new) = (entries(&block.removed, file.before), entries(&block.added, file.after));
    // `ALL` or a shorter prefix asks for more, not for less.
    let covered =
        |rule: &String| new.contains("ALL") || new.iter().any(|n| !n.is_empty() && rule.starts_with(n.as_str()));
    let lost = old.iter().any(|rule| !covered(rule)) && new.len() < old.len();
    // `tests` became `tests/unit`.
    let narrower = |rule: &String| !new.contains(rule) && new.iter().any(|n| n.starts_with(&format!("{rule}/")));
    let lost = lost || old.iter().any(narrower);
    let at = block.added.first().or(block.removed.first())?;
    (lost && mentions_tools(file)).then(|| error("tests/left-out", file, at.number, "looks for less than before"))
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').map(str::to_lowercase)
}

fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|other| other == word)
}

/// The strictness of the value on a line; numbers only where a lint level can be one.
fn level(text: &str) -> Option<usize> {
    let value = text.split_once(['=', ':']).map_or("", |(_, value)| value);
    let value = value.trim().trim_start_matches(['[', '{', '"', '\'', ' ']);
    let first = words(value).find(|word| !word.is_empty() && word != "level")?;
    let numeric = first.len() == 1 && !text.contains('-') && !text.contains('/');
    LEVELS.iter().position(|level| level.contains(&first.as_str())).filter(|_| !numeric)
}

fn strict_word(key: &str) -> bool {
    if ["ignore", "isignore", "skip", "allow"].iter().any(|mild| key.starts_with(mild)) {
        return false;
    }
    ["strict", "noimplicit", "nounused", "disallow", "warn_", "check", "fail", "exact", "nofallthrough", "nounchecked"]
        .iter()
        .any(|word| key.replace('-', "").contains(word))
}

fn neutralised(file: &FileChange, block: &Block) -> Vec<Finding> {
    let count = |lines: &[Line]| lines.iter().filter(|line| is(&NEUTRALISED, line.text)).count();
    if count(&block.added) <= count(&block.removed) {
        return Vec::new();
    }
    let fresh = block.added.iter().filter(|line| is(&NEUTRALISED, line.text));
    fresh.map(|line| error("tests/neutralised", file, line.number, "keeps a failing command from failing")).collect()
}

/// More is left out than before, on the line of the list or inside it.
fn left_out(file: &FileChange, block: &Block) -> Vec<Finding> {
    let entries = |lines: &[Line], side: Option<&str>| -> usize {
        let listed = lines.iter().filter(|line| in_list(side.unwrap_or_default(), **line, file.path));
        listed.map(|line| line.text.split([',', ' ', '=', ':', '[']).filter(|part| part.len() > 1).count()).sum()
    };
    // What a compiler takes in is a matter of each of its settings: new ones leave out nothing that was looked at.
    if file.before.is_none() && file.path.file_name().starts_with("tsconfig") {
        return Vec::new();
    }
    let first = block.added.iter().find(|line| in_list(file.after.unwrap_or_default(), **line, file.path));
    let more = entries(&block.added, file.after) > entries(&block.removed, file.before);
    let finding = |line: &Line| error("tests/left-out", file, line.number, "leaves more out of a check");
    first.filter(|_| more && mentions_tools(file)).map(finding).into_iter().collect()
}

/// Whether the settings can be those of a test, lint or coverage tool at all.
fn mentions_tools(file: &FileChange) -> bool {
    let text = format!("{} {}", file.path, file.after.unwrap_or_default()).to_lowercase();
    let tools = [
        "test",
        "lint",
        "cov",
        "ruff",
        "mypy",
        "flake8",
        "pyright",
        "prettier",
        "tsconfig",
        "clippy",
        "pylint",
        "biome",
        "cop",
        "workspace",
    ];
    tools.iter().any(|tool| text.contains(tool))
}

fn in_list(text: &str, line: Line, path: &RelPath) -> bool {
    let name = path.file_name().to_lowercase();
    if name.ends_with("ignore") {
        return !line.text.trim().is_empty();
    }
    // Words of CMake's own language, and of comments.
    if name == "cmakelists.txt" || name.ends_with(".cmake") || line.text.trim_start().starts_with(['#', ';', '/']) {
        return false;
    }
    if language(path) == Language::JavaScript && is_of_a_build(text, line.number) {
        return false;
    }
    let padded = format!("{} ", line.text);
    is(&LEFT_OUT, &padded)
        || is(&XML_LEFT_OUT, line.text)
        || list_above(text, line.number).is_some_and(|head| is(&LEFT_OUT, head))
        || table_above(text, line.number).is_some_and(|head| is(&LEFT_OUT, &format!("{head} ")))
}

/// Whether a line of settings that are a program stands under names none of which speaks of tests or checks:
/// `optimizeDeps: { exclude: […] }`.
fn is_of_a_build(text: &str, number: u32) -> bool {
    let indented = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let Some((own, above)) = lines.split_last() else { return false };
    let mut depth = indented(own);
    let mut names = Vec::new();
    for line in above.iter().rev().filter(|line| !line.trim().is_empty()) {
        if indented(line) < depth {
            depth = indented(line);
            names.extend(line.contains(':').then(|| key(line)).filter(|name| !is(&LEFT_OUT, &format!("{name} "))));
        }
    }
    let checks = ["test", "cov", "lint", "check", "rule", "overrid"];
    !names.is_empty() && !names.iter().any(|name| checks.iter().any(|word| name.contains(word)))
}

/// The table or key of an INI or TOML file to which line `number` belongs, its last name alone.
fn table_above(text: &str, number: u32) -> Option<&str> {
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let (own, above) = lines.split_last()?;
    if own.trim().is_empty() || own.trim_start().starts_with('[') {
        return None;
    }
    let indented = own.starts_with([' ', '\t']);
    let head = above.iter().rev().find(|line| {
        line.trim_start().starts_with('[') && line.trim_end().ends_with(']')
            || indented && !line.starts_with([' ', '\t']) && line.trim_end().ends_with('=')
    })?;
    let name = head.trim().trim_matches(['[', ']']);
    Some(name.rsplit('.').next().unwrap_or(name))
}

/// The line that opens the list in which line `number` is an element.
fn list_above(text: &str, number: u32) -> Option<&str> {
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let (own, above) = lines.split_last()?;
    let element =
        |line: &str| line.trim_start().starts_with(['"', '\'', '-']) || !line.contains(['=', ':', '[', ']', '{', '}']);
    let head = above.iter().rev().take(200).find(|line| !element(line) || line.trim().is_empty())?;
    let indented = |line: &str| line.len() - line.trim_start().len();
    (element(own) && (indented(own) > indented(head) || head.trim_end().ends_with('['))).then_some(*head)
}

/// `pretest`, which npm runs by itself.
fn comes_before_a_check(line: &str) -> bool {
    ["pre", "post"].iter().any(|around| key(line).starts_with(around))
}

fn scripts(file: &FileChange, block: &Block) -> Vec<Finding> {
    let command = |line: &Line| -> Option<String> {
        Some(TEST_SCRIPT.as_ref()?.captures(line.text)?.get(1)?.as_str().to_owned())
    };
    let mut findings = Vec::new();
    for line in &block.added {
        let known = block.removed.iter().any(|old| key(old.text) == key(line.text) && command(old).is_some());
        match command(line) {
            Some(command) if is(&PASSES_ALWAYS, &command) => {
                findings.push(error(
                    "tests/neutralised",
                    file,
                    line.number,
                    "replaces a check by a command that always passes",
                ));
            }
            Some(_) if known || comes_before_a_check(line.text) => {
                findings.push(at_line(
                    "tests/command",
                    Severity::Warning,
                    file.path,
                    line.number,
                    "changes how tests are run",
                ));
            }
            _ => {}
        }
    }
    findings
}
