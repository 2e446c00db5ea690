//! rustfmt.

use super::formatter::Formatter;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::record::Confidence;
use anyhow::Result;

pub(super) const RUSTFMT: Formatter = Formatter {
    program: "rustfmt",
    marks: &["Diff in "],
    files: &[r"^Diff in (.+?)(?::\d+:?| at line \d+:)$"],
    arguments: |job, path| {
        let edition = edition(job, path)?.unwrap_or_else(|| "2015".to_owned());
        Ok(vec!["--emit".to_owned(), "stdout".to_owned(), "--edition".to_owned(), edition])
    },
    check_flags: &["fmt", "--check", "--all", "-l", "--edition", "--quiet", "-q", "-v"],
    beside_the_file: true,
    good_exits: &[0],
    confidence: Confidence::Confident,
};

/// The edition in the nearest manifest above the file that names one. A package that inherits it has
/// no number there, and the workspace's manifest further up has.
fn edition(job: &Job, path: &RelPath) -> Result<Option<String>> {
    let mut folder = path.as_str();
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let manifest = if folder.is_empty() { "Cargo.toml".to_owned() } else { format!("{folder}/Cargo.toml") };
        let text = job.workshop.read(&RelPath::parse(manifest)?)?.unwrap_or_default();
        if let Some(edition) = String::from_utf8_lossy(&text).lines().find_map(edition_in_line) {
            return Ok(Some(edition));
        }
    }
    Ok(None)
}

fn edition_in_line(line: &str) -> Option<String> {
    let value = line.trim().strip_prefix("edition")?.trim_start().strip_prefix('=')?.trim_start();
    let year: String = value.trim_start_matches(['"', '\'']).chars().take_while(char::is_ascii_digit).collect();
    (year.len() == 4).then_some(year)
}
