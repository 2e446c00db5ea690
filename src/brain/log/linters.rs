//! Small linters that print one line for each finding: markdownlint, ShellCheck, yamllint, hadolint,
//! actionlint, cpplint, cppcheck, codespell, and pre-commit's verdicts.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        " MD0",
        "[SC",
        "SC1",
        "SC2",
        "(yaml",
        "error   ",
        "[error]",
        "DL3",
        "DL4",
        "]  [",
        " ==> ",
        "hook id: ",
        "files were modified by this hook",
        "(error)",
        "tidy error: ",
        "************* Module ",
        " [W] ",
        " [E] ",
        ": Suggestion: ",
        ".hs:",
        " should have comment",
        "comment on exported ",
        "don't use underscores",
        "  ✖  ",
        "error • ",
        "error - ",
        ">> Issue: [",
        "Unknown word (",
        "] FAIL",
        " Violation: ",
        "(standard:",
    ],
    read,
};

patterns! {
    MARKDOWN = r"^\s*(?P<path>[^\s:]+): ?(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?:? (?:error )?(?P<code>MD[0-9]{3})(?:/[\w/-]+)? (?P<text>.+)$";
    SHELL_GCC = r"^(?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+): (?:error|warning|note|info): (?P<text>.+) \[(?P<code>SC[0-9]+)\]$";
    SHELL = r"^In (?P<path>\S+) line (?P<line>[0-9]+):$";
    YAML = r"^(?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+): \[error\] (?P<text>.+) \((?P<code>[\w-]+)\)$";
    YAML_ROW = r"^\s+(?P<line>[0-9]+):(?P<column>[0-9]+)\s+error\s+(?P<text>.+?)\s+\((?P<code>[\w-]+)\)$";
    HADOLINT = r"^(?P<path>[^\s:]*):(?P<line>[0-9]+) (?P<code>(?:DL|SC)[0-9]+) (?:error|warning|info): (?P<text>.+)$";
    ACTIONLINT = r"^(?P<path>\.github/\S+?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.+) \[(?P<code>[\w-]+)\]$";
    CPPLINT = r"^(?P<path>[^\s:]+):(?P<line>[0-9]+):\s+(?P<text>.+?)\s+\[(?P<code>[\w/+]+)\] \[[0-9]\]$";
    CPPCHECK = r"^\[(?P<path>[^\s:]+):(?P<line>[0-9]+)\]: \((?:error|warning|style)\) (?P<text>.+)$";
    CODESPELL = r"^(?P<path>[^\s:]+):(?P<line>[0-9]+): (?P<text>\S+ ==> \S.*)$";
    CSPELL = r"^(?P<path>\S[^:]*):(?P<line>[0-9]+):(?P<column>[0-9]+) - (?P<text>Unknown word \(.+)$";
    SWIFTLINT = r"^(?P<path>[^:]+\.swift):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? (?:error|warning): (?P<text>[\w ]+ Violation: .+) \((?P<code>\w+)\)$";
    KTLINT = r"^(?P<path>[^:]+\.kts?):(?P<line>[0-9]+):(?P<column>[0-9]+):? (?P<text>.+) \((?P<code>[\w-]+:[\w-]+)\)$";
    // SQLFluff names the file above its rows.
    SQL_FILE = r"^== \[(?P<path>.+)\] FAIL$";
    SQL_ROW = r"^L: +(?P<line>[0-9]+) \| P: +(?P<column>[0-9]+) \| +(?P<code>[A-Z]{2,4}[0-9]{0,3}) \| (?P<text>\S.*)$";
    TIDY = r"^\s*tidy error: (?P<path>[^\s:]+):(?:(?P<line>[0-9]+):)? (?P<text>.+)$";
    SCSS = r"^(?P<path>[^\s:]+\.\w+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))? \[[WE]\] (?P<text>\S.*)$";
    HLINT = r"^(?P<path>[^\s:]+\.hs):(?P<line>[0-9]+):(?P<column>[0-9]+)(?:-[0-9]+)?: (?:Warning|Suggestion): (?P<text>\S.*)$";
    GOLINT = r"^(?P<path>[^\s:]+\.go):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.*(?:should have comment|comment on exported|don't use underscores).*)$";
    // pylint before 2.0: the module stands above its messages.
    PYLINT = r"^[CRWEF]: *(?P<line>[0-9]+), *(?P<column>[0-9]+): (?P<text>.+) \((?P<code>[\w-]+)\)$";
    // XO and standard's pretty form: the file stands above its messages.
    XO = r"^\s+✖\s+(?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?P<text>\S.*?)(?:\s{2,}(?P<code>\S+))?$";
    XO_FILE = r"^\s*(?P<path>[^\s:]+\.\w+)(?::[0-9]+:[0-9]+)?$";
    BANDIT = r"^>> Issue: \[(?P<code>B[0-9]{3})(?::\w+)?\] (?P<text>\S.*)$";
    BANDIT_AT = r"^\s+Location: (?P<path>\S+?):(?P<line>[0-9]+)(?::[0-9]+)?$";
    DART = r"^\s*error [•-] (?:(?P<path>\S+\.dart):(?P<line>[0-9]+):(?P<column>[0-9]+) - )?(?P<text>\S.*?)(?: • (?P<path2>\S+\.dart):(?P<line2>[0-9]+):(?P<column2>[0-9]+))? [•-] (?P<code>\w+)$";
    HOOK = r"^- hook id: (?P<id>\S+)$";
    FORMATTER = r"(?i)format|fmt|black|isort|prettier|whitespace|end-of-file|line-ending|yapf";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let flat = [
        &*MARKDOWN,
        &*SHELL_GCC,
        &*YAML,
        &*HADOLINT,
        &*ACTIONLINT,
        &*CPPLINT,
        &*CPPCHECK,
        &*CODESPELL,
        &*CSPELL,
        &*SWIFTLINT,
        &*KTLINT,
        &*TIDY,
        &*SCSS,
        &*HLINT,
        &*GOLINT,
    ];
    if let Some(c) = flat.into_iter().find_map(|pattern| pattern.captures(line)) {
        out.push(finding(line, at, &c, group(&c, "path")));
    } else if let Some(c) = BANDIT.captures(line) {
        let at_line = lines.after(at, 6).find_map(|(_, l)| BANDIT_AT.captures(l));
        let spot =
            at_line.map(|p| place(group(&p, "path"), group(&p, "line"), "", group(&c, "text"), group(&c, "code")));
        out.push(Found::new("bandit", FailureClass::Lint, Rank::Sure, at, line).locations(spot));
    } else if let Some(c) = XO.captures(line) {
        let file = lines.before(at, 60).find_map(|(_, l)| XO_FILE.captures(l));
        out.extend(file.map(|file| finding(line, at, &c, group(&file, "path"))));
    } else if line.starts_with("*****") {
        let below = lines.after(at, 2).find_map(|(index, l)| PYLINT.captures(l).map(|_| (index, l)));
        out.extend(below.map(|(index, l)| Found::new("pylint", FailureClass::Lint, Rank::Sure, index, l)));
    } else if let Some(c) = DART.captures(line) {
        let either = |one: &str, other: &str| c.name(one).or(c.name(other)).map_or("", |m| m.as_str());
        let spot = place(
            either("path", "path2"),
            either("line", "line2"),
            either("column", "column2"),
            group(&c, "text"),
            group(&c, "code"),
        );
        out.push(Found::new("dart", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = HOOK.captures(line) {
        out.extend(hook(lines, at, group(&c, "id")));
    } else if let Some(file) = SQL_FILE.captures(line) {
        let row = lines.after(at, 2).find_map(|(index, l)| Some((index, l, SQL_ROW.captures(l)?)));
        out.extend(row.map(|(index, l, c)| finding(l, index, &c, group(&file, "path"))));
    } else if let Some(c) = YAML_ROW.captures(line) {
        let path = lines.before(at, 100).take_while(|(_, l)| !l.is_empty()).find(|(_, l)| !l.starts_with(' '));
        out.extend(path.map(|(_, path)| finding(line, at, &c, path)));
    } else if line.contains("SC") {
        out.extend(shellcheck(lines, at));
    }
}

fn finding(line: &str, at: usize, c: &regex::Captures<'_>, path: &str) -> Found {
    let part = |name: &str| c.name(name).map_or("", |m| m.as_str());
    let spot = place(path, part("line"), part("column"), part("text"), part("code"));
    Found::new("linter", FailureClass::Lint, Rank::Sure, at, line).location(spot)
}

/// `^-- SC2086 (info): …` below the quoted code.
fn shellcheck(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    if !line.trim_start().starts_with('^') {
        return None;
    }
    let c = lines.before(at, 6).find_map(|(_, l)| SHELL.captures(l))?;
    let spot = place(group(&c, "path"), group(&c, "line"), "", line, "");
    Some(Found::new("shellcheck", FailureClass::Lint, Rank::Sure, at, line).location(spot))
}

/// pre-commit names the hook above; what the hook itself printed says more where a parser knows it.
fn hook(lines: &Lines, at: usize, id: &str) -> Option<Found> {
    let verdict = lines.before(at, 2).find(|(_, l)| l.ends_with("Failed"))?;
    let class = if FORMATTER.is_match(id) { FailureClass::Format } else { FailureClass::Lint };
    Some(Found::new("pre-commit", class, Rank::Strong, at, verdict.1))
}
