//! `thanos-fix export`: training data from the ledger and the artifacts of runs, in Oumi's formats.

use super::ledger::place::{self, Where};
use super::model::CONVERSATIONS;
use super::{Door, Exit, held::held, local, print_json, print_text, usage};
use crate::git::Repo;
use crate::ids::{AttemptName, RepoSlug};
use crate::ledger::{Store, Wanted};
use crate::llm::{self, Message};
use crate::record::entry::Entry;
use crate::record::{AttemptRecord, HandId, SCHEMA};
use crate::report::markdown::one_line;
use crate::stage::proposal::{self, Proposal};
use crate::train::{self, Attempt, Excerpt, Format, Source, Trust};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Larger files are none of ours.
const LARGEST: u64 = 64 << 20;
/// Folders below `--artifacts`.
const DEEPEST: usize = 8;

/// Training data from the ledger and from runs' artifacts, in the formats of Oumi
///
/// Only repairs that somebody trusted merged, under licences that are allowed; without duplicates, secrets and personal
/// data. Beside the rows lie a data card and the configuration for `oumi train`.
#[derive(clap::Args)]
pub struct Args {
    /// sft (conversations), dpo (pairs of a right and a wrong answer) or kto (judged answers)
    #[arg(long, value_parser = format, value_name = "sft|dpo|kto")]
    format: Format,
    /// Where the files go: train, validation and test .jsonl, README.md, card.json, oumi.yaml
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Check every row that lies in --out already, and write nothing
    #[arg(long, conflicts_with_all = ["from", "artifacts"])]
    validate: bool,
    /// Another ledger than the usual one: database, branch, own, a folder or a postgres:// address
    #[arg(long, value_name = "STORE", default_value = "", hide_default_value = true, value_parser = from)]
    from: Where,
    /// A folder with downloaded artifacts of runs (record.json, attempt.json, fix.patch, cassette.jsonl)
    #[arg(long, value_name = "DIR")]
    artifacts: Vec<PathBuf>,
    /// Whose word makes a repair right: merged (somebody who may write merged it) or proven (our own proof, unless
    /// somebody closed it or took it back)
    #[arg(long, value_parser = trust, default_value = "merged", value_name = "merged|proven")]
    trust: Trust,
    /// A licence (SPDX) that is allowed, in place of the list; again for each
    #[arg(long, value_name = "ID")]
    allow_licence: Vec<String>,
    /// The licence of another repository: owner/name=MIT
    #[arg(long, value_parser = licence, value_name = "REPO=ID")]
    licence: Vec<(String, String)>,
    /// From which likeness on rows are duplicates (0.5 to 1)
    #[arg(long, value_parser = likeness, default_value = "0.9", value_name = "X")]
    near: f64,
}

fn format(name: &str) -> Result<Format, String> {
    let all = [Format::Sft, Format::Dpo, Format::Kto];
    all.into_iter().find(|format| format.as_str() == name).ok_or_else(|| "use sft, dpo or kto".to_owned())
}

fn from(text: &str) -> Result<Where, String> {
    if text.is_empty() { Ok(Where::Usual) } else { text.parse() }
}

fn trust(name: &str) -> Result<Trust, String> {
    match name {
        "merged" => Ok(Trust::Merged),
        "proven" => Ok(Trust::Proven),
        _ => Err("use merged or proven".to_owned()),
    }
}

fn licence(text: &str) -> Result<(String, String), String> {
    let (repository, id) = text.split_once('=').ok_or("use owner/name=MIT")?;
    RepoSlug::parse(repository).map_err(|e| e.to_string())?;
    Ok((repository.to_owned(), id.trim().to_owned()))
}

