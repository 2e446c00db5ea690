//! What a rename in the last change forgot: a place that still uses the old name of a function, field, key, module or
//! file; or a definition that kept it while its uses changed.

use super::{Scene, meaning, place};
use crate::hand::offer;
use crate::hand::recent::{Recent, occurrences, tokens};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

const MOST_FILES: usize = 60;
/// Lines around a place in which the name may stand.
const REACH: u32 = 4;

/// In how many lines the change made this of that.
type Renames = BTreeMap<(String, String), usize>;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    if scene.complaints.is_empty() {
        return Ok(Vec::new());
    }
    let recent = scene.recent()?;
    let renames = renames(recent);
    let unknown: BTreeSet<String> =
        scene.complaints.iter().filter_map(meaning::unknown).map(|unknown| unknown.name).collect();
    let mut offers = Vec::new();
    for ((from, to), lines) in &renames {
        let speaks =
            |name: &str| scene.complaints.iter().any(|c| speaks_of(&format!("{}\n{}", c.message, c.detail), name));
        // A name that is only offered instead of the other is none that is missing.
        let complains = |name: &str, other: &str| speaks(name) && (unknown.contains(name) || !unknown.contains(other));
        // C's compilers go on behind a function that they do not know, and complain of what it gives.
        let is_silent = unknown.is_empty() && !speaks(from) && !speaks(to);
        if (complains(from, to) || (is_silent && stands_where_it_fails(scene, from)?))
            && !is_defined(scene, recent, from)?
        {
            offers.extend(forward(scene, from, to, *lines > 1)?);
        }
        if complains(to, from) && !is_defined(scene, recent, to)? {
            let definition = rename(scene, Which::Definitions, from, to)?;
            let back = rename(scene, Which::Undone, to, from)?;
            // One use alone is rather a slip than a rename.
            let pair = if *lines > 1 { [definition, back] } else { [back, definition] };
            offers.extend(pair.into_iter().flatten());
        }
    }
    for (from, to) in &recent.moved {
        offers.extend(moved(scene, from, to)?);
    }
    Ok(offers)
}

fn speaks_of(text: &str, name: &str) -> bool {
    !occurrences(text, name).is_empty()
}

