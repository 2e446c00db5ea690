//! gofmt.

use super::formatter::Formatter;
use crate::record::Confidence;

pub(super) const GOFMT: Formatter = Formatter {
    program: "gofmt",
    marks: &[".go"],
    files: &[r"^(\S+\.go)$", r"^diff (?:-u )?(\S+?\.go)(?:\.orig)? ", r"^(\S+\.go):\d+(?::\d+)?:.*not `?gofmt"],
    arguments: |_, _| Ok(Vec::new()),
    check_flags: &["-l", "-d", "-e", "-w"],
    beside_the_file: true,
    good_exits: &[0],
    confidence: Confidence::Confident,
};
