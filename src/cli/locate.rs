//! `thanos-fix locate`: which files a text is about.

use crate::brain::locate::Query;
use crate::record::{SCHEMA, Suspect};
use crate::stage;
use anyhow::{Context as _, Result};
use serde::Serialize;
use std::io::{Read as _, Write};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many files to name
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// The issue text: a file, `-` for stdin, or the text itself where no such file exists
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    files: &'a [Suspect],
}

/// Prints the files that the text is about, best first.
pub fn run(args: &Args, repo: &Path, json: bool, out: &mut dyn Write) -> Result<()> {
    let text = text(args.text.as_deref())?;
    let files = stage::locate::locate(repo, &Query::from_text(&text), args.top);
    if json {
        serde_json::to_writer(&mut *out, &Report { schema: SCHEMA, files: &files })?;
        writeln!(out)?;
        return Ok(());
    }
    if files.is_empty() {
        writeln!(out, "no file here has to do with this text")?;
    }
    for file in &files {
        let line = file.line.map_or(String::new(), |line| format!(":{line}"));
        writeln!(out, "{:5.3}  {}{line}  ({})", file.score, file.path, file.why.join("; "))?;
    }
    Ok(())
}

fn text(given: Option<&str>) -> Result<String> {
    let bytes = match given {
        None | Some("-") => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("cannot read the text from stdin")?;
            bytes
        }
        Some(path) if Path::new(path).is_file() => {
            std::fs::read(path).with_context(|| format!("cannot read {path}"))?
        }
        Some(text) => text.as_bytes().to_vec(),
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
