//! `thanos-fix ledger query`: rows or sums.

use super::{plain, table, time};
use crate::ledger::{Answer, By, Query, RUN, Row, Store, Sum};
use crate::record::entry::Fact;
use crate::record::{FailureClass, HandId, Outcome, SCHEMA};
use anyhow::Result;
use serde_json::json;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  thanos-fix ledger query --since 2026-05 --by hand        which hands repaired how much, at what cost
  thanos-fix ledger query --outcome explained --class test what was not repaired
  thanos-fix ledger query --kind pull --task issue-12      what became of a pull request
  thanos-fix ledger query --kind all --by kind             what there is";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// From this time on: 2026, 2026-05, 2026-05-31 or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<String>,
    /// Of this task, for example issue-12
    #[arg(long, value_name = "KEY")]
    task: Option<String>,
    /// That ended so (fixed, proposed, explained, …); of pull requests, their state
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
    /// Repaired by this hand
    #[arg(long, value_name = "HAND", value_parser = |hand: &str| one_of(hand, &HandId::ALL.map(HandId::as_str)))]
    hand: Option<String>,
    /// Of this class of failure
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<String>,
    /// Of exactly this signature
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<String>,
    /// run (attempts), pull, review, evaluation, learning, decision, spend, error, or all
    #[arg(long, value_name = "KIND", default_value = RUN)]
    kind: String,
    /// Of this repository (owner/name)
    #[arg(long, value_name = "REPOSITORY")]
    repository: Option<String>,
    /// The newest so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Sums instead of rows: by hand, class, outcome, day, repository or kind
    #[arg(long, value_name = "WORD", value_parser = by)]
    by: Option<By>,
}

fn one_of(word: &str, known: &[&str]) -> Result<String, String> {
    match known.contains(&word) {
        true => Ok(word.to_owned()),
        false => Err(format!("use one of {}", known.join(", "))),
    }
}

fn class(word: &str) -> Result<String, String> {
    use FailureClass as C;
    let all = [
        C::Compile,
        C::Type,
        C::Test,
        C::Lint,
        C::Format,
        C::Dependency,
        C::Config,
        C::Transient,
        C::Resource,
        C::Permission,
        C::Unknown,
    ];
    one_of(word, &all.map(C::as_str))
}

fn by(word: &str) -> Result<By, String> {
    let found = By::ALL.into_iter().find(|by| by.as_str() == word);
    found.ok_or_else(|| format!("use one of {}", By::ALL.map(By::as_str).join(", ")))
}

impl Args {
    fn query(&self) -> Query {
        let kinds = if self.kind == "all" { Vec::new() } else { vec![self.kind.clone()] };
        Query {
            since: self.since.clone(),
            until: self.until.clone(),
            task: self.task.clone(),
            outcome: self.outcome.clone(),
            hand: self.hand.clone(),
            class: self.class.clone(),
            signature: self.signature.clone(),
            kinds,
            repository: self.repository.clone(),
            limit: self.limit,
            by: self.by,
        }
    }
}

pub fn run(args: &Args, store: &dyn Store, json: bool, out: &mut dyn Write) -> Result<()> {
    let answer = store.query(&args.query())?;
    if json {
        let mut whole = serde_json::to_value(&answer)?;
        whole["schema"] = json!(SCHEMA);
        writeln!(out, "{whole}")?;
        return Ok(());
    }
    if answer.matched == 0 {
        writeln!(out, "nothing matches in the ledger ({}){}", store.place(), unknown(args))?;
    }
    match args.by {
        Some(by) => sums(by, &answer, out)?,
        None => rows(&answer, out)?,
    }
    for note in &answer.notes {
        writeln!(out, "note: {}", plain(note))?;
    }
    Ok(())
}

/// A word that nothing has is most likely misspelt.
fn unknown(args: &Args) -> String {
    // A later version's may be asked for, too.
    if !["all", RUN].contains(&args.kind.as_str()) && !Fact::KINDS.contains(&args.kind.as_str()) {
        return format!("; no kind is called `{}`: use {RUN}, {} or all", plain(&args.kind), Fact::KINDS.join(", "));
    }
    let known = Outcome::ALL.map(Outcome::as_str);
    let strange = args.outcome.as_deref().filter(|word| args.kind == RUN && !known.contains(word));
    strange.map_or_else(String::new, |word| format!("; no attempt ends `{word}`: they end {}", known.join(", ")))
}