fn likeness(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|x| (0.5..=1.0).contains(x)).ok_or_else(|| "use 0.5 to 1".to_owned())
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    if args.validate {
        return validate(door, args);
    }
    if let Where::Folder(dir) = &args.from
        && !dir.is_dir()
    {
        return Err(usage(format!("--from: {} is no folder", dir.display())));
    }
    let (records, entries, mut notes) = place::with(door, &args.from, remembered)?;
    let mut attempts = Attempts::new();
    for record in records {
        attempts.insert(key(&record), bare(record));
    }
    for dir in &args.artifacts {
        if !dir.is_dir() {
            return Err(usage(format!("--artifacts: {} is no folder", dir.display())));
        }
        artifacts(dir, 0, &mut attempts, &mut notes)?;
    }
    let sources: Vec<Source> =
        attempts.into_values().map(|attempt| Source::new(attempt, &entries, args.trust)).collect();
    let licences = licences(door, args)?;
    let defaults = || train::LICENCES.iter().map(|id| (*id).to_owned()).collect();
    let allowed: Vec<String> = if args.allow_licence.is_empty() { defaults() } else { args.allow_licence.clone() };
    let now = crate::pipeline::now();
    let options =
        train::Options { format: args.format, licences: &licences, allowed: &allowed, near: args.near, now: &now };
    let dataset = train::export(&sources, &options);
    let is_empty = dataset.parts.iter().all(Vec::is_empty);
    write(args, &dataset)?;
    for note in notes {
        door.ui.stage("note", &note);
    }
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "card": dataset.card}))?;
        return Ok(if is_empty { Exit::No } else { Exit::Done });
    }
    let rows: Vec<String> =
        train::PARTS.iter().zip(&dataset.parts).map(|(name, rows)| format!("{} {name}", rows.len())).collect();
    print_text(&format!("{} rows of {} attempts: {}", args.format.as_str(), dataset.card.sources, rows.join(", ")))?;
    for (why, count) in &dataset.card.left_out {
        print_text(&format!("left out: {count}: {why}"))?;
    }
    print_text(&format!("{} (README.md tells what is in it)", args.out.display()))?;
    if is_empty {
        let wider = match args.trust {
            Trust::Merged => "; --trust proven takes what our own proof holds for, too",
            Trust::Proven => "",
        };
        door.ui.verdict(false, &format!("there is nothing to train on: what is left out is told above{wider}"));
        return Ok(Exit::No);
    }
    Ok(Exit::Done)
}

fn remembered(store: &dyn Store) -> Result<(Vec<AttemptRecord>, Vec<Entry>, Vec<String>)> {
    let listed = store.list(None, usize::MAX)?;
    let kinds = vec!["pull".to_owned(), "learning".to_owned()];
    let entries = store.entries(&Wanted { kinds, ..Wanted::default() })?;
    Ok((listed.records, entries.entries, [listed.notes, entries.notes].concat()))
}

/// Two repositories may name theirs alike.
type Attempts = BTreeMap<(Option<String>, AttemptName), Attempt>;

fn key(record: &AttemptRecord) -> (Option<String>, AttemptName) {
    (record.repository.as_ref().map(ToString::to_string), record.attempt.clone())
}

fn bare(record: AttemptRecord) -> Attempt {
    Attempt { record, patch: String::new(), excerpts: Vec::new(), diagnosis: None, talk: Vec::new() }
}

/// Every folder that holds an attempt. Links are not followed: an artifact may come from anywhere.
fn artifacts(dir: &Path, depth: usize, into: &mut Attempts, notes: &mut Vec<String>) -> Result<()> {
    if let Some(attempt) = artifact(dir, notes) {
        into.insert(key(&attempt.record), attempt);
    }
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(std::result::Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    match depth < DEEPEST {
        true => folders.iter().try_for_each(|folder| artifacts(folder, depth + 1, into, notes)),
        false => Ok(()),
    }
}

fn artifact(dir: &Path, notes: &mut Vec<String>) -> Option<Attempt> {
    let record = json_of::<AttemptRecord>(&dir.join("record.json"), notes);
    let whole = json_of::<Proposal>(&dir.join(super::actions::ATTEMPT), notes)
        .or_else(|| json_of::<Proposal>(&dir.join(proposal::FILE), notes));
    let recorded = || whole.as_ref().map(|whole| crate::pipeline::record(whole, &Default::default()));
    let mut attempt = bare(record.or_else(recorded)?);
    attempt.patch = text_of(&dir.join(proposal::PATCH)).unwrap_or_default();
    if let Some(whole) = whole.filter(|whole| whole.attempt == attempt.record.attempt) {
        attempt.diagnosis = whole.healing.diagnosis;
        if let Some(candidate) = &whole.healing.candidate {
            attempt.patch = candidate.patch.unified_diff();
            let text =
                |bytes: &Option<Vec<u8>>| String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
            let files = candidate.patch.files().iter().filter(|file| file.before.is_some());
            attempt.excerpts = files
                .map(|file| Excerpt::of_change(file.path.as_str(), &text(&file.before), &text(&file.after)))
                .collect();
        }
    }
    let talked = text_of(&dir.join(CONVERSATIONS)).or_else(|| text_of(&dir.join("cassette.jsonl")));
    match llm::conversations(&talked.unwrap_or_default()) {
        Ok(all) => attempt.talk = talk(&all, &attempt.record).unwrap_or_default(),
        Err(why) => notes.push(format!("{}: its conversations are left out: {why}", dir.display())),
    }
    Some(attempt)
}

/// `None` where there is none; what cannot be read is told.
fn json_of<T: for<'de> Deserialize<'de>>(path: &Path, notes: &mut Vec<String>) -> Option<T> {
    let text = text_of(path)?;
    let read = serde_json::from_str(&text);
    read.map_err(|e| notes.push(format!("{}: skipped: {e}", path.display()))).ok()
}

fn text_of(path: &Path) -> Option<String> {
    let meta = path.symlink_metadata().ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST)?;
    let mut text = Vec::with_capacity(usize::try_from(meta.len()).ok()?);
    std::fs::File::open(path).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
    String::from_utf8(text).ok()
}

