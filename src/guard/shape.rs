//! What kind of things a patch changes and how many: only the text of regular files, and not too much.

use super::{Case, Input, about, finding};
use crate::ids::RelPath;
use crate::patch::FilePatch;
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

pub fn check(case: &Case) -> Vec<Finding> {
    let input = &case.input;
    let files = input.patch.files();
    let modes = input.modes.before.keys().chain(input.modes.after.keys());
    let paths: BTreeSet<&RelPath> = files.iter().map(|file| &file.path).chain(modes).collect();
    let mut findings: Vec<_> = paths.into_iter().filter_map(|path| judge_mode(path, input)).collect();
    let binary = files.iter().filter(|file| is_binary(file));
    findings.extend(binary.map(|file| about("shape/binary", Severity::Error, &file.path, "changes a binary file")));
    findings.extend(size(input));
    findings
}

fn judge_mode(path: &RelPath, input: &Input) -> Option<Finding> {
    let (before, after) = (input.modes.before.get(path), input.modes.after.get(path));
    let either = |wanted: &str| [before, after].into_iter().flatten().any(|mode| mode == wanted);
    let (rule, what) = match (before, after) {
        _ if either("120000") => ("shape/symlink", "changes a symbolic link".to_owned()),
        _ if either("160000") => ("shape/submodule", "changes a submodule".to_owned()),
        (Some(old), Some(new)) if old != new => ("shape/mode", format!("changes the file mode from {old} to {new}")),
        (None, Some(new)) if new == "100755" && !is_moved(path, new, input) => {
            ("shape/mode", "adds an executable file".to_owned())
        }
        _ => return None,
    };
    Some(about(rule, Severity::Error, path, what))
}

/// The file stood elsewhere, byte for byte, with the same mode.
fn is_moved(path: &RelPath, mode: &str, input: &Input) -> bool {
    let file = input.patch.files().iter().find(|file| file.path == *path);
    file.is_some_and(|file| input.modes.before.get(input.patch.mode_from(file)).is_some_and(|old| old == mode))
}

fn is_binary(file: &FilePatch) -> bool {
    let control = |byte: &u8| *byte < 9 || (14..32).contains(byte) && *byte != 27;
    let is_text = |bytes: &Vec<u8>| std::str::from_utf8(bytes).is_ok();
    let both = || file.before.iter().chain(&file.after);
    // Text in an old encoding stays what it was, if that is what it was.
    let was_other = file.before.as_ref().is_some_and(|bytes| !is_text(bytes));
    both().any(|bytes| bytes.contains(&0))
        || both().any(|bytes| !is_text(bytes) && (!was_other || bytes.iter().any(control)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Policy;
    use crate::guard::Modes;
    use crate::patch::Patch;

    /// Its mode and content, where there is one.
    type Side = Option<(&'static str, &'static str)>;

    /// The rules that speak, of files before and after.
    fn rules(files: &[(&str, [Side; 2])]) -> Vec<String> {
        let path = |name: &str| RelPath::parse(name).unwrap();
        let bytes = |side: Side| side.map(|(_, text)| text.as_bytes().to_vec());
        let patch = Patch::from_files(files.iter().map(|(name, [before, after])| FilePatch {
            path: path(name),
            before: bytes(*before),
            after: bytes(*after),
        }));
        let modes = |at: usize| {
            let side = files.iter().filter_map(|(name, sides)| Some((path(name), sides[at]?.0.to_owned())));
            side.collect()
        };
        let (modes, policy) = (Modes { before: modes(0), after: modes(1) }, Policy::default());
        let input = Input { patch: &patch, policy: &policy, modes: &modes, secrets: None, failing: None };
        check(&Case::new(input)).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn only_regular_files_with_the_mode_they_had() {
        let (plain, script, link) = (Some(("100644", "a\n")), Some(("100755", "a\n")), Some(("120000", "a\n")));
        let other = Some(("100755", "b\n"));
        assert_eq!(rules(&[("new.txt", [None, plain])]), Vec::<String>::new());
        assert_eq!(rules(&[("run.sh", [script, other])]), Vec::<String>::new());
        assert_eq!(rules(&[("run.sh", [plain, other])]), ["shape/mode"]);
        assert_eq!(rules(&[("run.sh", [None, script])]), ["shape/mode"]);
        assert_eq!(rules(&[("link", [None, link])]), ["shape/symlink"]);
        let moved = |from| rules(&[("a/run.sh", [from, None]), ("run.sh", [None, script])]);
        assert_eq!(moved(script), Vec::<String>::new());
        assert_eq!(moved(plain), ["shape/mode"]);
        assert_eq!(moved(other), ["shape/mode"], "another content");
    }
}
