//! Conflict markers that a merge left behind: ours, theirs or both, the same for a whole file first; what can be read
//! afterwards comes before what cannot.

use super::{Scene, data, meaning};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Confidence, HandId};
use crate::syntax::{Language, Syntax};
use crate::verify::Trial;
use anyhow::Result;
use std::collections::BTreeSet;

/// More files than these are not a merge that somebody forgot to finish.
const MOST_FILES: usize = 50;
/// With this many conflicts or fewer in all, each may be solved differently.
const MOST_MIXED: usize = 3;
const MOST_OFFERS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
    Both,
    BothTurned,
}

const SIDES: [(Side, &str); 4] = [
    (Side::Ours, "our side"),
    (Side::Theirs, "their side"),
    (Side::Both, "both sides"),
    (Side::BothTurned, "both sides, theirs first"),
];

/// A text in turns: what is agreed upon, and conflicts.
enum Part<'t> {
    Plain(&'t [u8]),
    Conflict { ours: Vec<&'t [u8]>, theirs: Vec<&'t [u8]> },
}

struct Torn {
    path: RelPath,
    text: Vec<u8>,
    conflicts: usize,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let torn = torn_files(scene)?;
    let conflicts: usize = torn.iter().map(|file| file.conflicts).sum();
    let mut choices: Vec<(Vec<Side>, String)> =
        SIDES.iter().map(|(side, name)| (vec![*side; conflicts], format!("took {name}"))).collect();
    if (2..=MOST_MIXED).contains(&conflicts) {
        let mixed = (0..SIDES.len().pow(u32::try_from(conflicts)?)).map(|n| mixed(n, conflicts));
        let new = mixed.filter(|sides| sides.iter().any(|side| *side != sides[0]));
        choices.extend(new.map(|sides| (sides, "took a side each".to_owned())));
    }
    let mut offers = Vec::new();
    for (sides, what) in choices.into_iter().filter(|_| conflicts > 0) {
        let mut unread = 0;
        let mut left = sides.as_slice();
        let mut files = Vec::new();
        for file in &torn {
            let (own, rest) = left.split_at(file.conflicts);
            left = rest;
            let after = solved(&file.text, own);
            unread += usize::from(!is_readable(&file.path, &after));
            files.push(FilePatch { path: file.path.clone(), before: Some(file.text.clone()), after: Some(after) });
        }
        offers.push((unread, Patch::from_files(files), what));
    }
    let sound: BTreeSet<String> = offers.iter().filter(|offer| offer.0 == 0).map(|offer| offer.1.digest()).collect();
    let confidence = if sound.len() == 1 { Confidence::Suggested } else { Confidence::Unsure };
    // What the last change found there is one of the two sides, whatever the markers call it.
    let before = &scene.recent()?.patch;
    let as_before = |patch: &Patch| {
        let was = |file: &FilePatch| before.files().iter().any(|old| old.path == file.path && old.before == file.after);
        !patch.files().is_empty() && patch.files().iter().all(was)
    };
    offers.sort_by_key(|(unread, patch, _)| (*unread, !as_before(patch)));
    if let [only] = torn.as_slice()
        && let Some(other) = spelt_better(&only.text).filter(|_| sound.len() > 1)
    {
        let digest = |patch: &Patch| patch.files().first().and_then(|file| file.after.clone());
        let wanted = Some(solved(&only.text, &vec![other; only.conflicts]));
        offers.sort_by_key(|(unread, patch, _)| (*unread, !as_before(patch), digest(patch) != wanted));
    }
    if sound.len() > 1
        && let Some(at) = passing(scene, &offers)?
    {
        offers.swap(0, at);
        offers.truncate(1);
    }
    let places = torn.iter().map(|file| format!("`{}`", file.path)).collect::<Vec<_>>().join(", ");
    let made = offers.into_iter().take(MOST_OFFERS).map(|(_, patch, what)| {
        let why = format!("{what} of the conflict that a merge left in {places}");
        Candidate { patch, hand: HandId::Hint, why, confidence }
    });
    Ok(made.collect())
}