/// Of the one that handed in what was taken: others reviewed it, wrote a test or tried the same.
fn talk(all: &[llm::Exchange], record: &AttemptRecord) -> Option<Vec<Value>> {
    let finishes = |talk: &&llm::Exchange| talk.request.tools.iter().any(|tool| tool.name == "finish");
    let writers: Vec<&llm::Exchange> = all.iter().filter(finishes).collect();
    let taken = record.tried.iter().rfind(|tried| tried.hand == HandId::Model)?;
    let handed_in = |talk: &&&llm::Exchange| {
        let last = talk.reply.calls.last().filter(|call| call.name == "finish");
        let arguments = last.and_then(|call| serde_json::from_str::<Value>(&call.arguments).ok());
        arguments.is_some_and(|arguments| {
            arguments["why"].as_str().map(|why| one_line(why, 200)).as_deref() == Some(&taken.why)
        })
    };
    let llm::Exchange { request, reply, .. } = match (writers.as_slice(), writers.iter().find(handed_in)) {
        (_, Some(found)) => found,
        ([one], None) => one,
        _ => return None,
    };
    let first = json!({"role": "system", "content": request.system});
    let last = Message::Model { text: reply.text.clone(), calls: reply.calls.clone() };
    Some([first].into_iter().chain(request.messages.iter().chain([&last]).flat_map(said)).collect())
}

/// As OpenAI's wire format has it, which is Oumi's.
fn said(message: &Message) -> Vec<Value> {
    match message {
        Message::User { text } => vec![json!({"role": "user", "content": text})],
        Message::Model { text, calls } if calls.is_empty() => vec![json!({"role": "assistant", "content": text})],
        Message::Model { text, calls } => {
            let content = Some(text).filter(|text| !text.is_empty());
            let calls = calls.iter().map(|call| {
                json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
            });
            vec![json!({"role": "assistant", "content": content, "tool_calls": calls.collect::<Vec<_>>()})]
        }
        Message::Results { results } => {
            let one = |result: &llm::Answer| json!({"role": "tool", "tool_call_id": result.id, "content": result.text});
            results.iter().map(one).collect()
        }
    }
}

/// Of this repository by its manifest or its licence files, of others by what was given.
fn licences(door: &Door, args: &Args) -> Result<BTreeMap<String, String>> {
    let mut known: BTreeMap<String, String> = args.licence.iter().cloned().collect();
    let root = local::project(door)?;
    if let Some(own) = own_licence(&root) {
        let slug = Repo::discover(&root)?.and_then(|repo| repo.remote_slug("origin"));
        let named = door.env.get("GITHUB_REPOSITORY").and_then(|slug| RepoSlug::parse(slug).ok());
        for name in slug
            .into_iter()
            .chain(named)
            .map(|slug| slug.to_string())
            .chain(["local/tree".to_owned(), "local".to_owned()])
        {
            known.entry(name).or_insert_with(|| own.clone());
        }
    }
    Ok(known)
}

fn own_licence(root: &Path) -> Option<String> {
    let toml = |file: &str| toml::from_str::<toml::Table>(&text_of(&root.join(file))?).ok();
    let cargo = || {
        let manifest = toml("Cargo.toml")?;
        let own = manifest.get("package").and_then(|package| package.get("license"));
        let shared = || manifest.get("workspace")?.get("package")?.get("license");
        own.and_then(toml::Value::as_str).or_else(|| shared()?.as_str()).map(str::to_owned)
    };
    let npm = || {
        let manifest: Value = serde_json::from_str(&text_of(&root.join("package.json"))?).ok()?;
        manifest["license"].as_str().map(str::to_owned)
    };
    let python = || {
        let licence = toml("pyproject.toml")?.get("project")?.get("license")?.clone();
        let text = licence.get("text").and_then(toml::Value::as_str).map(str::to_owned);
        licence.as_str().map(str::to_owned).or(text)
    };
    let is_one = |text: &String| text.len() < 100 && !text.trim().is_empty();
    cargo().or_else(npm).or_else(python).filter(is_one).or_else(|| of_files(root))
}