fn stands_where_it_fails(scene: &Scene, name: &str) -> Result<bool> {
    for place in scene.complaints.iter().flat_map(|complaint| complaint.places.first()) {
        let Some(text) = offer::editable(scene.job, &place.path)? else { continue };
        let text = String::from_utf8_lossy(&text);
        let number = usize::try_from(place.line).unwrap_or_default();
        if number > 0 && text.lines().nth(number - 1).is_some_and(|line| speaks_of(line, name)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lines that differ in one word, everywhere the same one.
fn renames(recent: &Recent) -> Renames {
    let mut found = Renames::new();
    for pair in &recent.pairs {
        let (old, new) = (tokens(&pair.old), tokens(&pair.new));
        let differ: BTreeSet<(&str, &str)> =
            old.iter().zip(&new).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
        let is_name = |word: &str| word.len() > 1 && word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if let (true, 1, Some((from, to))) = (old.len() == new.len(), differ.len(), differ.first())
            && is_name(from)
            && is_name(to)
        {
            *found.entry(((*from).to_owned(), (*to).to_owned())).or_default() += 1;
        }
    }
    found
}

/// Whether a file that the change touched still defines the name; in a file without a grammar nothing is known.
fn is_defined(scene: &Scene, recent: &Recent, name: &str) -> Result<bool> {
    for file in recent.patch.files() {
        let Some(syntax) = scene.syntax(&file.path)? else { continue };
        let imports = syntax.imports();
        let own = |range: &std::ops::Range<usize>| imports.iter().all(|import| import.binding != *range);
        if syntax.names().iter().any(|n| n.defined && own(&n.range) && syntax.text(&n.range) == name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The uses follow. `meant`: the change renamed uses, too, so that the rest was forgotten; without that, the new
/// name of the definition may be the slip.
fn forward(scene: &Scene, from: &str, to: &str, meant: bool) -> Result<Vec<Candidate>> {
    let everywhere = rename(scene, Which::Everywhere { tests: meant }, from, to)?;
    let here = rename(scene, Which::Complained, from, to)?;
    let back = rename(scene, Which::Definitions, to, from)?;
    let mut offers: Vec<Candidate> = everywhere.into_iter().chain(here).collect();
    if meant {
        offers.extend(back)
    } else {
        offers.splice(0..0, back).for_each(drop)
    }
    Ok(offers)
}

enum Which {
    /// All that is left of the name.
    Everywhere {
        tests: bool,
    },
    /// Where the failure is.
    Complained,
    /// In the lines that the last change wrote, against what it did: nothing has that name.
    Undone,
    Definitions,
}

fn rename(scene: &Scene, which: Which, from: &str, to: &str) -> Result<Option<Candidate>> {
    let mut edits = Vec::new();
    let (why, paths): (String, BTreeSet<RelPath>) = match which {
        Which::Everywhere { .. } => {
            let why = format!("renamed the forgotten uses of `{from}` to `{to}`, as the last change did elsewhere");
            (why, holders(scene, from)?)
        }
        Which::Definitions => {
            let why = format!("renamed the definition `{from}` back to `{to}`, against what the last change did");
            (why, holders(scene, from)?)
        }
        Which::Complained => {
            let places = scene.complaints.iter().flat_map(|complaint| &complaint.places);
            let why = format!("renamed the forgotten `{from}` to `{to}`, as the last change did elsewhere");
            (why, places.map(|place| place.path.clone()).collect())
        }
        Which::Undone => {
            let why = format!("renamed `{from}` back to `{to}`, against what the last change did");
            (why, scene.recent()?.pairs.iter().map(|pair| pair.path.clone()).collect())
        }
    };
    let fails: BTreeSet<&RelPath> = scene.complaints.iter().flat_map(|c| &c.places).map(|place| &place.path).collect();
    for path in &paths {
        let is_test = place::is_test(path);
        let spares_tests = match which {
            Which::Everywhere { tests: false } | Which::Definitions => true,
            Which::Undone => !fails.contains(path),
            _ => false,
        };
        if is_test && spares_tests {
            continue;
        }
        edits.extend(sites(scene, path, from, &which)?.into_iter().map(|range| Edit {
            path: path.clone(),
            range,
            text: to.to_owned(),
        }));
    }
    scene.candidate(edits, why, Confidence::Suggested)
}

fn sites(scene: &Scene, path: &RelPath, name: &str, which: &Which) -> Result<Vec<std::ops::Range<usize>>> {
    let syntax = scene.syntax(path)?;
    let fails = || scene.complaints.iter().flat_map(|c| &c.places).any(|place| place.path == *path);
    if let (Which::Everywhere { .. }, Some(syntax)) = (which, &syntax)
        && syntax.names().iter().any(|n| n.defined && syntax.text(&n.range) == name)
        && !fails()
    {
        // It has a definition of its own, as a built copy has: its uses mean that one.
        return Ok(Vec::new());
    }
    if let (Which::Definitions | Which::Everywhere { .. }, Some(syntax)) = (which, &syntax) {
        let only_defined = matches!(which, Which::Definitions);
        let named = syntax.names().iter().filter(|n| syntax.text(&n.range) == name && (n.defined || !only_defined));
        return Ok(named.map(|n| n.range.clone()).collect());
    }
    let Some(text) = offer::editable(scene.job, path)? else { return Ok(Vec::new()) };
    let text = String::from_utf8(text).unwrap_or_default();
    let all = occurrences(&text, name);
    let line_of = |at: usize| text[..at].matches('\n').count();
    let places = scene.complaints.iter().flat_map(|complaint| &complaint.places).filter(|place| place.path == *path);
    let near: Vec<usize> = places.filter_map(|place| usize::try_from(place.line).ok()?.checked_sub(1)).collect();
    let reach = usize::try_from(REACH).unwrap_or_default();
    let recent = scene.recent()?;
    let meant = |range: &std::ops::Range<usize>| match which {
        Which::Complained => near.iter().any(|line| line_of(range.start).abs_diff(*line) <= reach),
        Which::Undone => text.lines().nth(line_of(range.start)).is_some_and(|line| recent.wrote(path, line)),
        _ => true,
    };
    let named: Vec<_> = syntax.iter().flat_map(|it| it.names()).map(|name| name.range.clone()).collect();
    let mut found: Vec<_> = all.into_iter().filter(meant).collect();
    // Where the grammar sees some of them, the others stand in comments and texts.
    if found.iter().any(|range| named.contains(range)) {
        found.retain(|range| named.contains(range));
    }
    Ok(found)
}

/// The files of the failing language (and others that are like the failing file) that hold the word.
fn holders(scene: &Scene, name: &str) -> Result<BTreeSet<RelPath>> {
    let places = scene.complaints.iter().flat_map(|complaint| &complaint.places);
    let near: BTreeSet<_> = places.map(|place| place.path.extension()).collect();
    let languages: Vec<Language> =
        scene.complaints.iter().flat_map(|c| &c.places).filter_map(|p| Language::with_names(&p.path)).collect();
    let mut found = BTreeSet::new();
    for path in scene.job.workshop.files()? {
        let family = Language::with_names(path).is_some_and(|own| languages.iter().any(|other| other.same_family(own)));
        if !family && !near.contains(&path.extension()) {
            continue;
        }
        let text = offer::editable(scene.job, path)?.unwrap_or_default();
        if std::str::from_utf8(&text).is_ok_and(|text| speaks_of(text, name)) {
            found.insert(path.clone());
        }
        if found.len() > MOST_FILES {
            return Ok(BTreeSet::new());
        }
    }
    Ok(found)
}

/// Imports and paths follow a file that moved.
fn moved(scene: &Scene, from: &RelPath, to: &RelPath) -> Result<Option<Candidate>> {
    let stem = |path: &RelPath| path.file_name().split('.').next().unwrap_or_default().to_owned();
    let told = scene.complaints.iter().any(|complaint| speaks_of(&complaint.message, &stem(from)));
    if !told || scene.job.workshop.read(from)?.is_some() {
        return Ok(None);
    }
    let forms = forms(from, to);
    let mut edits = Vec::new();
    for path in holders(scene, &stem(from))? {
        let Some(text) = offer::editable(scene.job, &path)? else { continue };
        let text = String::from_utf8(text).unwrap_or_default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let named = forms.iter().find_map(|(old, new)| {
                let range = occurrences(line, old).into_iter().next()?;
                (old.contains(['.', '/']) || is_import(line)).then_some((range, new))
            });
            edits.extend(named.map(|(range, new)| Edit {
                path: path.clone(),
                range: start + range.start..start + range.end,
                text: new.clone(),
            }));
            start += line.len();
        }
    }
    let why = format!("followed the move of `{from}` to `{to}`");
    scene.candidate(edits, why, Confidence::Suggested)
}

fn is_import(line: &str) -> bool {
    ["import", "require", "from", "use", "mod", "include", "open(", "path", "read"]
        .iter()
        .any(|word| line.contains(word))
}

/// What the file may be called, the longest first, and what it is called now.
fn forms(from: &RelPath, to: &RelPath) -> Vec<(String, String)> {
    let parts = |path: &RelPath| path.as_str().split('/').map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (parts(from), parts(to));
    let common = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let bare = |parts: &[String], joint: &str| {
        let joined = parts.join(joint);
        joined.rsplit_once('.').filter(|(rest, _)| !rest.is_empty()).map_or(joined.clone(), |(rest, _)| rest.to_owned())
    };
    let mut forms = Vec::new();
    for skip in 0..=common.min(old.len() - 1).min(new.len() - 1) {
        let (a, b) = (&old[skip..], &new[skip..]);
        forms.push((a.join("/"), b.join("/")));
        forms.push((bare(a, "/"), bare(b, "/")));
        if from.extension() == "py" {
            forms.push((bare(a, "."), bare(b, ".")));
        }
        if from.extension() == "rs" {
            forms.push((bare(a, "::"), bare(b, "::")));
        }
    }
    // A path of one language is no path of the other: `a/b` is a quotient in Python.
    if from.extension() == "py" {
        forms.retain(|(old, _)| !old.contains('/') || old.ends_with(".py"));
    }
    forms.dedup();
    forms
}
