//! One record or fact as the text that it is: the unit in which stores exchange, compact and back up what they hold, so
//! that nothing is lost of what this version does not know.

use super::{Put, month_of};
use crate::ids::{AttemptName, digest};
use crate::record::entry::Entry;
use crate::record::{AttemptRecord, SCHEMA};
use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kind of an attempt's record; facts have their own.
pub const RUN: &str = "run";

/// The kind of what a run said, where `ledger.transcripts` keeps it: `data.said` and `data.talked` (with a model).
pub const TRANSCRIPT: &str = "transcript";

/// Repository, whether it is an attempt's record, and its name or id.
pub(super) type Key = (String, bool, String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// [`RUN`], or the kind of the fact.
    pub kind: String,
    /// The attempt's name, or the fact's id.
    pub id: String,
    /// When it started or happened: RFC 3339.
    pub at: String,
    /// Of two versions of an attempt's record the one that ended later counts.
    pub ended: String,
    pub task: Option<String>,
    pub repository: Option<String>,
    pub schema: u32,
    /// JSON on one line, without a line break at its end.
    pub text: String,
}

/// What every version of a record or fact has.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    kind: Option<String>,
    id: Option<String>,
    at: Option<String>,
    attempt: Option<String>,
    started: Option<String>,
    ended: Option<String>,
    task: Option<String>,
    repository: Option<String>,
}

impl Line {
    /// Reads what a store or an exported file holds, or says why it is neither a record nor a fact.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let head: Head = serde_json::from_slice(json).context("not a record")?;
        let text = minified(std::str::from_utf8(json).context("not UTF-8")?);
        let (kind, id, at) = match head.kind {
            Some(kind) if kind == RUN || kind.is_empty() => bail!("a fact of the kind `{kind}`"),
            Some(kind) => (kind, head.id.context("a fact without `id`")?, head.at.context("a fact without `at`")?),
            None => {
                let attempt = head.attempt.context("neither `kind` nor `attempt`")?;
                (RUN.to_owned(), attempt, head.started.context("a record without `started`")?)
            }
        };
        let line = Self {
            ended: head.ended.unwrap_or_default(),
            task: head.task,
            repository: head.repository,
            schema: head.schema,
            kind,
            id,
            at,
            text,
        };
        line.check()?;
        Ok(line)
    }

    pub fn of_record(record: &AttemptRecord, mask: &dyn Fn(&str) -> String) -> Result<Self> {
        Self::of(record, mask)
    }

    pub fn of_entry(entry: &Entry, mask: &dyn Fn(&str) -> String) -> Result<Self> {
        Self::of(entry, mask)
    }

    /// What was said in the attempt that `record` is of.
    pub fn of_transcript(record: &AttemptRecord, said: &str, talked: &str) -> Result<Self> {
        let digest = digest(record.attempt.as_str(), 12);
        let value = serde_json::json!({
            "schema": SCHEMA, "kind": TRANSCRIPT, "id": format!("transcript-{digest}"), "at": record.started,
            "repository": record.repository, "attempt": record.attempt, "task": record.task, "actor": null,
            "trusted": true, "data": { "said": said, "talked": talked },
        });
        Self::of(&value, &str::to_owned)
    }

    fn of(value: &impl Serialize, mask: &dyn Fn(&str) -> String) -> Result<Self> {
        let value = serde_json::to_value(value).context("cannot write it as JSON")?;
        Self::parse(crate::forge::mask_json(&value, mask).to_string().as_bytes())
    }

    /// Its id becomes a file's name and its time a folder's.
    fn check(&self) -> Result<()> {
        let (id, at) = (&self.id, &self.at);
        month_of(at).with_context(|| format!("the time `{at:.40}` of {id:.130}"))?;
        if self.is_run() {
            AttemptName::parse(id.as_str())?;
            return Ok(());
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let fits = (1..=120).contains(&id.len()) && id.bytes().all(plain) && !id.starts_with('.');
        ensure!(fits, "the id `{id:.130}` of a fact is not 1 to 120 letters, digits, -, _ and .");
        Ok(())
    }

    pub fn is_run(&self) -> bool {
        self.kind == RUN
    }

    /// `YYYY-MM`.
    pub fn month(&self) -> &str {
        self.at.get(..7).unwrap_or_default()
    }

    /// What makes it the same as another: repositories name theirs alike.
    pub(super) fn key(&self) -> Key {
        (self.repository.clone().unwrap_or_default(), self.is_run(), self.id.clone())
    }

    /// Without this run's secrets; word for word the same where it holds none.
    pub fn masked(&self, mask: &dyn Fn(&str) -> String) -> Result<Self> {
        let value: Value = serde_json::from_str(&self.text)?;
        let masked = crate::forge::mask_json(&value, mask);
        if masked == value { Ok(self.clone()) } else { Self::parse(masked.to_string().as_bytes()) }
    }

    /// Whether this replaces `there`, which has the same key. A fact never does; of a record a version that ended later.
    pub fn replaces(&self, there: &Line) -> bool {
        self.is_run() && self.task == there.task && self.text != there.text && self.ended > there.ended
    }

    /// The record, or why this version does not read it. What a newer version wrote and this one can read is read.
    pub fn record(&self) -> std::result::Result<AttemptRecord, String> {
        serde_json::from_str(&self.text).map_err(|error| format!("skipped: not a record: {error}"))
    }

    /// The fact, or why this version does not read it.
    pub fn entry(&self) -> std::result::Result<Entry, String> {
        if self.is_newer() {
            return Err(format!("skipped: {}", self.newer()));
        }
        serde_json::from_str(&self.text).map_err(|error| format!("skipped: kind {:.40}: {error}", self.kind))
    }

    /// Whether it is one of the facts of [`crate::record::entry`], of any version.
    pub(super) fn is_fact(&self) -> bool {
        !self.is_run() && self.kind != TRANSCRIPT
    }

    pub fn is_newer(&self) -> bool {
        self.schema > SCHEMA
    }

    pub fn newer(&self) -> String {
        format!("written by a newer version (schema {})", self.schema)
    }
}

