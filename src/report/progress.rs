//! The sticky comment while a repair is under way: a section above what the comment said before, gone with the last word.

use super::comment::{marker, sentence};
use super::{MAX_BODY, count, outcome_phrase};
use crate::brain::text;
use crate::ids::TaskKey;
use crate::record::Outcome;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- thanos-fix: under way -->\n";
const END: &str = "<!-- thanos-fix: up to here -->\n";

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub stage: String,
    /// The stage's last line.
    pub line: String,
    pub candidates: usize,
    pub seconds: u64,
}

/// The comment's text: the section, and below it `before`, what it said until now.
pub fn progress(now: &Progress, key: &TaskKey, run_url: Option<&str>, until: &str, before: Option<&str>) -> String {
    let run = run_url.map_or_else(|| "the run".to_owned(), |url| format!("[the run]({url})"));
    let mut section = format!("{BEGIN}**Under way**: {}", text::inert(&now.stage));
    let tried = match now.candidates {
        0 => String::new(),
        n => format!("{} tried, ", count(n, "candidate")),
    };
    let _ = writeln!(section, " ({tried}{} s). {}\n", now.seconds, sentence(&now.line));
    let _ = writeln!(
        section,
        "<sub>This changes while {run} lasts. After {until} it has ended without a word.</sub>\n{END}"
    );
    let rest = before.map(without_progress).filter(|rest| !rest.trim().is_empty()).unwrap_or_else(|| marker(key));
    let room = MAX_BODY.saturating_sub(section.chars().count() + 1);
    match rest.chars().count() <= room {
        true => format!("{section}\n{rest}"),
        // The marker by which the comment is found stands last.
        false => format!("{section}\n{}", marker(key)),
    }
}

pub fn is_under_way(body: &str) -> bool {
    body.contains(BEGIN.trim_end())
}

/// What the comment said before it was under way.
pub fn without_progress(body: &str) -> String {
    let body = body.replace("\r\n", "\n");
    match body.split_once(BEGIN) {
        Some((before, rest)) => {
            let after = rest.split_once(END).map_or("", |(_, after)| after);
            format!("{before}{}", after.trim_start_matches('\n'))
        }
        None => body,
    }
}

/// The comment of a run that has nothing else to say of how it ended.
pub fn ended(body: &str, outcome: Outcome, reason: &str) -> String {
    let rest = without_progress(body);
    format!("**The last run ended**: {}; {}\n\n{rest}", outcome_phrase(outcome), sentence(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Progress {
        Progress { stage: "search".to_owned(), line: "cc @octocat <!-- x -->".to_owned(), candidates: 12, seconds: 45 }
    }

    #[test]
    fn what_was_said_before_stays_below_and_comes_back() {
        let key = TaskKey::parse("issue-1").unwrap();
        let said = |before: Option<&str>| progress(&now(), &key, Some("https://x/run"), "10:30 UTC", before);
        let first = said(None);
        assert!(first.ends_with(&marker(&key)) && is_under_way(&first), "{first}");
        assert!(first.contains("12 candidates tried, 45 s") && !first.contains("@octocat"), "{first}");
        let old = format!("**Explained**: it is so.\n\n{}", marker(&key));
        let second = said(Some(&old));
        let third = said(Some(&second.replace('\n', "\r\n")));
        assert_eq!(second, third);
        assert_eq!(without_progress(&third), old);
        let last = ended(&third, Outcome::Cancelled, "stopped from outside");
        assert!(
            last.starts_with("**The last run ended**: cancelled; stopped from outside.")
                && last.ends_with(&marker(&key))
        );
        assert!(!is_under_way(&last));
        let long = format!("{}\n{}", "x".repeat(MAX_BODY), marker(&key));
        assert!(said(Some(&long)).chars().count() <= MAX_BODY);
    }
}