fn rows(answer: &Answer, out: &mut dyn Write) -> Result<()> {
    let text = |word: &Option<String>| plain(word.as_deref().unwrap_or("-"));
    let row = |row: &Row| {
        vec![
            plain(&row.at),
            plain(&row.kind),
            text(&row.repository),
            text(&row.task),
            text(&row.outcome),
            text(&row.hand),
            text(&row.class),
            format!("{:.1}", row.seconds),
            format!("{:.2}", row.cost_usd),
            plain(&row.id),
        ]
    };
    let rows: Vec<Vec<String>> = answer.rows.iter().map(row).collect();
    let heads = ["AT", "KIND", "REPOSITORY", "TASK", "OUTCOME", "HAND", "CLASS", "SECONDS", "USD", "ID"];
    table(&heads, &rows, out)?;
    let shown = answer.rows.len() as u64;
    if answer.matched > shown {
        writeln!(out, "{shown} of {} shown: --limit shows more", answer.matched)?;
    }
    Ok(())
}

fn sums(by: By, answer: &Answer, out: &mut dyn Write) -> Result<()> {
    let row = |key: &str, sum: &Sum| {
        let share = if sum.count == 0 { 0.0 } else { sum.repaired as f64 * 100.0 / sum.count as f64 };
        vec![
            if key.is_empty() { "-".to_owned() } else { plain(key) },
            sum.count.to_string(),
            sum.repaired.to_string(),
            format!("{share:.0} %"),
            format!("{:.1}", sum.seconds),
            sum.tokens.to_string(),
            format!("{:.2}", sum.cost_usd),
        ]
    };
    let mut all = Sum::default();
    for sum in &answer.sums {
        all.count += sum.count;
        all.repaired += sum.repaired;
        all.seconds += sum.seconds;
        all.tokens = all.tokens.saturating_add(sum.tokens);
        all.cost_usd += sum.cost_usd;
    }
    let mut rows: Vec<Vec<String>> = answer.sums.iter().map(|sum| row(&sum.key, sum)).collect();
    if rows.len() > 1 {
        rows.push(row("all", &all));
    }
    let head = by.as_str().to_uppercase();
    table(&[&head, "COUNT", "REPAIRED", "SHARE", "SECONDS", "TOKENS", "USD"], &rows, out)
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

    fn ask(store: &dyn Store, arguments: &[&str], json: bool) -> Result<String> {
        let line = Line::try_parse_from([&["x"], arguments].concat())?;
        let mut out = Vec::new();
        run(&line.args, store, json, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn questions_are_asked_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let store = Directory::new(dir.path(), Arc::new(str::to_owned));
        assert!(
            ask(&store, &["--outcome", "mended"], false).unwrap().contains("no attempt ends `mended`: they end fixed")
        );
        for n in 1..=3 {
            let mut record = crate::ledger::example(&format!("{n}-1-fix-issue-1"), &format!("2026-05-0{n}T10:00:00Z"));
            record.cost_usd = 0.5;
            store.put(&record).unwrap();
        }
        let rows = ask(&store, &["--limit", "2"], false).unwrap();
        assert!(rows.contains("3-1-fix-issue-1") && rows.contains("2 of 3 shown"), "{rows}");
        let sums = ask(&store, &["--by", "day", "--since", "2026-05-02"], false).unwrap();
        assert!(sums.starts_with("DAY") && sums.contains("all         2      2         100 %"), "{sums}");
        let value: serde_json::Value = serde_json::from_str(&ask(&store, &["--by", "outcome"], true).unwrap()).unwrap();
        assert_eq!((value["sums"][0]["key"].as_str(), value["sums"][0]["count"].as_u64()), (Some("fixed"), Some(3)));
        for (arguments, part) in [
            (["--since", "soon"], "use 2026, 2026-05"),
            (["--hand", "left"], "use one of recall, tool"),
            (["--class", "odd"], "use one of compile"),
            (["--by", "colour"], "use one of hand"),
        ] {
            let said = ask(&store, &arguments, false).unwrap_err().to_string();
            assert!(said.contains(part), "{said}");
        }
    }
}
