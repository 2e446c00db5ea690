//! Python: a key that a mapping does not have and that nearly is one that the file, or its tests, write.

use super::Scene;
use super::distance::{distance, is_near};
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeMap;
use std::ops::Range;

/// The reader of tracebacks leaves the error's name out: the whole log says that it is one of these.
static MISSING: Said = Said::new(&[r#"KeyError: ['"]([\w .-]{2,80})['"]"#]);
const MOST_FRAMES: usize = 4;
const MOST_OFFERS: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let Some(key) = MISSING.captures(&scene.log).map(|found| found[1].to_owned()) else { return Ok(Vec::new()) };
    let frames = scene.complaints.iter().filter(|it| it.message.trim_matches(['"', '\'']) == key);
    let mut paths: Vec<&RelPath> = Vec::new();
    for place in frames.flat_map(|complaint| complaint.places.iter().take(MOST_FRAMES)) {
        if !paths.contains(&&place.path) && Language::with_names(&place.path) == Some(Language::Python) {
            paths.push(&place.path);
        }
    }
    let mut known: BTreeMap<String, Vec<(RelPath, Range<usize>)>> = BTreeMap::new();
    for path in paths {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for range in literals(&syntax) {
            known.entry(syntax.text(&range).to_owned()).or_default().push((path.clone(), range));
        }
    }
    let Some(asked) = known.get(&key) else { return Ok(Vec::new()) };
    let mut near: Vec<(&String, &Vec<_>)> = known.iter().filter(|(other, _)| is_near(&key, other)).collect();
    near.sort_by(|a, b| distance(&key, a.0).total_cmp(&distance(&key, b.0)).then(b.1.len().cmp(&a.1.len())));
    let mut made = Vec::new();
    for (right, stands) in near.into_iter().take(MOST_OFFERS) {
        // The rarer of the two is the slip; of two alike it is the one that was asked for.
        let mut ways = [(asked, &key, right), (stands, right, &key)];
        if stands.len() < asked.len() {
            ways.reverse();
        }
        for (places, wrong, right) in ways {
            let all = places.iter().map(|(path, range)| Edit {
                path: path.clone(),
                range: range.clone(),
                text: right.clone(),
            });
            let why = format!("corrected the misspelt key `{wrong}` to `{right}`");
            made.extend(scene.candidate(all.collect(), why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// Texts that may be keys: whole ones, of one line.
fn literals(syntax: &Syntax) -> impl Iterator<Item = Range<usize>> {
    let whole = |range: &Range<usize>| {
        let quote = |at: Option<&u8>| at.is_some_and(|b| matches!(b, b'"' | b'\''));
        let bytes = syntax.bytes();
        quote(range.start.checked_sub(1).and_then(|at| bytes.get(at))) && quote(bytes.get(range.end))
    };
    let all: Vec<_> = syntax.tokens().iter().filter(|t| t.kind == "string_content").map(|t| t.range.clone()).collect();
    all.into_iter().filter(move |range| whole(range))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_key_is_written_as_it_is_known() {
        check(&[
            Example {
                files: &[(
                    "a.py",
                    "def f(p):\n    parts = {\"first\": p[\"first\"], \"last\": p[\"last\"]}\n    return parts[\"lst\"]\n",
                )],
                log: "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    return parts[\"lst\"]\nKeyError: 'lst'\n",
                fixed: "def f(p):\n    parts = {\"first\": p[\"first\"], \"last\": p[\"last\"]}\n    return parts[\"last\"]\n",
            },
            Example {
                files: &[("a.py", "D = {\"widht\": 1}\n\ndef f():\n    return D[\"width\"] + D.get(\"width\")\n")],
                log: "____ test_f ____\n    def f():\n>       return D[\"width\"] + D.get(\"width\")\nE       KeyError: 'width'\n\na.py:4: KeyError\n",
                fixed: "D = {\"width\": 1}\n\ndef f():\n    return D[\"width\"] + D.get(\"width\")\n",
            },
        ]);
    }
}