/// What became of many lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub written: usize,
    pub unchanged: usize,
    /// What could not be taken, for people.
    pub notes: Vec<String>,
}

impl Taken {
    pub fn of(puts: &[Put]) -> Self {
        let written = puts.iter().filter(|put| **put == Put::Written).count();
        Self { written, unchanged: puts.len() - written, notes: Vec::new() }
    }

    pub fn add(&mut self, more: Taken) {
        self.written += more.written;
        self.unchanged += more.unchanged;
        self.notes.extend(more.notes);
    }
}

/// Valid JSON without the blanks between its tokens: numbers, escapes and the order of keys stay as they are.
pub(super) fn minified(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted || !matches!(c, ' ' | '\t' | '\r' | '\n') {
            text.push(c);
        }
        (quoted, escaped) = match c {
            '"' if !escaped => (!quoted, false),
            '\\' => (quoted, !escaped),
            _ => (quoted, false),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_between_tokens_go_and_nothing_else() {
        let json = "{ \"a b\" : [ 1.50e3 ,\n\t-0 ], \"q\\\" { \" : \"\\\\\" , \"\u{e9}\\u0000\" : null }\r\n";
        assert_eq!(minified(json), "{\"a b\":[1.50e3,-0],\"q\\\" { \":\"\\\\\",\"\u{e9}\\u0000\":null}");
    }

    #[test]
    fn lines_of_every_time_are_told_apart() {
        let run =
            Line::parse(br#"{"schema": 7, "attempt": "1-1-a-issue-1", "started": "2026-05-01T00:00:00Z", "new": {}}"#);
        let run = run.unwrap();
        assert_eq!((run.kind.as_str(), run.month(), run.is_newer()), (RUN, "2026-05", true));
        let fact = Line::parse(br#"{"schema":1,"kind":"telepathy","id":"x","at":"2026-06-01T00:00:00Z"}"#).unwrap();
        assert_eq!((fact.kind.as_str(), fact.key()), ("telepathy", (String::new(), false, "x".to_owned())));
        assert!(fact.entry().unwrap_err().contains("kind telepathy"));
        for (text, why) in [
            ("{", "not a record"),
            ("[]", "not a record"),
            ("{\"schema\":1}", "neither `kind` nor `attempt`"),
            (r#"{"schema":1,"kind":"pull","id":"x"}"#, "without `at`"),
            (r#"{"schema":1,"kind":"pull","id":"../x","at":"2026-06-01T00:00:00Z"}"#, "1 to 120"),
            (r#"{"schema":1,"kind":"run","id":"x","at":"2026-06-01T00:00:00Z"}"#, "of the kind `run`"),
            (r#"{"schema":1,"attempt":"x","started":"soon"}"#, "the time `soon`"),
        ] {
            let said = format!("{:#}", Line::parse(text.as_bytes()).unwrap_err());
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn masking_leaves_what_holds_no_secret_as_it_was_written() {
        let text = r#"{"schema":1,"kind":"x","id":"x","at":"2026-06-01T00:00:00Z","n":12345678901234567890123,"z":1,"a":"hunter2"}"#;
        let line = Line::parse(text.as_bytes()).unwrap();
        assert_eq!(line.masked(&str::to_owned).unwrap().text, text);
        let masked = line.masked(&|text| text.replace("hunter2", "***")).unwrap();
        assert!(masked.text.contains("***") && masked.id == "x");
    }
}
