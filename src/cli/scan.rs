//! `thanos-fix scan`: the secret scan alone, over a tree, files, a patch, a range of commits or standard
//! input.

mod annotations;
mod range;
mod sarif;

use super::{Door, Exit, print_json, print_text, usage};
use crate::guard::change::text_of;
use crate::guard::secrets::{self, Baseline, Place, Scanner, Secret, Settings, diff};
use crate::ids::hex;
use crate::record::SCHEMA;
use crate::workspace;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Larger files are data, not places where people paste a key.
const MAX_BYTES: u64 = 4 << 20;
const MAX_STDIN: u64 = 256 << 20;

/// Find secrets in a tree, in files, in the commits of a range or in standard input; exit 1 when there are any
#[derive(clap::Args)]
pub struct Args {
    /// SARIF 2.1.0 on standard output
    #[arg(long)]
    sarif: bool,
    /// Workflow commands that annotate the lines; the default in a GitHub workflow
    #[arg(long)]
    annotations: bool,
    /// What the commits of a range add: `A..B`, or `B` for everything up to it
    #[arg(long, value_name = "A..B", conflicts_with = "paths")]
    range: Option<String>,
    /// Tell only what this file, written by --write-baseline, does not know
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Remember what is found as salted hashes, and call it no finding
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Files or folders, `-` for standard input (a unified diff is read as one); the repository without any
    paths: Vec<PathBuf>,
}

/// A secret, and the file and the commit it is in.
struct Found {
    path: String,
    commit: Option<String>,
    secret: Secret,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let mut found = match &args.range {
        Some(range) => range::scan(door, range, |settings| with_baseline(settings, args))?,
        None => scan_paths(door, args)?,
    };
    found.sort_by(|a, b| (&a.path, a.secret.line, a.secret.column).cmp(&(&b.path, b.secret.line, b.secret.column)));
    if let Some(file) = &args.write_baseline {
        return remember(door, file, &found);
    }
    show(door, args, &found)?;
    door.ui.verdict(found.is_empty(), &crate::report::count(found.len(), "secret"));
    Ok(if found.is_empty() { Exit::Done } else { Exit::No })
}

fn show(door: &Door, args: &Args, found: &[Found]) -> Result<()> {
    if args.sarif {
        return print_json(&sarif::report(found));
    }
    if door.common.json {
        return print_json(&json!({"schema": SCHEMA, "findings": found.iter().map(as_json).collect::<Vec<_>>()}));
    }
    let lines: Vec<String> = if args.annotations || door.env.in_actions() {
        annotations::lines(found)
    } else {
        found.iter().map(line).collect()
    };
    if lines.is_empty() { Ok(()) } else { print_text(&lines.join("\n")) }
}

fn as_json(found: &Found) -> serde_json::Value {
    let secret = &found.secret;
    json!({
        "rule": secret.rule,
        "name": secret.name,
        "path": found.path,
        "commit": found.commit,
        "line": secret.line,
        "column": secret.column,
        "end_line": secret.end_line,
        "end_column": secret.end_column,
        "excerpt": secret.excerpt,
        "fingerprint": secret.fingerprint,
    })
}

fn line(found: &Found) -> String {
    let Secret { rule, name, line, column, excerpt, .. } = &found.secret;
    let path: String = found.path.chars().filter(|c| !c.is_control()).collect();
    let commit = found.commit.as_deref().map(|commit| format!("{}: ", &commit[..commit.len().min(10)]));
    format!("{}{path}:{line}:{column}: {name} ({rule}): {excerpt}", commit.unwrap_or_default())
}

/// The settings of the tree, and the baseline that was asked for.
fn scan_paths(door: &Door, args: &Args) -> Result<Vec<Found>> {
    let default = [door.common.repo.clone()];
    let paths = if args.paths.is_empty() { &default[..] } else { &args.paths };
    let root = &door.common.repo;
    let settings = Settings::read(&|path| std::fs::read_to_string(root.join(path)).ok()).map_err(usage)?;
    let large = paths.iter().any(|path| path.is_dir());
    let scanner = Scanner::new(with_baseline(settings, args)?, large);
    let mut found = Vec::new();
    for path in paths {
        scan_path(door, &scanner, path, &mut found)?;
    }
    Ok(found)
}

