//! ruff, black and isort.

use super::formatter::Formatter;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::record::Confidence;
use anyhow::Result;

/// Places in both of ruff's human formats.
const RUFF_PLACES: &[&str] = &[r"^\s*--> (.+?):\d+:\d+$", r"^(\S.*?):\d+:\d+: [A-Z]+\d+ "];

pub(super) const RUFF_FORMAT: Formatter = Formatter {
    program: "ruff",
    marks: &["Would reformat: ", "unformatted: "],
    files: &[r"^Would reformat: (.+)$", r"^\s*--> (.+?):\d+:\d+$"],
    arguments: |_, path| words(&["format", "--stdin-filename", path.as_str(), "-"]),
    check_flags: &["format", "--check", "--diff", "--quiet", "-q"],
    beside_the_file: false,
    good_exits: &[0],
    confidence: Confidence::Confident,
};

pub(super) const RUFF_CHECK: Formatter = Formatter {
    program: "ruff",
    marks: &["fixable with the `--fix` option", "[*]"],
    files: RUFF_PLACES,
    arguments: |_, path| words(&["check", "--fix", "--quiet", "--stdin-filename", path.as_str(), "-"]),
    check_flags: RUFF_CHECK_FLAGS,
    beside_the_file: false,
    good_exits: &[0, 1],
    confidence: Confidence::Confident,
};

pub(super) const RUFF_UNSAFE: Formatter = Formatter {
    marks: &["`--unsafe-fixes` option"],
    arguments: |_, path| {
        words(&["check", "--fix", "--unsafe-fixes", "--quiet", "--stdin-filename", path.as_str(), "-"])
    },
    confidence: Confidence::Suggested,
    ..RUFF_CHECK
};

const RUFF_CHECK_FLAGS: &[&str] = &["check", "--diff", "--no-fix", "--quiet", "-q", "--statistics", "--show-fixes"];

pub(super) const BLACK: Formatter = Formatter {
    program: "black",
    marks: &["would reformat "],
    files: &[r"^would reformat (.+)$"],
    arguments: |_, path| words(&["--quiet", "--stdin-filename", path.as_str(), "-"]),
    check_flags: &["--check", "--diff", "--color", "--verbose", "-v", "--quiet", "-q"],
    beside_the_file: false,
    good_exits: &[0],
    confidence: Confidence::Confident,
};

pub(super) const ISORT: Formatter = Formatter {
    program: "isort",
    marks: &["Imports are incorrectly sorted"],
    files: &[r"^ERROR: (.+) Imports are incorrectly sorted"],
    arguments: |_: &Job, path: &RelPath| words(&["--quiet", "--filename", path.as_str(), "-"]),
    check_flags: &["--check", "--check-only", "-c", "--diff", "--quiet", "-q"],
    beside_the_file: false,
    good_exits: &[0],
    confidence: Confidence::Confident,
};

fn words(words: &[&str]) -> Result<Vec<String>> {
    Ok(words.iter().map(|word| (*word).to_owned()).collect())
}
