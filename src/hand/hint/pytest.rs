//! pytest: a fixture or a marker whose name is misspelt where a test asks for it, and a marker that nobody registered.

use super::distance::{distance, is_near};
use super::lines::lines;
use super::said::Said;
use super::{Scene, meaning, offer, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static FIXTURE: Said = Said::new(&[r"fixture '(\w+)' not found"]);
static FIXTURES: Said = Said::new(&[r"available fixtures: (.+)"]);
static PLACE: Said = Said::new(&[r"^file (.+), line ([0-9]+)"]);
static MARKER: Said = Said::new(&[r"'(\w+)' not found in `markers` configuration option"]);
const SETTINGS: &[&str] = &["pytest.toml", "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"];
const MOST_FILES: usize = 400;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = fixtures(scene)?;
    if let Some(found) = MARKER.captures(&scene.log) {
        made.extend(marker(scene, &found[1])?);
    }
    Ok(made)
}

fn fixtures(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut made, mut at, mut wrong) = (Vec::new(), None, None);
    for line in scene.log.lines() {
        if let Some(found) = PLACE.captures(line) {
            at = scene.job.workshop.resolve(&found[1]).zip(found[2].parse::<u32>().ok());
        } else if let Some(found) = FIXTURE.captures(line) {
            wrong = Some(found[1].to_owned());
        } else if let Some(found) = FIXTURES.captures(line)
            && let (Some(name), Some((path, line))) = (wrong.take(), at.take())
        {
            let near = found[1].split(", ").filter(|own| is_near(&name, own));
            let Some(right) = near.min_by(|a, b| distance(&name, a).total_cmp(&distance(&name, b))) else { continue };
            let Some(syntax) = scene.syntax(&path)? else { continue };
            let sites = parameter(&syntax, line, &name, right);
            let edits =
                sites.into_iter().map(|range| Edit { path: path.clone(), range, text: right.to_owned() }).collect();
            let why = format!("asked for the fixture `{right}`, not `{name}`");
            // Where the fixture stands in the same file its name is no other's: a test takes what is defined beside it.
            let patch = offer::patch(scene.job, edits)?;
            let made_of = |patch| Candidate { patch, hand: HandId::Hint, why, confidence: Confidence::Suggested };
            made.extend(patch.map(made_of));
        }
    }
    Ok(made)
}

/// The parameter that a test has, and its uses, unless the body knows the fixture by its right name.
fn parameter(syntax: &Syntax, line: u32, name: &str, right: &str) -> Vec<Range<usize>> {
    let tree = syntax.branches();
    let begins = |node: &usize| {
        let range = &tree[*node].range;
        tree[*node].kind == "function_definition"
            && syntax.line_of(range.start) <= line + 3
            && line <= syntax.line_of(range.end)
    };
    let Some(function) = tree.all().filter(begins).last() else { return Vec::new() };
    let all = place::occurrences(syntax, tree[function].range.clone(), name);
    let knows = !place::occurrences(syntax, tree[function].range.clone(), right).is_empty();
    if knows { all.into_iter().take(1).collect() } else { all }
}