fn with_baseline(mut settings: Settings, args: &Args) -> Result<Settings> {
    if let Some(file) = &args.baseline {
        let text = std::fs::read_to_string(file).map_err(|e| usage(format!("cannot read {}: {e}", file.display())))?;
        settings.baseline = Some(Baseline::parse(&file.to_string_lossy(), &text).map_err(usage)?);
    } else if args.write_baseline.is_some() {
        // What was known is to be known still.
        settings.baseline = None;
    }
    Ok(settings)
}

fn remember(door: &Door, file: &Path, found: &[Found]) -> Result<Exit> {
    let mut salt = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut salt))
        .context("no random bytes")?;
    let baseline = Baseline::new(hex(salt), found.iter().map(|found| (found.path.as_str(), &found.secret)));
    let text = serde_json::to_string_pretty(&baseline)? + "\n";
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(file, text))
        .map_err(|e| usage(format!("cannot write {}: {e}", file.display())))?;
    door.ui.verdict(true, &format!("{} in {}", crate::report::count(found.len(), "known secret"), file.display()));
    Ok(Exit::Done)
}

fn scan_path(door: &Door, scanner: &Scanner, path: &Path, found: &mut Vec<Found>) -> Result<()> {
    let refuse = |e: std::io::Error| usage(format!("cannot read {}: {e}", path.display()));
    if path == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().lock().take(MAX_STDIN).read_to_end(&mut text).map_err(refuse)?;
        scan_stdin(scanner, &text, found);
        return Ok(());
    }
    let kind = std::fs::metadata(path).map_err(refuse)?;
    if kind.is_dir() {
        scan_tree(scanner, path, found);
    } else if kind.is_file() {
        scan_text(scanner, &shown(path), &std::fs::read(path).map_err(refuse)?, found);
    } else {
        // Reading a pipe or a device may never end.
        door.ui.stage("skipped", &format!("{} is no regular file", path.display()));
    }
    Ok(())
}

/// Comments in a diff count for nothing: who adds a secret can add them too.
fn scan_stdin(scanner: &Scanner, text: &[u8], found: &mut Vec<Found>) {
    match text_of(text).and_then(|text| diff::added(&text)) {
        Some(files) => {
            for file in files {
                let secrets = scanner.scan(Place { path: &file.path, commit: None }, &file.text);
                found.extend(secrets.into_iter().map(|secret| Found { path: file.path.clone(), commit: None, secret }));
            }
        }
        None => scan_text(scanner, "-", text, found),
    }
}

fn scan_tree(scanner: &Scanner, root: &Path, found: &mut Vec<Found>) {
    let all = Mutex::new(Vec::new());
    workspace::visit_named(
        root,
        MAX_BYTES,
        |path| Some(shown(path)),
        |path, bytes| {
            let mut own = Vec::new();
            scan_text(scanner, path, bytes, &mut own);
            if !own.is_empty() {
                all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
            }
        },
    );
    found.append(&mut all.into_inner().unwrap_or_else(PoisonError::into_inner));
}

/// Without the `./` that stands for nothing.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned()
}

/// A line whose comment says that it is no secret is left out: the owner of the tree wrote it.
fn scan_text(scanner: &Scanner, path: &str, bytes: &[u8], found: &mut Vec<Found>) {
    let Some(text) = text_of(bytes) else { return };
    let secrets = scanner.scan(Place { path, commit: None }, &text);
    if secrets.is_empty() {
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    let kept = secrets.into_iter().filter(|secret| !secrets::lets_pass(&lines, secret.line));
    found.extend(kept.map(|secret| Found { path: path.to_owned(), commit: None, secret }));
}
