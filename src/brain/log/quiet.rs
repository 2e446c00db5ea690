//! Steps that fail without a word of what is wrong: a list of files that a formatter would change, or nothing at all.
//! The command says what they looked for.

use super::found::{patterns, place};
use super::lines::Lines;
use super::steps::steps;
use super::{script, tells_only_the_end};
use crate::brain::checkers;
use crate::record::{FailureClass, LogReport};
use crate::syntax::shell;

patterns! {
    LISTED = r"^(?:\s*(?:[MADRCU?!]{1,2}|[Rr]eformatted|[Ff]ormatted|[Ff]ix(?:ed|ing))\s+)?(?P<path>[\w@.()\[\]/\\+-]*[\w)\]]\.\w{1,8})$";
    // npm and its kin repeat the script that they run.
    SCRIPT = r"^(?:> |\$ )(?P<command>\S.*)$";
}

/// Reads the step that failed, where the log itself tells nothing but its end.
pub(super) fn explain(report: LogReport, log: &str) -> LogReport {
    if !tells_only_the_end(&report) {
        return report;
    }
    let Some(step) = steps(log).into_iter().rfind(|step| step.failed) else { return report };
    let said: Vec<&str> = log.split('\n').skip(step.line).collect();
    let end = said.iter().position(|line| line.contains("##[error]Process completed")).unwrap_or(said.len());
    let start = said[..end].iter().position(|line| line.contains("##[endgroup]")).map_or(0, |at| at + 1);
    asked(report, &step.command, &said[start..end].join("\n"))
}

/// The same for one command and what it printed.
pub fn asked(mut report: LogReport, command: &str, output: &str) -> LogReport {
    let lines = Lines::of(output);
    let scripts = (0..lines.len()).filter_map(|at| SCRIPT.captures(lines.get(at)));
    let mut commands: Vec<String> = scripts.map(|c| c["command"].to_owned()).collect();
    commands.push(command.to_owned());
    let Some((class, tool)) = commands.iter().find_map(|command| looked_for(command)) else { return report };
    report.class = class;
    report.tool = Some(tool);
    // Formatters list files; what others print alone on a line may be anything.
    let listed = (0..lines.len()).filter(|_| class == FailureClass::Format);
    let listed: Vec<_> = listed.filter_map(|at| Some((lines.get(at), LISTED.captures(lines.get(at))?))).collect();
    if let Some((first, _)) = listed.first() {
        report.first_error = Some(first.trim().to_owned());
        report.locations = listed.iter().take(500).map(|(_, c)| place(&c["path"], "", "", "", "")).collect();
    }
    report
}

fn looked_for(command: &str) -> Option<(FailureClass, String)> {
    let silent = checkers::silent(command).map(|(class, tool)| (class, tool.to_owned()));
    let rewritten = || {
        let formats = script::purpose(command) == Some(FailureClass::Format);
        (formats && checkers::compares_with_git(&shell::read(command)))
            .then(|| (FailureClass::Format, "git".to_owned()))
    };
    silent.or_else(rewritten)
}
