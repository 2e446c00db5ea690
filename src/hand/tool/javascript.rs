//! prettier.

use super::formatter::Formatter;
use crate::record::Confidence;

pub(super) const PRETTIER: Formatter = Formatter {
    program: "prettier",
    marks: &["[warn] Code style issues", "Run Prettier", "Forgot to run Prettier"],
    files: &[r"^\[warn\] (.+\.\w+)$"],
    arguments: |_, path| Ok(vec!["--stdin-filepath".to_owned(), path.as_str().to_owned()]),
    check_flags: &["--check", "-c", "--list-different", "-l", "--write", "-w"],
    beside_the_file: false,
    good_exits: &[0],
    confidence: Confidence::Confident,
};
