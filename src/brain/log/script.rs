//! Names of failed scripts, steps and commands: what they were for, when their own words do not tell.

use super::found::{Found, Rank, group, patterns};
use super::generic;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const TOOL: &str = "script";

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "npm ERR! ",
        "npm error ",
        "exited with ",
        "npm error command",
        "hook id: ",
        " script",
        "$ ",
        ": *** [",
        STEP,
    ],
    read,
};

/// What a step was for, in the place of its script.
pub(super) const STEP: &str = "##[step]";

patterns! {
    TYPED = r"^\s*\$ (?P<command>\S.*)$";
    NAMED = r#"^\s*npm (?:ERR!|error) \S+@\S+ (?P<a>[\w:.-]+): `|Failed at the \S+ (?P<b>[\w:.-]+) script|^\s*ERROR: "(?P<c>[\w:.-]+)" exited with|^The command "(?P<d>.+)" exited with|npm error command .* -c (?P<e>.+)$|^- hook id: (?P<f>\S+)$|make(?:\[[0-9]+\])?: \*\*\* \[(?:\S+:[0-9]+: )?(?P<g>[\w-]+)\] Error "#;
    // Travis stops where a step before the build's own script fails.
    STOPPED = r#"^The command ".+" failed and exited with [0-9]+ during"#;
    // What an option calls something is no purpose, nor is an option.
    LABEL = r"\s(?:-n|--name)[ =]\S+|\s--?[A-Za-z][\w.:-]*(?:=\S+)?";
    FORMAT = r"(?i)\b(?:fmt|\w*format|prettier|black|isort|gofmt|rustfmt|clang-format|style:check)\b";
    LINT = r"(?i)lint|\b(?:clippy|vet|rubocop|ruff|flake8|credo|stylecheck|codestyle|checkstyle|(?:lua|cpp|spell|shell)check|hadolint|pre-commit|typos|codespell|vulture|knip|phpstan|psalm|detekt|analy[sz]e|sonar-scanner|pydocstyle|yamllint)\b";
    TYPES = r"(?i)type-?check|check-?types|\btypings\b|\b(?:tsc|tsd|mypy|\w*pyright|pyrefly)\b";
    TEST = r"(?i)\b(?:tests?|spec|jest|vitest|mocha|pytest|e2e|unit|integration)\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let typed = line.strip_prefix(STEP).map(str::to_owned);
    let typed = typed.or_else(|| TYPED.captures(line).map(|c| group(&c, "command").to_owned()));
    if let Some(class) = typed.as_deref().and_then(purpose) {
        out.push(Found::new(TOOL, class, Rank::Context, at, ""));
        return;
    }
    if STOPPED.is_match(line) {
        let told = |l: &&str| !l.trim().is_empty() && !l.starts_with("travis_");
        let above: Vec<&str> =
            lines.before(at, 12).map(|(_, l)| l).filter(told).take_while(|l| !l.starts_with("$ ")).collect();
        let said = above.iter().find(|l| generic::speaks(l)).or(above.first());
        out.push(Found::new("setup", FailureClass::Config, Rank::Wrapper, at, said.map_or(line, |l| l)));
        return;
    }
    let Some(c) = NAMED.captures(line) else { return };
    let name =
        ["a", "b", "c", "d", "e", "f", "g"].iter().map(|n| group(&c, n)).find(|n| !n.is_empty()).unwrap_or_default();
    if let Some(class) = purpose(name) {
        // What a target of make said last tells more than make does.
        let said = lines.before(at, 5).filter(|_| c.name("g").is_some()).find(|(_, l)| generic::speaks(l));
        out.push(Found::new(TOOL, class, Rank::Wrapper, at, said.map_or(line, |(_, l)| l)));
    }
}

/// The mark that stands for a step's command, where its purpose is known.
pub(super) fn mark(command: &str) -> String {
    let word = match purpose(command) {
        Some(FailureClass::Format) => "format",
        Some(FailureClass::Lint) => "lint",
        Some(FailureClass::Type) => "typecheck",
        Some(FailureClass::Test) => "test",
        _ => return String::new(),
    };
    format!("{STEP}{word}")
}

pub(super) fn purpose(name: &str) -> Option<FailureClass> {
    let name = LABEL.replace_all(name, "").replace('_', "-");
    let classes = [
        (&*FORMAT, FailureClass::Format),
        (&*LINT, FailureClass::Lint),
        (&*TYPES, FailureClass::Type),
        (&*TEST, FailureClass::Test),
    ];
    classes.into_iter().find(|(pattern, _)| pattern.is_match(&name)).map(|(_, class)| class)
}
