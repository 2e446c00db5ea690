//! `thanos-fix scan`: the secret scan alone, over a tree, files or standard input.

mod sarif;

use super::{Door, Exit, print_json, print_text, usage};
use crate::guard::secrets::{self, Secret};
use crate::record::SCHEMA;
use crate::workspace;
use anyhow::Result;
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Larger files are data, not places where people paste a key.
const MAX_BYTES: u64 = 4 << 20;
const MAX_STDIN: u64 = 256 << 20;
/// How far a binary file is looked at to know that it is one.
const PROBE: usize = 8000;

/// Find secrets in a tree, in files or in standard input; exit 1 when there are any
#[derive(clap::Args)]
pub struct Args {
    /// SARIF 2.1.0 on standard output
    #[arg(long)]
    sarif: bool,
    /// Files or folders, `-` for standard input; the repository without any
    paths: Vec<PathBuf>,
}

/// A secret and the file it is in.
struct Found {
    path: String,
    secret: Secret,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let default = [door.common.repo.clone()];
    let mut found = Vec::new();
    for path in if args.paths.is_empty() { &default[..] } else { &args.paths } {
        scan_path(path, &mut found)?;
    }
    found.sort_by(|a, b| (&a.path, a.secret.line, a.secret.column).cmp(&(&b.path, b.secret.line, b.secret.column)));
    if args.sarif {
        print_json(&sarif::report(&found))?;
    } else if door.common.json {
        print_json(&json!({"schema": SCHEMA, "findings": found.iter().map(as_json).collect::<Vec<_>>()}))?;
    } else if !found.is_empty() {
        print_text(&found.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    }
    door.ui.verdict(found.is_empty(), &crate::report::count(found.len(), "secret"));
    Ok(if found.is_empty() { Exit::Done } else { Exit::No })
}

fn as_json(found: &Found) -> serde_json::Value {
    let secret = &found.secret;
    json!({
        "rule": secret.rule,
        "name": secret.name,
        "path": found.path,
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
    format!("{path}:{line}:{column}: {name} ({rule}): {excerpt}")
}

fn scan_path(path: &Path, found: &mut Vec<Found>) -> Result<()> {
    let refuse = |e: std::io::Error| usage(format!("cannot read {}: {e}", path.display()));
    if path == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().lock().take(MAX_STDIN).read_to_end(&mut text).map_err(refuse)?;
        scan_text("-", &text, found);
    } else if std::fs::metadata(path).map_err(refuse)?.is_dir() {
        scan_tree(path, found);
    } else {
        scan_text(&shown(path), &std::fs::read(path).map_err(refuse)?, found);
    }
    Ok(())
}

fn scan_tree(root: &Path, found: &mut Vec<Found>) {
    let all = Mutex::new(Vec::new());
    workspace::visit(
        root,
        MAX_BYTES,
        |_| true,
        |path, bytes| {
            let mut own = Vec::new();
            scan_text(&shown(&root.join(path.as_str())), bytes, &mut own);
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
fn scan_text(path: &str, bytes: &[u8], found: &mut Vec<Found>) {
    if bytes.iter().take(PROBE).any(|byte| *byte == 0) {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let secrets = secrets::scan(path, &text);
    if secrets.is_empty() {
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    let allowed = |secret: &Secret| lines.get(secret.line as usize - 1).is_some_and(|line| secrets::is_allowed(line));
    let kept = secrets.into_iter().filter(|secret| !allowed(secret));
    found.extend(kept.map(|secret| Found { path: path.to_owned(), secret }));
}
