//! `thanos-fix diagnose [LOG|-]`: what a failure log says.

use super::usage;
use crate::brain::log::Reader;
use crate::record::{FailureClass, Location, LogReport, SCHEMA};
use anyhow::Context;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The log to read; `-` or nothing reads standard input.
    log: Option<PathBuf>,
}

/// As many tests and places as people's output shows.
const SHOWN: usize = 10;
const PIECE: usize = 256 * 1024;

/// What `--json` promises, and nothing that the reader may change its mind about.
#[derive(serde::Serialize)]
struct Document<'r> {
    schema: u32,
    class: FailureClass,
    failing: &'r [String],
    locations: &'r [Location],
    first_error: Option<&'r str>,
}

impl<'r> Document<'r> {
    fn of(report: &'r LogReport) -> Self {
        Self {
            schema: SCHEMA,
            class: report.class,
            failing: &report.failing,
            locations: &report.locations,
            first_error: report.first_error.as_deref(),
        }
    }
}

pub fn run(args: &Args, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let report = match args.log.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => read(open(path)?).with_context(|| format!("cannot read the log {}", path.display()))?,
        None => read(std::io::stdin().lock()).context("cannot read the log from standard input")?,
    };
    if json {
        serde_json::to_writer(&mut *out, &Document::of(&report))?;
        writeln!(out)?;
    } else {
        print(&report, out)?;
    }
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = File::open(path).map_err(|e| usage(format!("cannot open the log {}: {e}", path.display())))?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err(usage(format!("cannot read the log {}: it is a directory; name a file or `-`", path.display())));
    }
    Ok(file)
}

/// Streams, so that a log of any size needs the same memory.
fn read(mut source: impl Read) -> std::io::Result<LogReport> {
    let mut reader = Reader::default();
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(reader.finish()),
            Ok(length) => reader.push(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn print(report: &LogReport, out: &mut dyn Write) -> std::io::Result<()> {
    match &report.tool {
        Some(tool) => writeln!(out, "{} ({tool})", report.class.as_str())?,
        None => writeln!(out, "{}", report.class.as_str())?,
    }
    if let Some(line) = &report.first_error {
        writeln!(out, "  {}", printable(line))?;
    }
    let places: Vec<String> = report
        .locations
        .iter()
        .map(|l| [Some(l.path.clone()), l.line.map(|n| n.to_string()), l.column.map(|n| n.to_string())])
        .map(|parts| parts.into_iter().flatten().collect::<Vec<_>>().join(":"))
        .collect();
    list("failing tests", &report.failing, out)?;
    list("places", &places, out)
}

fn list(title: &str, entries: &[String], out: &mut dyn Write) -> std::io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:")?;
    for entry in entries.iter().take(SHOWN) {
        writeln!(out, "  {}", printable(entry))?;
    }
    match entries.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

/// A log's text may hold control characters that would steer the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &[u8] = b"src/main.c:7:5: error: 'x' undeclared \xff\n";

    fn output(path: &Path, json: bool) -> anyhow::Result<String> {
        let mut out = Vec::new();
        run(&Args { log: Some(path.to_owned()) }, json, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn json_is_the_documented_object() {
        let log = file(LOG);
        let value: serde_json::Value = serde_json::from_str(&output(log.path(), true).unwrap()).unwrap();
        assert_eq!((value["schema"].as_u64(), value["class"].as_str()), (Some(1), Some("compile")));
        assert_eq!(value["locations"][0]["path"], "src/main.c");
        assert_eq!((&value["locations"][0]["line"], &value["locations"][0]["column"]), (&7.into(), &5.into()));
        assert_eq!(value["failing"], serde_json::json!([]));
    }

    #[test]
    fn people_see_the_class_the_line_and_the_place() {
        let text = output(file(LOG).path(), false).unwrap();
        assert_eq!(text.lines().next(), Some("compile (cc)"));
        assert!(text.contains("'x' undeclared") && text.ends_with("places:\n  src/main.c:7:5\n"), "{text}");
    }

    #[test]
    fn long_lists_are_cut() {
        let log: String = (0..12).map(|n| format!("test tests::t{n} ... FAILED\n")).collect();
        assert!(output(file(log.as_bytes()).path(), false).unwrap().contains("and 2 more"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = output(folder.path(), false).unwrap_err();
        assert!(format!("{error:#}").contains("it is a directory"), "{error:#}");
        let error = output(&folder.path().join("missing.log"), false).unwrap_err();
        assert!(format!("{error:#}").contains("missing.log"), "{error:#}");
    }
}
