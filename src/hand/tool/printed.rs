//! A formatter that printed the difference has done the work already: it is taken from the log, and the
//! formatter need not run a third time. Unified diffs, and rustfmt's own form.

use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::patch::hunks::{self, Hunk};
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Confidence, FailureClass, HandId};
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::LazyLock;

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    if job.diagnosis.class != FailureClass::Format {
        return Ok(Vec::new());
    }
    let mut by_file: BTreeMap<RelPath, Vec<Hunk>> = BTreeMap::new();
    for (name, hunk) in found(job.log) {
        let Some(path) = job.workshop.resolve(name) else { return Ok(Vec::new()) };
        by_file.entry(path).or_default().push(hunk);
    }
    let mut files = Vec::new();
    for (path, hunks) in by_file {
        let Some(file) = rewritten(job, &path, &hunks)? else { return Ok(Vec::new()) };
        files.push(file);
    }
    let tool = job.diagnosis.tool.as_deref().unwrap_or("the command");
    let patch = Patch::from_files(files);
    let why = match patch.files() {
        [] => return Ok(Vec::new()),
        [one] => format!("rewrite {} as {tool} printed it", one.path),
        many => format!("rewrite {} files as {tool} printed them", many.len()),
    };
    Ok(vec![Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident }])
}

fn rewritten(job: &Job, path: &RelPath, hunks: &[Hunk]) -> Result<Option<FilePatch>> {
    let Some(before) = offer::editable(job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Ok(None);
    };
    match hunks::apply(&before, hunks) {
        Some(after) => offer::rewritten(job, path, after.into_bytes()),
        None => Ok(None),
    }
}

/// Every hunk in the log, with the name of its file.
fn found(log: &str) -> Vec<(&str, Hunk<'_>)> {
    static RUSTFMT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^Diff in (.+?)(?::(\d+):?| at line (\d+):)$"));
    let mut found = Vec::new();
    let mut file = None;
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("+++ ") {
            file = Some(named(name));
        } else if let (Some(head), Some(file)) = (hunks::header(line), file) {
            found.push((file, hunks::counted(&mut lines, head)));
        } else if let Some(at) = RUSTFMT.captures(line) {
            let first = at.get(2).or(at.get(3)).and_then(|n| n.as_str().parse().ok());
            let name = at.get(1).map_or("", |name| name.as_str());
            found.push((name, marked(&mut lines, first.unwrap_or(1))));
        }
    }
    found
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|e| unreachable!("{e}"))
}

/// Without the time stamp and what isort adds.
fn named(name: &str) -> &str {
    let name = name.split('\t').next().unwrap_or(name).trim_end();
    name.strip_suffix(":after").unwrap_or(name)
}

/// A hunk that ends where no marked line follows. Empty lines at its end may not be its own.
fn marked<'a>(lines: &mut Peekable<std::str::Lines<'a>>, first: usize) -> Hunk<'a> {
    let mut hunk = Hunk { at: first.saturating_sub(1), ..Hunk::default() };
    while lines.peek().is_some_and(|line| hunk.take(line)) {
        lines.next();
    }
    while hunk.before.last() == Some(&"") && hunk.after.last() == Some(&"") {
        hunk.before.pop();
        hunk.after.pop();
    }
    hunk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(log: &str, text: &str) -> Option<(String, String)> {
        let found = found(log);
        let name = found.first()?.0.to_owned();
        let hunks: Vec<Hunk> = found.into_iter().map(|(_, hunk)| hunk).collect();
        Some((name, hunks::apply(text, &hunks)?))
    }

    #[test]
    fn differences_are_read_in_every_form() {
        let cases = [
            (
                "Diff in /w/src/lib.rs:1:\n-use  a;\n+use a;\n use b;\n \n fn f() {}\nDiff in /w/src/lib.rs:5:\n-x ;\n+x;\n\n",
                "use  a;\nuse b;\n\nfn f() {}\nx ;\n",
                ("/w/src/lib.rs", "use a;\nuse b;\n\nfn f() {}\nx;\n"),
            ),
            (
                "diff u.go.orig u.go\n--- u.go.orig\n+++ u.go\n@@ -2,3 +2,2 @@\n {\n- b\n-\n+\tb\n",
                "a\n{\n b\n\nc\n",
                ("u.go", "a\n{\n\tb\nc\n"),
            ),
            (
                "--- /w/m.py:before\t2026-01-01\n+++ /w/m.py:after\t2026-01-01\n@@ -1,2 +1,3 @@\n+import b\n import a\n\n",
                "import a\n\nx\n",
                ("/w/m.py", "import b\nimport a\n\nx\n"),
            ),
            ("--- m.py\n+++ m.py\n@@ -1 +1 @@\n-x=1\n+x = 1\nmore\n", "x=1\n", ("m.py", "x = 1\n")),
            ("--- m.py\n+++ m.py\n@@ -1,0 +2 @@\n+y\n", "x\nz\n", ("m.py", "x\ny\nz\n")),
        ];
        for (log, text, (name, after)) in cases {
            assert_eq!(applied(log, text), Some((name.to_owned(), after.to_owned())), "{log}");
        }
    }

    #[test]
    fn a_hunk_goes_only_where_its_lines_are() {
        let log = "Diff in a.rs:9:\n-x ;\n+x;\n";
        assert_eq!(applied(log, "a\nx ;\n").unwrap().1, "a\nx;\n");
        for text in ["a\ny\n", "x ;\nx ;\n", "x ;\r\n", "x ;"] {
            assert_eq!(applied(log, text), None, "{text:?}");
        }
    }
}
