//! A text whose `{places}` nobody fills, as the output shows: in Python it lacks its `f`, in JavaScript its backticks
//! or a `$`.

use super::{Scene, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::ops::Range;

const MOST_FILES: usize = 400;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let log = scene.job.log;
    if scene.complaints.is_empty() || !log.contains('{') {
        return Ok(Vec::new());
    }
    let (mut all, mut made) = (Vec::new(), Vec::new());
    let files = scene.job.workshop.files()?.iter();
    for path in files.filter(|path| Language::with_names(path).is_some() && !place::is_test(path)).take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        if !places(&String::from_utf8_lossy(&text)).any(|place| log.contains(place)) {
            continue;
        }
        let Some(syntax) = scene.syntax(path)? else { continue };
        all.extend(in_file(path, &syntax, log));
    }
    all.truncate(MOST_OFFERS);
    if all.len() > 1 {
        let edits = all.iter().flatten().cloned().collect();
        made.extend(scene.candidate(
            edits,
            "filled in the places of texts that are printed as they stand".to_owned(),
            Confidence::Suggested,
        )?);
    }
    for edits in all {
        let path = &edits[0].path;
        let why = format!("filled in the places of a text of {path} that is printed as it stands");
        made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// `{…}` in a text, braces included.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(at, _)| {
        let end = at + text[at..].find('}')? + 1;
        let inner = &text[at + 1..end - 1];
        let is_value = inner.starts_with(|c: char| c.is_alphabetic() || c == '_') && !inner.contains(['\n', '{']);
        is_value.then(|| &text[at..end])
    })
}

fn in_file(path: &RelPath, syntax: &Syntax, log: &str) -> Vec<Vec<Edit>> {
    let tree = syntax.branches();
    let mut found = Vec::new();
    for node in tree.all().filter(|node| ["string", "template_string"].contains(&tree[*node].kind)) {
        let range = tree[node].range.clone();
        let text = syntax.text(&range);
        let shown = |place: &str| log.contains(place) && is_known(syntax, place);
        if !places(text).any(shown) {
            continue;
        }
        let changes = match (syntax.language(), tree[node].kind) {
            (Language::Python, "string") => prefixed(syntax, &tree, node),
            (language, "string") if language.is_script() && text.contains("${") => backticked(&range, text),
            (language, "template_string") if language.is_script() => dollars(&range, text, log),
            _ => None,
        };
        let edit = |(range, text)| Edit { path: path.clone(), range, text };
        found.extend(changes.map(|changes| changes.into_iter().map(edit).collect()));
    }
    found
}

/// Whether the first word of a place is a name of the file, beside the text.
fn is_known(syntax: &Syntax, place: &str) -> bool {
    let word: String = place[1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    syntax.names().iter().any(|name| syntax.text(&name.range) == word) || word == "this" || word == "self"
}

type Change = (Range<usize>, String);

/// `"…"` → `f"…"`, where nothing formats it.
fn prefixed(syntax: &Syntax, tree: &Branches, node: usize) -> Option<Vec<Change>> {
    let range = &tree[node].range;
    let (text, parent) = (syntax.text(range), tree[node].parent);
    let is_plain = text.starts_with(['"', '\'', 'r', 'R']);
    let is_formatted = ["attribute", "binary_operator"].contains(&tree[parent].kind)
        && syntax
            .text(&(range.end..syntax.bytes().len()))
            .trim_start()
            .starts_with([".", "%"].map(|it| it.chars().next().unwrap_or('.')));
    let is_doc = tree[parent].kind == "expression_statement";
    (is_plain && !is_formatted && !is_doc).then(|| vec![(range.start..range.start, "f".to_owned())])
}

fn backticked(range: &Range<usize>, text: &str) -> Option<Vec<Change>> {
    let quotes = [range.start..range.start + 1, range.end - 1..range.end];
    (!text.contains('`')).then(|| quotes.map(|quote| (quote, "`".to_owned())).to_vec())
}

/// `{x}` → `${x}` between backticks.
fn dollars(range: &Range<usize>, text: &str, log: &str) -> Option<Vec<Change>> {
    let at = |place: &str| place.as_ptr() as usize - text.as_ptr() as usize;
    let bare = places(text).filter(|place| log.contains(*place) && !text[..at(place)].ends_with('$'));
    let changes: Vec<Change> =
        bare.map(|place| (range.start + at(place)..range.start + at(place), "$".to_owned())).collect();
    (!changes.is_empty()).then_some(changes)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn places_are_filled() {
        check(&[
            Example {
                files: &[
                    ("m.py", "def f(a):\n    \"\"\"Says {a}.\"\"\"\n    return \"<{a}>\" + \"{}\".format(a)\n"),
                    ("test_m.py", ""),
                ],
                log: "test_m.py:1: in test\n    assert f(1) == '<1>1'\nE   AssertionError: assert '<{a}>1' == '<1>1'\n",
                fixed: "def f(a):\n    \"\"\"Says {a}.\"\"\"\n    return f\"<{a}>\" + \"{}\".format(a)\n",
            },
            Example {
                files: &[("a.js", "function f(name) {\n  return 'hello ${name}!';\n}\n"), ("a.test.js", "")],
                log: "AssertionError [ERR_ASSERTION]: 'hello ${name}!' == 'hello ann!'\n    at Test.<anonymous> (/repo/a.test.js:1:3)\n",
                fixed: "function f(name) {\n  return `hello ${name}!`;\n}\n",
            },
            Example {
                files: &[("a.js", "function f(a, b) {\n  return `${a} {b}`;\n}\n"), ("a.test.js", "")],
                log: "AssertionError [ERR_ASSERTION]: '1 {b}' == '1 2'\n    at Test.<anonymous> (/repo/a.test.js:1:3)\n",
                fixed: "function f(a, b) {\n  return `${a} ${b}`;\n}\n",
            },
        ]);
    }
}
