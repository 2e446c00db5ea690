//! What kind of things a patch changes and how many: only the text of regular files, and not too much.

use super::{Input, about, finding};
use crate::patch::FilePatch;
use crate::record::{Finding, Severity};

pub fn check(input: &Input) -> Vec<Finding> {
    let mut findings: Vec<_> = input.patch.files().iter().flat_map(|file| judge(file, input)).collect();
    findings.extend(size(input));
    findings
}

fn judge(file: &FilePatch, input: &Input) -> Vec<Finding> {
    let mode = |side: &std::collections::BTreeMap<_, String>| side.get(&file.path).cloned();
    let (before, after) = (mode(&input.modes.before), mode(&input.modes.after));
    let mut findings = Vec::new();
    let mut say = |rule: &str, what: &str| findings.push(about(rule, Severity::Error, &file.path, what));
    let either = |wanted: &str| [&before, &after].into_iter().flatten().any(|mode| mode == wanted);
    if either("120000") {
        say("shape/symlink", "changes a symbolic link");
    } else if either("160000") {
        say("shape/submodule", "changes a submodule");
    } else if let (Some(old), Some(new)) = (&before, &after)
        && old != new
    {
        say("shape/mode", &format!("changes the file mode from {old} to {new}"));
    } else if before.is_none() && after.as_deref() == Some("100755") {
        say("shape/mode", "adds an executable file");
    }
    if is_binary(file) {
        say("shape/binary", "changes a binary file");
    }
    findings
}

fn is_binary(file: &FilePatch) -> bool {
    let binary = |bytes: &Vec<u8>| bytes.contains(&0) || std::str::from_utf8(bytes).is_err();
    file.before.iter().chain(&file.after).any(binary)
}

/// Lock files are long and written by tools: `dependencies` looks at them.
fn is_generated(file: &FilePatch) -> bool {
    super::dependencies::is_lock_file(&file.path)
}

fn size(input: &Input) -> Vec<Finding> {
    let counted = input.patch.files().iter().filter(|file| !is_generated(file)).cloned();
    let stats = crate::patch::Patch::from_files(counted).stats();
    let limits = [
        ("shape/files", stats.files, input.policy.max_files, "files", "max-files"),
        ("shape/lines", stats.added + stats.removed, input.policy.max_lines, "lines", "max-lines"),
    ];
    let over = limits.into_iter().filter(|(_, count, limit, ..)| count > limit);
    let message = |count, what, key, limit| format!("changes {count} {what}; `policy.{key}` is {limit}");
    over.map(|(rule, count, limit, what, key)| finding(rule, Severity::Error, message(count, what, key, limit)))
        .collect()
}
