//! What is told to people elsewhere (chat, mail, a webhook): one run's end, a digest of many, a test. Plain text in parts;
//! each channel makes the parts inert in its own way.

use super::markdown::one_line;
use super::{count, money, outcome_phrase};
use crate::brain::text::visible;
use crate::config::{Channel, severity};
use crate::ids::RepoSlug;
use crate::record::{Assumed, AttemptRecord, Outcome, Severity, Tokens};
use serde::Serialize;
use std::collections::BTreeMap;

/// Lines of one digest under a heading.
const LISTED: usize = 10;
const LONGEST_FACT: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Run,
    Digest,
    Test,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    pub kind: Kind,
    pub severity: Severity,
    /// Of a run.
    pub outcome: Option<Outcome>,
    pub repository: Option<RepoSlug>,
    /// One line.
    pub title: String,
    /// Name and value, one line each.
    pub facts: Vec<(String, String)>,
    /// An address of the forge.
    pub link: Option<String>,
    /// Runs that the limit of the hour kept back before this one.
    pub more: usize,
}

impl Notice {
    /// The end of a run.
    pub fn of_run(record: &AttemptRecord, title: &str, run_url: Option<&str>, more: usize) -> Self {
        let place = place(record.repository.as_ref());
        let mut facts = vec![("Task".to_owned(), task(record, title)), ("Why".to_owned(), line(&record.reason))];
        let mut fact = |name: &str, value: Option<String>| facts.extend(value.map(|value| (name.to_owned(), value)));
        fact("Hand", record.hand.map(|hand| hand.as_str().to_owned()));
        fact(
            "Change",
            record.patch.as_ref().map(|p| format!("{}, +{} −{}", count(p.files, "file"), p.added, p.removed)),
        );
        fact("Pull request", record.pr_url.clone());
        fact(
            "Cost",
            Some(format!(
                "{}, {:.1} s",
                money(record.tokens, record.cost_usd, record.assumed, 2),
                record.seconds.total
            )),
        );
        fact("Again", record.retry_wanted.as_deref().map(line));
        Self {
            kind: Kind::Run,
            severity: severity(record.outcome),
            outcome: Some(record.outcome),
            repository: record.repository.clone(),
            title: format!("{place}: {}", outcome_phrase(record.outcome)),
            facts,
            link: record.pr_url.clone().or_else(|| run_url.map(str::to_owned)),
            more,
        }
    }

    /// Sent by hand, to see whether it arrives.
    pub fn test(repository: Option<&RepoSlug>, channel: &str) -> Self {
        Self {
            kind: Kind::Test,
            severity: Severity::Note,
            outcome: None,
            repository: repository.cloned(),
            title: format!("{}: a test of the channel {channel}", place(repository)),
            facts: vec![("Why".to_owned(), "somebody ran `thanos-fix notify test`; nothing has happened".to_owned())],
            link: None,
            more: 0,
        }
    }

    /// What happened since then, in numbers and with the names of what matters.
    pub fn digest(records: &[AttemptRecord], repository: Option<&RepoSlug>, since: &str) -> Self {
        let runs = count(records.len(), "run");
        let mut facts = vec![("Endings".to_owned(), endings(records))];
        let mut list = |name: &str, outcomes: &[Outcome]| {
            let of = |record: &&AttemptRecord| outcomes.contains(&record.outcome);
            let lines: Vec<String> = records.iter().filter(of).map(told).collect();
            let more = lines.len().saturating_sub(LISTED);
            let rest = (more > 0).then(|| format!("and {more} more"));
            facts.extend(lines.into_iter().take(LISTED).chain(rest).map(|line| (name.to_owned(), line)));
        };
        list("Fixed", &[Outcome::Fixed]);
        list("Waits for people", &[Outcome::Proposed, Outcome::Explained, Outcome::Blocked, Outcome::Budget]);
        list("Broke", &[Outcome::Error, Outcome::Lost]);
        let (mut tokens, mut assumed) = (Tokens::default(), Assumed::default());
        for record in records {
            tokens.add(record.tokens);
            assumed.add(record.assumed);
        }
        let usd: f64 = records.iter().map(|record| record.cost_usd).sum();
        facts.push(("Cost".to_owned(), money(tokens, usd, assumed, 2)));
        let worst = records.iter().map(|record| severity(record.outcome)).max();
        Self {
            kind: Kind::Digest,
            severity: worst.unwrap_or(Severity::Note),
            outcome: None,
            repository: repository.cloned(),
            title: format!("{}: {runs} since {since}", place(repository)),
            facts,
            link: None,
            more: 0,
        }
    }

    /// The last line where runs were kept back.
    pub fn and_more(&self) -> Option<String> {
        (self.more > 0).then(|| format!("and {} more before it, kept back by per-hour", self.more))
    }

