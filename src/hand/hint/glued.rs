//! Python reads two texts without a comma between them as one. The output shows what came of it, and the comma goes in.

use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;

const MOST_FILES: usize = 400;
const MOST_OFFERS: usize = 4;
const LISTS: &[&str] = &["list", "tuple", "set", "argument_list"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let is_python = |place: &super::complaint::Place| Language::with_names(&place.path) == Some(Language::Python);
    if !scene.complaints.iter().flat_map(|complaint| &complaint.places).any(is_python) {
        return Ok(made);
    }
    let files = scene.job.workshop.files()?.iter();
    let own = files.filter(|path| Language::with_names(path) == Some(Language::Python) && !place::is_test(path));
    for path in own.take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        if !may_be_glued(&String::from_utf8_lossy(&text), scene.job.log) {
            continue;
        }
        let Some(syntax) = scene.syntax(path)? else { continue };
        for (at, glued) in seams(&syntax, scene.job.log) {
            let why = format!("parted the texts that read as `{glued}` in {path}");
            let edit = Edit { path: path.clone(), range: at..at, text: ",".to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
        if made.len() >= MOST_OFFERS {
            break;
        }
    }
    Ok(made)
}

/// Whether two texts stand beside each other whose ends meet in the output. Parsing every file would take long.
fn may_be_glued(text: &str, log: &str) -> bool {
    let ends = text.match_indices(['"', '\'']).map(|(at, _)| at);
    ends.into_iter().any(|at| {
        let rest = &text[at + 1..];
        let next = rest.trim_start();
        let Some(after) = next.strip_prefix(['"', '\'']).filter(|_| next.len() < rest.len()) else { return false };
        let before: String = text[..at].chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
        let meet: String = before.chars().chain(after.chars().take(3)).collect();
        !meet.contains(['"', '\'', '\n']) && meet.chars().count() > 1 && log.contains(&meet)
    })
}

/// Where a comma may be missing, and the word that is there without it.
fn seams(syntax: &Syntax, log: &str) -> Vec<(usize, String)> {
    let tree = syntax.branches();
    let content = |node: usize| {
        let text = syntax.text(&tree[node].range);
        text.trim_start_matches(|c: char| c.is_alphabetic()).trim_matches(['"', '\''])
    };
    let mut found = Vec::new();
    let joined =
        |node: &usize| tree[*node].kind == "concatenated_string" && LISTS.contains(&tree[tree[*node].parent].kind);
    for node in tree.all().filter(joined) {
        for pair in tree.inner(node).windows(2) {
            let glued = format!("{}{}", content(pair[0]), content(pair[1]));
            let is_short = glued.len() < 60 && !content(pair[0]).is_empty() && !content(pair[1]).is_empty();
            if is_short && log.contains(&glued) {
                found.push((tree[pair[0]].range.end, glued));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn texts_that_are_one_by_mistake_are_parted() {
        check(&[Example {
            files: &[
                ("m.py", "NAMES = [\n    \"one\",\n    \"two\"\n    \"three\",\n]\nHELP = (\"long \" \"text\")\n"),
                ("t.py", "f(m.NAMES)\n"),
            ],
            log: "  File \"/repo/t.py\", line 1, in <module>\n    f(m.NAMES)\nKeyError: 'twothree'\n",
            fixed: "NAMES = [\n    \"one\",\n    \"two\",\n    \"three\",\n]\nHELP = (\"long \" \"text\")\n",
        }]);
    }
}
