//! `thanos-fix ledger show`: the newest attempts, or one.

use super::{plain, table};
use crate::cli::usage;
use crate::ids::{AttemptName, TaskKey};
use crate::ledger::{Damaged, Listed, Store};
use crate::record::{AttemptRecord, SCHEMA};
use crate::report;
use anyhow::Result;
use serde_json::{Value, json};
use std::io::Write;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only attempts at this task, for example issue-12
    #[arg(long, value_name = "KEY", value_parser = |key: &str| TaskKey::parse(key))]
    task: Option<TaskKey>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// One attempt, by its name
    #[arg(value_name = "ATTEMPT", conflicts_with = "task", value_parser = |name: &str| AttemptName::parse(name))]
    attempt: Option<AttemptName>,
}

pub fn run(args: &Args, store: &dyn Store, json: bool, out: &mut dyn Write) -> Result<()> {
    if let Some(attempt) = &args.attempt {
        return one(attempt, store, json, out);
    }
    let listed = store.list(args.task.as_ref(), args.limit)?;
    match json {
        true => Ok(writeln!(out, "{}", json!({ "schema": SCHEMA, "records": listed.records, "notes": listed.notes }))?),
        false => attempts(&listed, store, out),
    }
}

/// What this version cannot read as a record is shown as it was written.
fn one(attempt: &AttemptName, store: &dyn Store, json: bool, out: &mut dyn Write) -> Result<()> {
    let line = store.get(attempt).map_err(|error| match error.downcast_ref::<Damaged>() {
        Some(damaged) => usage(format!("attempt {attempt} cannot be shown: {damaged}")),
        None => error,
    })?;
    let Some(line) = line else {
        return Err(usage(format!("attempt {attempt} is not in the ledger ({})", store.place())));
    };
    let record = line.record();
    let newer = line.is_newer().then(|| line.newer());
    let notes: Vec<&String> = newer.iter().chain(record.as_ref().err()).collect();
    if json {
        let record: Value = serde_json::from_str(&line.text)?;
        return Ok(writeln!(out, "{}", json!({ "schema": SCHEMA, "records": [record], "notes": notes }))?);
    }
    match &record {
        Ok(record) => whole(record, out)?,
        Err(_) => writeln!(out, "{}", plain(&line.text))?,
    }
    notes.into_iter().try_for_each(|note| Ok(writeln!(out, "note: {}", plain(note))?))
}

fn attempts(listed: &Listed, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
    if listed.records.is_empty() {
        writeln!(out, "no attempts in the ledger ({})", store.place())?;
    }
    let rows: Vec<Vec<String>> = listed.records.iter().map(row).collect();
    table(&["STARTED", "TASK", "OUTCOME", "HAND", "SECONDS", "ATTEMPT"], &rows, out)?;
    for note in &listed.notes {
        writeln!(out, "note: {}", plain(note))?;
    }
    Ok(())
}

fn row(record: &AttemptRecord) -> Vec<String> {
    vec![
        plain(&record.started),
        record.task.to_string(),
        record.outcome.as_str().to_owned(),
        record.hand.map_or("-", |hand| hand.as_str()).to_owned(),
        format!("{:.1}", record.seconds.total),
        record.attempt.to_string(),
    ]
}

fn whole(record: &AttemptRecord, out: &mut dyn Write) -> Result<()> {
    let optional = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let lines = [
        ("attempt", record.attempt.to_string()),
        ("task", record.task.to_string()),
        ("event", record.event.clone()),
        ("started", record.started.clone()),
        ("ended", record.ended.clone()),
        ("outcome", record.outcome.as_str().to_owned()),
        ("reason", record.reason.clone()),
        ("base", optional(record.base.as_ref().map(ToString::to_string))),
        ("branch", optional(record.branch.as_ref().map(ToString::to_string))),
        ("pull request", optional(record.pr_url.clone())),
        ("hand", optional(record.hand.map(|hand| hand.as_str().to_owned()))),
        ("signature", optional(record.signature.as_ref().map(|signature| signature.0.clone()))),
        ("cost", report::money(record.tokens, record.cost_usd, record.assumed, 2)),
        ("retry wanted", optional(record.retry_wanted.clone())),
    ];
    for (name, value) in lines {
        writeln!(out, "{name:13} {}", plain(&value))?;
    }
    for guard in &record.guards {
        writeln!(out, "guard         {} {}", plain(&guard.id), format!("{:?}", guard.status).to_lowercase())?;
    }
    for tried in &record.tried {
        writeln!(out, "tried         {}: {}: {}", tried.hand.as_str(), plain(&tried.why), plain(&tried.result))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Directory;
    use clap::Parser;
    use std::sync::Arc;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn show(store: &dyn Store, arguments: &[&str], json: bool) -> Result<String> {
        let line = Line::try_parse_from([&["x"], arguments].concat())?;
        let mut out = Vec::new();
        run(&line.args, store, json, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn attempts_are_shown_to_people_and_machines() {
        let dir = tempfile::tempdir().unwrap();
        let store = Directory::new(dir.path(), Arc::new(str::to_owned));
        assert!(show(&store, &[], false).unwrap().starts_with("no attempts in"));
        let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.reason = "it \u{1b}[31mworked".to_owned();
        store.put(&record).unwrap();
        let table = show(&store, &[], false).unwrap();
        assert_eq!(table.lines().count(), 2);
        assert!(table.contains("issue-1  fixed"), "{table}");
        let one = show(&store, &["7-1-fix-issue-1"], false).unwrap();
        assert!(one.contains("reason        it  [31mworked"), "{one}");
        let value: Value = serde_json::from_str(&show(&store, &["--task", "issue-1"], true).unwrap()).unwrap();
        assert_eq!(value["records"][0]["attempt"], "7-1-fix-issue-1");
        assert!(show(&store, &["--task", "issue-2"], false).unwrap().starts_with("no attempts"));
        let folder = dir.path().join("runs/2026/05");
        let newer = std::fs::read_to_string(folder.join("7-1-fix-issue-1.json")).unwrap();
        let newer = newer
            .replace("7-1-fix", "8-1-fix")
            .replace("\"fixed\"", "\"risen\"")
            .replace("\"schema\": 1", "\"schema\": 9");
        std::fs::write(folder.join("8-1-fix-issue-1.json"), newer).unwrap();
        std::fs::write(folder.join("9-1-fix-issue-1.json"), "{").unwrap();
        let one = show(&store, &["8-1-fix-issue-1"], false).unwrap();
        assert!(one.contains("\"outcome\":\"risen\"") && one.contains("note: written by a newer version"), "{one}");
        let value: Value = serde_json::from_str(&show(&store, &["8-1-fix-issue-1"], true).unwrap()).unwrap();
        assert_eq!((&value["records"][0]["outcome"], value["notes"].as_array().unwrap().len()), (&json!("risen"), 2));
        let damaged = show(&store, &["9-1-fix-issue-1"], false).unwrap_err();
        assert!(damaged.is::<crate::cli::UsageError>(), "{damaged:#}");
        let missing = show(&store, &["none"], false).unwrap_err();
        assert!(missing.to_string().contains("attempt none is not in the ledger ("), "{missing}");
        assert!(show(&store, &["--task", "Bad Key"], false).is_err());
    }
}