    /// The whole as plain text.
    pub fn text(&self) -> String {
        let facts: String = self.facts.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let link = self.link.iter().map(|link| format!("\n{link}\n")).collect::<String>();
        let more = self.and_more().map(|more| format!("\n{more}\n")).unwrap_or_default();
        format!("{}\n\n{facts}{more}{link}", self.title)
    }
}

/// What a channel may say of a run's end in its hour: nothing, or how many were kept back before. `records` are those
/// that the ledger has, this one among them or not. As every run writes its record before it looks, of all runs of an
/// hour at most `per-hour` see fewer than that.
pub fn in_its_hour(channel: &Channel, record: &AttemptRecord, records: &[AttemptRecord]) -> Option<usize> {
    let hour = |record: &AttemptRecord| record.ended.get(..13).unwrap_or_default().to_owned();
    let (this, most) = (hour(record), usize::try_from(channel.per_hour).unwrap_or(usize::MAX));
    let mut hours: BTreeMap<String, usize> = BTreeMap::new();
    let others = records.iter().filter(|other| other.attempt != record.attempt && channel.wants(other.outcome));
    others.for_each(|other| *hours.entry(hour(other)).or_default() += 1);
    let before = hours.get(&this).copied().unwrap_or(0);
    if before >= most {
        return None;
    }
    // The first one of an hour tells of what the last busy one kept back.
    let last = hours.range(..this).next_back().map_or(0, |(_, count)| *count);
    Some(if before == 0 { last.saturating_sub(most) } else { 0 })
}

fn place(repository: Option<&RepoSlug>) -> String {
    repository.map_or_else(|| "thanos-fix".to_owned(), ToString::to_string)
}

fn task(record: &AttemptRecord, title: &str) -> String {
    let title = shown(title, 200);
    if title.is_empty() { record.task.to_string() } else { format!("{} ({title})", record.task) }
}

fn line(text: &str) -> String {
    shown(text, LONGEST_FACT)
}

/// One line that reads as it is written: nothing in it is invisible or turns it round.
fn shown(text: &str, most: usize) -> String {
    one_line(&visible(text), most)
}

fn told(record: &AttemptRecord) -> String {
    let what = match (&record.pr_url, record.outcome) {
        (Some(url), _) => url.clone(),
        (None, outcome) => format!("{}: {}", outcome.as_str(), shown(&record.reason, 160)),
    };
    format!("{}: {what}", record.task)
}

fn endings(records: &[AttemptRecord]) -> String {
    let number = |outcome: Outcome| records.iter().filter(|record| record.outcome == outcome).count();
    let parts = Outcome::ALL.into_iter().map(|outcome| (number(outcome), outcome)).filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, outcome)| format!("{number} {}", outcome.as_str())).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::example;

    fn slack(per_hour: u64) -> Channel {
        let text = format!("notify: [{{kind: slack, url: U, per-hour: {per_hour}}}]");
        crate::config::parse("t", &text).unwrap().notify.remove(0)
    }

    fn at(nth: usize, time: &str) -> AttemptRecord {
        example(&format!("{nth}-1-fix-issue-{nth}"), time)
    }

    /// Whatever the order in which runs look: each has written its record before.
    #[test]
    fn an_hour_holds_no_more_than_it_may() {
        let channel = slack(3);
        let runs: Vec<_> = (1..=8).map(|nth| at(nth, "2026-05-01T10:30:00Z")).collect();
        let sent = (1..=runs.len()).filter(|seen| in_its_hour(&channel, &runs[seen - 1], &runs[..*seen]).is_some());
        assert_eq!(sent.count(), 3);
        let mut all = runs.clone();
        let next = at(9, "2026-05-01T12:01:00Z");
        assert_eq!(in_its_hour(&channel, &next, &all), Some(5));
        all.push(next);
        assert_eq!(in_its_hour(&channel, &at(10, "2026-05-01T12:02:00Z"), &all), Some(0));
    }

    #[test]
    fn what_a_channel_does_not_want_takes_no_place() {
        let channel = slack(1);
        let mut other = at(1, "2026-05-01T10:30:00Z");
        other.outcome = Outcome::Ignored;
        assert_eq!(in_its_hour(&channel, &at(2, "2026-05-01T10:31:00Z"), &[other]), Some(0));
    }

    #[test]
    fn a_digest_counts_and_names() {
        let mut records: Vec<_> = (1..=14).map(|nth| at(nth, "2026-05-01T10:30:00Z")).collect();
        records[0].outcome = Outcome::Error;
        records[0].reason = "two\nli\u{202e}n\u{200b}es".to_owned();
        records[1].pr_url = Some("https://github.com/o/r/pull/7".to_owned());
        let notice = Notice::digest(&records, None, "2026-04-24");
        assert_eq!(notice.severity, Severity::Error);
        insta::assert_snapshot!(notice.text());
        assert_eq!(Notice::digest(&[], None, "x").facts[0].1, "none");
    }
}
