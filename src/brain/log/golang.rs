//! The Go compiler and vet, modules, gofmt and golangci-lint.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ".go:",
        "missing go.sum entry",
        "cannot find package",
        "no required module provides",
        "updates to go.mod needed",
        "inconsistent vendoring",
        "unknown revision",
        "cannot find module providing",
        "go.mod file not found",
        "diff -u ",
        "diff ",
        "cannot find main module",
        "does not contain main module",
        "malformed module path",
        "go: errors parsing go.mod",
        "[build failed]",
        "[setup failed]",
        "verifying ",
        "import cycle not allowed",
        "go.mod requires go >= ",
    ],
    read,
};

patterns! {
    PLACE = r"^\s*(?:(?P<vet>vet): )?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.go):(?P<line>[0-9]+)(?::(?P<column>[0-9]*))?:?(?P<rest>:?(?:warning|error)?): ?(?P<text>\S.*)$";
    LINTER = r"^(?P<text>.+?) \((?P<code>[a-z][\w-]+|(?:SA|ST|S|QF|U)[0-9]{4})\)$";
    REVIVE = r"^(?P<code>(?:SA|ST|QF|S|U)[0-9]{4}|G[0-9]{3})(?:: | \()(?P<text>.+)$";
    MODULE = r"missing go\.sum entry|no required module provides package|cannot find package|cannot find module providing package|updates to go\.mod needed|inconsistent vendoring|unknown revision|is not in (?:GOROOT|std)|verifying .*: (?:checksum mismatch|.*not found)|module .* found \(.*\), but does not contain package|is replaced but not required|requires go >= ";
    FETCH = r"^\S+@v[0-9]\S*: (?:read|Get|reading) |: reading https?://\S+: ";
    SERVER = r"stream error|connection reset|[Tt]imeout|timed out|unexpected EOF|server misbehaving|no such host|\b(?:429|50[0-9])\b|refused";
    CONFIG = r"go\.mod file not found|cannot find main module|does not contain main module|malformed module path|errors parsing go\.mod|unknown directive";
    GOFMT = r"^diff (?:-u )?(?P<path>\S+\.go)(?:\.orig)? \S+\.go$";
    CYCLE = r"^\s+imports \S+(?: from (?P<path>\S+\.go))?: import cycle not allowed";
    TOOLCHAIN = r"go\.mod requires go >= .*GOTOOLCHAIN=local";
    FAILED = r"^FAIL\s+\S+ \[(?:build|setup) failed\]";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if TOOLCHAIN.is_match(line) {
        out.push(Found::new("go", FailureClass::Config, Rank::Strong, at, line));
    } else if let Some(c) = CYCLE.captures(line) {
        let spot = c.name("path").map(|path| place(path.as_str(), "", "", line, ""));
        out.push(Found::new("go", FailureClass::Compile, Rank::Sure, at, line).locations(spot));
    } else if MODULE.is_match(line) {
        let spot = PLACE
            .captures(line)
            .map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), ""));
        out.push(Found::new("go", FailureClass::Dependency, Rank::Strong, at, line).locations(spot));
    } else if CONFIG.is_match(line) {
        out.push(Found::new("go", FailureClass::Config, Rank::Sure, at, line));
    } else if FAILED.is_match(line) {
        out.push(Found::new("go", FailureClass::Compile, Rank::Wrapper, at, line));
    } else if let Some(c) = GOFMT.captures(line) {
        let spot = place(group(&c, "path"), "", "", "not formatted", "");
        out.push(Found::new("gofmt", FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = PLACE.captures(line) {
        out.extend(message(lines, at, &c));
    }
}

fn message(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let (line, text) = (lines.get(at), group(c, "text"));
    if FETCH.is_match(text) {
        let class = if SERVER.is_match(text) { FailureClass::Transient } else { FailureClass::Dependency };
        return Some(Found::new("go", class, Rank::Sure, at, line));
    }
    let linter = LINTER.captures(text).or_else(|| REVIVE.captures(text));
    let (tool, class, code) = match &linter {
        Some(l) if is_formatter(group(l, "code")) => ("golangci-lint", FailureClass::Format, group(l, "code")),
        Some(l) if group(l, "code") == "typecheck" => ("golangci-lint", FailureClass::Compile, "typecheck"),
        Some(l) => ("golangci-lint", FailureClass::Lint, group(l, "code")),
        // vet puts its own name before what keeps it from reading the code.
        None if c.name("vet").is_some() => ("go", FailureClass::Compile, ""),
        None if vet_heading(lines, at) => ("vet", FailureClass::Lint, ""),
        None if group(c, "column").is_empty() || line.starts_with([' ', '\t']) => return None,
        None => ("go", FailureClass::Compile, ""),
    };
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, code);
    // A compiler's line stands under its package's heading; elsewhere it may be a program's own log.
    let rank = if tool == "go" && !package_heading(lines, at) { Rank::Strong } else { Rank::Sure };
    Some(Found::new(tool, class, rank, at, line).location(spot))
}

fn is_formatter(linter: &str) -> bool {
    matches!(linter, "gofmt" | "goimports" | "gofumpt" | "gci" | "golines")
}

fn package_heading(lines: &Lines, at: usize) -> bool {
    lines.before(at, 12).any(|(_, l)| l.starts_with("# "))
}

/// `go vet` repeats the package in brackets: `# [example.com/pkg]`.
fn vet_heading(lines: &Lines, at: usize) -> bool {
    lines.before(at, 12).find(|(_, l)| l.starts_with("# ")).is_some_and(|(_, l)| l.starts_with("# ["))
}