/// The side whose words the file has elsewhere, where the other one differs in words that stand nowhere else.
fn spelt_better(text: &[u8]) -> Option<Side> {
    let (mut plain, mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let whole = String::from_utf8_lossy(text);
    for part in parts(whole.as_bytes()) {
        let words = |lines: &[&[u8]]| -> BTreeSet<String> {
            let text = String::from_utf8_lossy(&lines.concat()).into_owned();
            meaning::words(&text).map(str::to_owned).collect()
        };
        match part {
            Part::Plain(line) => plain.extend(words(&[line])),
            Part::Conflict { ours: a, theirs: b } => {
                ours.extend(words(&a));
                theirs.extend(words(&b));
            }
        }
    }
    let new = |own: &BTreeSet<String>, other: &BTreeSet<String>| {
        let differing = own.difference(other).count();
        (differing, own.difference(other).filter(|word| !plain.contains(*word)).count())
    };
    match (new(&ours, &theirs), new(&theirs, &ours)) {
        ((a, 0), (b, 1..)) if a == b => Some(Side::Ours),
        ((a, 1..), (b, 0)) if a == b => Some(Side::Theirs),
        _ => None,
    }
}

/// Which one the command is content with. Each of them removes the first complaint, so that the ladder would take the
/// first for a step forward.
fn passing(scene: &Scene, offers: &[(usize, Patch, String)]) -> Result<Option<usize>> {
    for (at, (unread, patch, what)) in offers.iter().take(MOST_OFFERS).enumerate() {
        if *unread > 0 {
            break;
        }
        match scene.job.workshop.try_patch(patch, what)? {
            Trial::Passes => return Ok(Some(at)),
            Trial::Over => break,
            Trial::Cures | Trial::Fails => {}
        }
    }
    Ok(None)
}

fn mixed(mut number: usize, conflicts: usize) -> Vec<Side> {
    let digit = |_| {
        let side = SIDES[number % SIDES.len()].0;
        number /= SIDES.len();
        side
    };
    (0..conflicts).map(digit).collect()
}

/// Those that the failure names; one of them torn, and all of the repository's are looked at.
fn torn_files(scene: &Scene) -> Result<Vec<Torn>> {
    let job = scene.job;
    let places = scene.complaints.iter().flat_map(|complaint| &complaint.places).map(|place| place.path.clone());
    let named: BTreeSet<RelPath> =
        places.chain(job.diagnosis.suspects.iter().map(|suspect| suspect.path.clone())).collect();
    let mut found = Vec::new();
    for path in &named {
        found.extend(torn(scene, path)?);
    }
    let told = ["<<<<<<<", ">>>>>>>", "conflict marker", "diff marker"].iter().any(|mark| job.log.contains(mark));
    if found.is_empty() && !told {
        return Ok(found);
    }
    for path in job.workshop.files()?.iter().filter(|path| !named.contains(path)) {
        found.extend(torn(scene, path)?);
        if found.len() > MOST_FILES {
            return Ok(Vec::new());
        }
    }
    Ok(found)
}

fn torn(scene: &Scene, path: &RelPath) -> Result<Option<Torn>> {
    let Some(text) = offer::editable(scene.job, path)? else { return Ok(None) };
    let conflicts = parts(&text).iter().filter(|part| matches!(part, Part::Conflict { .. })).count();
    Ok((conflicts > 0).then(|| Torn { path: path.clone(), text, conflicts }))
}

fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let (mut parts, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        match conflict(&lines[at..]) {
            Some((part, length)) => {
                parts.push(part);
                at += length;
            }
            None => {
                parts.push(Part::Plain(lines[at]));
                at += 1;
            }
        }
    }
    parts
}

/// The conflict that begins with the first line, and of how many lines it is.
fn conflict<'t>(lines: &[&'t [u8]]) -> Option<(Part<'t>, usize)> {
    let is = |line: &[u8], mark: &[u8]| {
        line.strip_prefix(mark).is_some_and(|rest| rest.first().is_none_or(|b| b" \r\n".contains(b)))
    };
    lines.first().filter(|line| is(line, b"<<<<<<<"))?;
    let end = lines.iter().position(|line| is(line, b">>>>>>>"))?;
    let middle = lines[..end].iter().position(|line| is(line, b"======="))?;
    // A third part between the two says how it was before both.
    let base = lines[..middle].iter().position(|line| is(line, b"|||||||")).unwrap_or(middle);
    let again = lines[1..end].iter().any(|line| is(line, b"<<<<<<<"));
    let part = Part::Conflict { ours: lines[1..base].to_vec(), theirs: lines[middle + 1..end].to_vec() };
    (!again).then_some((part, end + 1))
}

