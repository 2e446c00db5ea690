//! How an agent ended: by its exit, by its own JSON lines, and by what it changed, which alone counts.

use super::{Delegated, Recipe};
use crate::process::LimitHit;
use crate::report::markdown::one_line;
use serde_json::Value;

pub struct Ending {
    /// For people, in one line.
    pub told: String,
    /// Its own last words.
    pub said: String,
    /// The limit that ended it, if one did.
    pub limit: Option<String>,
}

impl Ending {
    pub fn of(delegated: &Delegated) -> Self {
        let Delegated { agent, done, patch, requests, troubles, is_over_budget, .. } = delegated;
        let own = own_words(agent, &String::from_utf8_lossy(&done.stdout));
        let exit = match (done.limit, done.exit) {
            (Some(LimitHit::Wall), _) => format!("was stopped after {:.0} s (agent.seconds)", done.seconds),
            (Some(LimitHit::Cancelled), _) => "was stopped from outside".to_owned(),
            (Some(limit), _) => format!("was stopped at a limit of the sandbox ({limit:?})"),
            (None, Some(0)) => format!("ended after {:.0} s", done.seconds),
            (None, Some(code)) => format!("ended with exit code {code} after {:.0} s", done.seconds),
            (None, None) => "was killed".to_owned(),
        };
        let says = own.end.as_ref().map_or_else(String::new, |end| format!(", says `{}`", one_line(end, 60)));
        let asked = match requests {
            1 => ", 1 request to the model".to_owned(),
            n => format!(", {n} requests to the model"),
        };
        let changed = match patch.files().len() {
            0 if own.is_good => "; it claims success and changed nothing, which is a failure".to_owned(),
            0 if done.success() => "; it ended without an error and changed nothing, which is a failure".to_owned(),
            0 => "; it changed nothing".to_owned(),
            1 => "; it changed 1 file".to_owned(),
            n => format!("; it changed {n} files"),
        };
        let error = match done.success() {
            true => String::new(),
            false => last_line(&done.combined).map_or_else(String::new, |line| format!("; last printed: {line}")),
        };
        let trouble_text = if troubles.is_empty() { String::new() } else { format!("; {}", troubles.join("; ")) };
        let limit = match (is_over_budget, done.limit) {
            (true, _) => {
                Some(format!("{}: {}", agent.name, troubles.first().map_or("no request is left", String::as_str)))
            }
            (_, Some(LimitHit::Wall)) => Some(format!("{} {exit}", agent.name)),
            _ => None,
        };
        let told = format!("{} {exit}{says}{asked}{changed}{trouble_text}{error}", agent.name);
        Self { told, said: own.said, limit }
    }
}

fn last_line(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(one_line(line, 160))
}

#[derive(Default)]
struct OwnWords {
    end: Option<String>,
    is_good: bool,
    said: String,
}

/// Of its JSON lines, or the one JSON text that it printed.
fn own_words(agent: &Recipe, stdout: &str) -> OwnWords {
    let Some(tells) = &agent.tells else { return OwnWords::default() };
    let mut own = OwnWords::default();
    let whole = serde_json::from_str::<Value>(stdout).ok();
    let lines = stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for value in lines.chain(whole) {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        own.end = text(&tells.end).or(own.end);
        own.said = text(&tells.said).unwrap_or(own.said);
    }
    own.is_good = own.end.as_ref().is_some_and(|end| tells.good.contains(end));
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;
    use crate::patch::{FilePatch, Patch};
    use crate::process::Finished;

    fn told(exit: i32, stdout: &str, files: usize) -> Ending {
        let file = |at: usize| FilePatch {
            path: RelPath::parse(format!("f{at}")).unwrap(),
            before: None,
            after: Some(b"x".to_vec()),
        };
        Ending::of(&Delegated {
            agent: Recipe::preset("cline").unwrap(),
            done: Finished::imagined(exit, stdout),
            patch: Patch::from_files((0..files).map(file)),
            requests: 2,
            troubles: Vec::new(),
            refused: None,
            is_over_budget: false,
        })
    }

    #[test]
    fn its_own_lines_are_read_and_only_the_change_counts() {
        let lines = "{\"type\":\"run_start\"}\nnoise\n{\"type\":\"run_result\",\"finishReason\":\"completed\",\"text\":\"Did it.\"}\n";
        let ending = told(0, lines, 1);
        assert_eq!(ending.said, "Did it.");
        assert_eq!(ending.told, "cline ended after 0 s, says `completed`, 2 requests to the model; it changed 1 file");
        assert!(told(0, lines, 0).told.contains("claims success and changed nothing, which is a failure"));
        let failed = told(3, "{\"type\":\"run_result\",\"finishReason\":\"error\",\"text\":\"no\"}\nboom\n", 0);
        assert!(failed.told.ends_with("; it changed nothing; last printed: boom"), "{}", failed.told);
        assert_eq!(told(0, "no lines at all", 2).said, "");
        // Who only ends claims nothing.
        assert!(told(0, "no lines at all", 0).told.contains("ended without an error and changed nothing"));
        assert!(told(0, lines, 0).limit.is_none());
    }
}