fn marker(scene: &Scene, name: &str) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let files = scene.job.workshop.files()?;
    let settings = files.iter().filter(|path| SETTINGS.contains(&path.file_name()));
    let mut lists = Vec::new();
    for path in settings {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        if let Some((own, at, line)) = listed(&text, name) {
            lists.push((path.clone(), own, at, line));
        }
    }
    let own: Vec<String> = lists.iter().flat_map(|(_, own, ..)| own.iter().cloned()).collect();
    let near =
        own.iter().filter(|own| is_near(name, own)).min_by(|a, b| distance(name, a).total_cmp(&distance(name, b)));
    if let Some(right) = near {
        let edits = marked(scene, files, name, right)?;
        made.extend(scene.candidate(
            edits,
            format!("corrected the marker `{name}` to `{right}`"),
            Confidence::Suggested,
        )?);
    } else {
        for (path, _, at, text) in lists {
            let why = format!("registered the marker `{name}` in {path}");
            let edit = Edit { path, range: at..at, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The markers that a file registers, and where one more goes and how it is written.
fn listed(text: &str, name: &str) -> Option<(Vec<String>, usize, String)> {
    let (mut own, mut put, mut inside) = (Vec::new(), None, false);
    for (at, line) in lines(text) {
        let body = line.trim();
        let begins = body.strip_prefix("markers").is_some_and(|rest| rest.trim_start().starts_with('='));
        if inside && (body.starts_with(']') || !line.starts_with([' ', '\t'])) {
            break;
        }
        if inside && !body.is_empty() {
            let indent = &line[..line.len() - line.trim_start().len()];
            let quote = if body.starts_with(['"', '\'']) { &body[..1] } else { "" };
            let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
            own.extend(meaning::words(body).next().map(str::to_owned));
            let comma = if quote.is_empty() { "" } else { "," };
            // Behind an entry without a comma nothing may follow.
            put = (comma.is_empty() || body.ends_with(','))
                .then(|| (at + line.len(), format!("{indent}{quote}{name}{quote}{comma}{end}")));
        }
        inside |= begins;
    }
    put.map(|(at, text)| (own, at, text))
}

/// `mark.name` wherever it stands.
fn marked(scene: &Scene, files: &[RelPath], name: &str, right: &str) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for path in files.iter().filter(|path| Language::with_names(path) == Some(Language::Python)).take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        let Ok(text) = String::from_utf8(text) else { continue };
        let sought = format!("mark.{name}");
        for (at, _) in text
            .match_indices(&sought)
            .filter(|(at, _)| !text[at + sought.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        {
            let start = at + "mark.".len();
            edits.push(Edit { path: path.clone(), range: start..start + name.len(), text: right.to_owned() });
        }
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_a_test_asks_for_is_spelt_as_it_is_called() {
        check(&[
            Example {
                files: &[("tests/test_a.py", "def test_a(stor):\n    assert store.x\n")],
                log: "file /repo/tests/test_a.py, line 1\n  def test_a(stor):\nE       fixture 'stor' not found\n>       available fixtures: cache, store, tmp_path\n",
                fixed: "def test_a(store):\n    assert store.x\n",
            },
            Example {
                files: &[
                    ("tests/test_a.py", "@pytest.mark.slwo\ndef test_a():\n    pass\n"),
                    ("pyproject.toml", "[tool.pytest.ini_options]\nmarkers = [\n    \"slow: takes long\",\n]\n"),
                ],
                log: "'slwo' not found in `markers` configuration option\n",
                fixed: "@pytest.mark.slow\ndef test_a():\n    pass\n",
            },
            Example {
                files: &[
                    ("pytest.ini", "[pytest]\nmarkers =\n    slow: takes long\n"),
                    ("tests/test_a.py", "@pytest.mark.network\ndef test_a():\n    pass\n"),
                ],
                log: "'network' not found in `markers` configuration option\n",
                fixed: "[pytest]\nmarkers =\n    slow: takes long\n    network\n",
            },
        ]);
    }

    #[test]
    fn a_fixture_may_stand_in_the_file_itself() {
        check(&[Example {
            files: &[(
                "test_a.py",
                "import pytest\n\n@pytest.fixture\ndef cart():\n    return 1\n\ndef test_f(crt):\n    assert crt == 1\n",
            )],
            log: "file /repo/test_a.py, line 7\n  def test_f(crt):\nE       fixture 'crt' not found\n>       available fixtures: cache, capfd, cart, tmp_path\n\n/repo/test_a.py:7\n",
            fixed: "import pytest\n\n@pytest.fixture\ndef cart():\n    return 1\n\ndef test_f(cart):\n    assert cart == 1\n",
        }]);
    }
}