/// All of them hold where there are several; one that nobody knows is none that is allowed.
fn of_files(root: &Path) -> Option<String> {
    let names = std::fs::read_dir(root).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_licence = |name: &String| {
        let name = name.to_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"].iter().any(|word| name.starts_with(word))
    };
    let mut names: Vec<String> = names.filter(is_licence).collect();
    names.sort();
    let found: Vec<&str> = names
        .iter()
        .filter_map(|name| text_of(&root.join(name)))
        .map(|text| train::of_text(&text).unwrap_or("LicenseRef-unknown"))
        .collect();
    (!found.is_empty()).then(|| found.join(" AND "))
}

fn write(args: &Args, dataset: &train::Dataset) -> Result<()> {
    let out = &args.out;
    std::fs::create_dir_all(out).map_err(|e| usage(format!("--out: cannot write to {}: {e}", out.display())))?;
    let mut files: Vec<(String, String)> = Vec::new();
    for (name, rows) in train::PARTS.iter().zip(&dataset.parts) {
        let text: String = rows.iter().map(|row| format!("{}\n", row.value)).collect();
        let (_, faults) = train::check(&text, args.format);
        anyhow::ensure!(faults.is_empty(), "{name}.jsonl would not be valid: {faults:?}");
        files.push((format!("{name}.jsonl"), text));
    }
    files.push(("README.md".to_owned(), train::markdown(&dataset.card)));
    files.push(("card.json".to_owned(), serde_json::to_string_pretty(&dataset.card)? + "\n"));
    // Oumi opens every file that a recipe names, and takes an empty one for none.
    if !dataset.parts[0].is_empty() {
        files.push(("oumi.yaml".to_owned(), train::recipe(args.format, !dataset.parts[1].is_empty())));
    }
    files.iter().try_for_each(|(name, text)| proposal::write_whole(&out.join(name), held().mask(text).as_bytes()))
}

fn validate(door: &Door, args: &Args) -> Result<Exit> {
    let mut faults = Vec::new();
    let mut all = 0;
    for name in train::PARTS {
        let path = args.out.join(format!("{name}.jsonl"));
        let Some(text) = text_of(&path) else {
            return Err(usage(format!(
                "--validate: cannot read {} (a plain UTF-8 file of 64 MiB at most)",
                path.display()
            )));
        };
        let (rows, mut found) = train::check(&text, args.format);
        found.extend(train::spoilt(&text));
        found.sort_by_key(|fault| fault.line);
        all += rows;
        faults.extend(found.into_iter().map(|fault| (path.display().to_string(), fault)));
    }
    if door.common.json {
        let faults = faults.iter().map(|(file, fault)| json!({"file": file, "line": fault.line, "why": fault.why}));
        print_json(&json!({"schema": SCHEMA, "rows": all, "faults": faults.collect::<Vec<_>>()}))?;
    } else {
        for (file, fault) in &faults {
            print_text(&format!("{file}:{}: {}", fault.line, fault.why))?;
        }
        print_text(&format!("{all} rows, {} faults", faults.len()))?;
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::No })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Tried;

    fn ended(name: &str, why: &str) -> llm::Exchange {
        let arguments = json!({"why": why}).to_string();
        let tool = json!({"name": name, "description": "", "parameters": {}});
        let request = json!({"system": why, "messages": [], "tools": [tool], "max_tokens": 1});
        let calls = json!([{"id": "1", "name": name, "arguments": arguments}]);
        let reply = json!({"text": "", "calls": calls, "usage": {"input": 1, "output": 1}, "stop": ""});
        serde_json::from_value(json!({"model": "m", "request": request, "reply": reply})).unwrap()
    }

    #[test]
    fn of_several_conversations_the_one_counts_whose_repair_was_taken() {
        let tried = |why: &str| Tried {
            digest: String::new(),
            hand: HandId::Model,
            why: why.to_owned(),
            result: "passed".to_owned(),
            work: None,
        };
        let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.tried = vec![tried("the sum was not told")];
        let all = [ended("finish", "a test"), ended("finish", "the sum was not told"), ended("review", "the sum")];
        assert_eq!(talk(&all, &record).unwrap()[0]["content"], "the sum was not told");
        record.tried[0].why = "as far as it came".to_owned();
        assert!(talk(&all, &record).is_none(), "nobody knows which");
        assert_eq!(talk(&all[1..], &record).unwrap()[0]["content"], "the sum was not told");
        assert!(talk(&all[2..], &record).is_none());
    }
}