fn solved(text: &[u8], sides: &[Side]) -> Vec<u8> {
    let mut sides = sides.iter();
    let mut lines: Vec<&[u8]> = Vec::new();
    for part in parts(text) {
        match part {
            Part::Plain(line) => lines.push(line),
            Part::Conflict { ours, theirs } => match sides.next().unwrap_or(&Side::Ours) {
                Side::Ours => lines.extend(ours),
                Side::Theirs => lines.extend(theirs),
                Side::Both => lines.extend(ours.into_iter().chain(theirs)),
                Side::BothTurned => lines.extend(theirs.into_iter().chain(ours)),
            },
        }
    }
    lines.concat()
}

/// Whether a program that reads such files could read it; of others nothing is known.
fn is_readable(path: &RelPath, text: &[u8]) -> bool {
    data::reads(path, text).unwrap_or_else(|| {
        let syntax = Language::with_names(path).and_then(|language| Syntax::parse(language, text));
        syntax.is_none_or(|syntax| syntax.is_sound() && !repeats_itself(&syntax))
    })
}

/// Both sides define the same thing.
fn repeats_itself(syntax: &Syntax) -> bool {
    let top = syntax.names().iter().filter(|name| name.defined && name.function.is_none());
    let mut seen = BTreeSet::new();
    let lines: Vec<&str> = top
        .filter_map(|name| syntax.line(syntax.line_of(name.range.start)))
        .map(|line| syntax.text(&line).trim())
        .filter(|line| {
            ["def ", "class ", "fn ", "pub fn ", "function ", "export function "].iter().any(|k| line.starts_with(k))
        })
        .collect();
    lines.into_iter().any(|line| !seen.insert(line.split(['(', ':', '{']).next().unwrap_or(line).to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::Hint;
    use crate::hand::testing::{Shop, after};

    const LOG: &str = "  File \"/repo/a.py\", line 2\n    <<<<<<< HEAD\n    ^^\nSyntaxError: invalid syntax\n";

    fn offers(text: &str) -> Vec<String> {
        let shop = Shop::new(&[("a.py", text)]);
        shop.offers(&Hint, "python a.py", LOG, &[]).iter().map(|offer| after(offer).to_owned()).collect()
    }

    #[test]
    fn each_side_is_offered_and_what_cannot_be_read_comes_last() {
        let found = offers("a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> topic\nc = 4\n");
        assert_eq!(&found[..2], ["a = 1\nb = 2\nc = 4\n", "a = 1\nb = 3\nc = 4\n"]);
        let spelt = offers("# total of all\na = 1\n<<<<<<< HEAD\n# totl\n=======\n# total\n>>>>>>> topic\nc = 4\n");
        assert_eq!(spelt[0], "# total of all\na = 1\n# total\nc = 4\n");
        let halves = offers(
            "def f():\n<<<<<<< HEAD\n    return (1,\n||||||| base\n    return 0\n=======\n    return 2\n>>>>>>> topic\n",
        );
        assert_eq!(halves[0], "def f():\n    return 2\n");
        let twice = offers("<<<<<<< a\ndef f():\n    return 1\n=======\ndef f():\n    return 2\n>>>>>>> b\n");
        assert_eq!(twice.len(), 4);
        assert!(twice[..2].iter().all(|text| text.matches("def").count() == 1));
    }

    #[test]
    fn conflicts_may_be_solved_differently_and_headings_are_none() {
        let two = "<<<<<<< a\nx = (\n=======\nx = 1\n>>>>>>> b\ny = 0\r\n<<<<<<< a\r\nz = 1\r\n=======\r\nz = )\r\n>>>>>>> b\r\n";
        assert_eq!(offers(two)[0], "x = 1\ny = 0\r\nz = 1\r\n");
        assert!(offers("Title\n=======\n\n>>>>>>> no\n").is_empty());
    }
}
