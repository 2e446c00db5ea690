//! A misspelt name: either the place that uses it is wrong, or the place that defines it. Both repairs
//! are made; the spelling that the repository believes in decides which one comes first.

use super::complaint::{Complaint, Place};
use super::distance::{distance, is_near};
use super::index::Index;
use super::meaning::{self, Sort, Unknown};
use super::spelling::{self, Facts, Verdict};
use super::{Scene, intent, place, runtime, words};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Role, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Distinct unknown names that are looked at; more are consequences.
const MOST_NAMES: usize = 5;
/// Files that are parsed to find a name's definition and its uses.
const MOST_HOLDERS: usize = 20;

/// The second best repair of a pair comes after every best one.
const SECOND: f64 = 3.0;
/// Lines around a place in which the name may stand.
const REACH: u32 = 8;

/// One unknown name with all the places that complain of it.
struct Case<'a> {
    unknown: Unknown,
    complaint: &'a Complaint,
    places: Vec<Place>,
    /// Outer frames.
    further: Vec<Place>,
}

/// A file, and where the name of interest stands in it.
struct Home {
    path: RelPath,
    syntax: Rc<Syntax>,
    sites: Vec<std::ops::Range<usize>>,
}

/// A repair with its cost; the cheapest is offered first.
struct Repair {
    cost: f64,
    edits: Vec<Edit>,
    why: String,
    confidence: Confidence,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut repairs = Vec::new();
    for (rank, case) in cases(&scene.complaints).iter().take(MOST_NAMES).enumerate() {
        // A module that is here is spelt right: it is not where the interpreter looks.
        if case.unknown.sort == Sort::Module && is_here(scene, &case.complaint.message)? {
            continue;
        }
        let later = f64::from(u8::try_from(rank).unwrap_or(u8::MAX));
        for mut repair in repairs_of(scene, case)? {
            repair.cost += later;
            repairs.push(repair);
        }
    }
    repairs.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let made = repairs.into_iter().map(|repair| scene.candidate(repair.edits, repair.why, repair.confidence));
    made.filter_map(Result::transpose).collect()
}

/// Whether the Python module that a message misses is a file or a package of the repository.
fn is_here(scene: &Scene, message: &str) -> Result<bool> {
    let quoted = message.split(['\'', '"']).nth(1).unwrap_or_default();
    let module = format!("/{}", quoted.replace('.', "/"));
    let files = scene.job.workshop.files()?.iter().map(|path| format!("/{}", path.as_str()));
    let mut sources = files.filter(|path| path.ends_with(".py"));
    Ok(!quoted.is_empty()
        && sources.any(|path| path.contains(&format!("{module}/")) || path.ends_with(&format!("{module}.py"))))
}

fn cases(complaints: &[Complaint]) -> Vec<Case<'_>> {
    let mut cases: Vec<Case> = Vec::new();
    for complaint in complaints {
        let Some(unknown) = meaning::unknown(complaint) else { continue };
        let (nearest, further) = complaint.places.split_at(complaint.places.len().min(1));
        match cases.iter_mut().find(|case| case.unknown.name == unknown.name) {
            Some(case) => {
                case.places.extend_from_slice(nearest);
                case.further.extend_from_slice(further);
            }
            None => cases.push(Case { unknown, complaint, places: nearest.to_vec(), further: further.to_vec() }),
        }
    }
    cases
}

fn repairs_of(scene: &Scene, case: &Case) -> Result<Vec<Repair>> {
    let Some(path) =
        case.places.iter().chain(&case.further).map(|p| &p.path).find(|p| Language::with_names(p).is_some())
    else {
        return Ok(Vec::new());
    };
    let Some(language) = Language::with_names(path) else { return Ok(Vec::new()) };
    let index = scene.index(language, path)?;
    let Some(home) = home(scene, case, &case.unknown.name)? else {
        return definitions(scene, case, index, &case.unknown.name, None);
    };
    if case.unknown.sort != Sort::Receiver {
        return at(scene, case, index, &home, &case.unknown.name);
    }
    let mut repairs = Vec::new();
    for receiver in receivers(&home) {
        let sites = home.sites.iter().flat_map(|site| line_occurrences(&home.syntax, site.start, &receiver)).collect();
        let home = Home { path: home.path.clone(), syntax: Rc::clone(&home.syntax), sites };
        repairs.extend(at(scene, case, index, &home, &receiver)?);
    }
    Ok(repairs)
}

/// Both repairs of the name `wrong`, used at `home`.
fn at(scene: &Scene, case: &Case, index: &Index, home: &Home, wrong: &str) -> Result<Vec<Repair>> {
    let mut repairs = uses(scene, case, index, home, wrong)?;
    repairs.extend(definitions(scene, case, index, wrong, Some(home))?);
    Ok(repairs)
}

/// The first place, from the failure outwards, whose line holds the name; with the other places in
/// the same file that complain of it.
fn home(scene: &Scene, case: &Case, name: &str) -> Result<Option<Home>> {
    for first in case.places.iter().chain(&case.further) {
        let Some(syntax) = scene.syntax(&first.path)? else { continue };
        let mut sites = sites_at(&syntax, first, name);
        if sites.is_empty() {
            continue;
        }
        let others = case.places.iter().filter(|place| place.path == first.path);
        sites.extend(others.flat_map(|place| sites_at(&syntax, place, name)));
        return Ok(Some(Home { path: first.path.clone(), syntax, sites }));
    }
    Ok(None)
}

/// A statement over several lines is reported at any of them.
fn sites_at(syntax: &Syntax, place: &Place, name: &str) -> Vec<std::ops::Range<usize>> {
    let around = (1..=REACH).flat_map(|off| [place.line.saturating_add(off), place.line.saturating_sub(off)]);
    let lines = std::iter::once(place.line).chain(around);
    let found = lines.map(|line| place::meant(syntax, line, place.column.filter(|_| line == place.line), name));
    found.into_iter().find(|sites| !sites.is_empty()).unwrap_or_default()
}

/// The names that stand before `.name` at the sites.
fn receivers(home: &Home) -> BTreeSet<String> {
    let before = home.sites.iter().map(|site| {
        let line = home.syntax.line(home.syntax.line_of(site.start)).map_or(0, |line| line.start);
        home.syntax.text(&(line..site.start)).trim_end_matches(['?', '.', '[', '\'', '"'])
    });
    before.filter_map(|text| meaning::words(text).last()).map(str::to_owned).collect()
}

fn line_occurrences(syntax: &Syntax, byte: usize, word: &str) -> Vec<std::ops::Range<usize>> {
    let line = syntax.line(syntax.line_of(byte));
    line.map(|line| place::occurrences(syntax, line, word)).unwrap_or_default()
}

/// Repairs at the place of use: the name becomes one that exists.
fn uses(scene: &Scene, case: &Case, index: &Index, home: &Home, wrong: &str) -> Result<Vec<Repair>> {
    let known = Known::of(home, wrong);
    let library = runtime::names(scene.job, case.complaint, &case.unknown, &home.syntax)?;
    let defined = is_defined(scene, index, home, wrong)?;
    let mut repairs = Vec::new();
    let mut rights: Vec<String> = pool(case, index, home, wrong, &library).into_iter().collect();
    if let Some(right) = grown(scene, index, home, wrong)?.filter(|right| !rights.contains(right)) {
        rights.push(right);
    }
    if intent::in_test(&home.path, &home.syntax, &home.sites) {
        rights = in_test(scene, case, index, home, wrong, rights, &library)?;
    }
    for right in rights {
        let mut cost = pair_cost(case, wrong, &right) + 0.5 * balance(index, wrong, &right);
        cost -= 0.35 * index.trust(&right, wrong).clamp(-3.0, 3.0);
        cost += known.distance_to(&right, index, &library, case.unknown.sort, home.syntax.language());
        let why = if verdict(scene, case, index, wrong, &right)? == Verdict::DefinitionThenUse {
            cost += SECOND;
            format!("renamed `{wrong}` to the misspelt `{right}`, as it is defined")
        } else {
            format!("renamed the misspelt name `{wrong}` to `{right}`")
        };
        let confidence = confidence(case, &right);
        let here = edits(&home.path, &home.sites, &right);
        let everywhere: Vec<_> = home
            .syntax
            .names()
            .iter()
            .map(|n| n.range.clone())
            .filter(|r| home.syntax.text(r) == wrong)
            .chain(home.sites.clone())
            .collect();
        if !defined || case.unknown.sort == Sort::Import {
            let edits = edits(&home.path, &everywhere, &right);
            repairs.push(Repair { cost, edits, why: why.clone(), confidence });
            cost += 0.8;
        }
        repairs.push(Repair { cost, edits: here, why, confidence });
    }
    Ok(repairs)
}

/// The only name that says more and is defined here: what a renaming forgot, or somebody remembered by half.
fn grown(scene: &Scene, index: &Index, home: &Home, wrong: &str) -> Result<Option<String>> {
    let mut found: Option<String> = None;
    for longer in index.longer(wrong) {
        if is_defined(scene, index, home, longer)? && found.replace(longer.to_owned()).is_some() {
            return Ok(None);
        }
    }
    Ok(found)
}

/// What may stand in a test instead of `wrong`: at most one name, that is there, for one that is nowhere.
fn in_test(
    scene: &Scene,
    case: &Case,
    index: &Index,
    home: &Home,
    wrong: &str,
    rights: Vec<String>,
    library: &[String],
) -> Result<Vec<String>> {
    let defines =
        |syntax: &Syntax, name: &str| syntax.names().iter().any(|n| n.defined && syntax.text(&n.range) == name);
    // What a test imports is defined by the import, which is the complaint's very subject.
    if case.unknown.sort != Sort::Import && defines(&home.syntax, wrong) {
        return Ok(Vec::new());
    }
    for (path, _) in index.holders(wrong).filter(|(path, _)| !place::is_test(path)).take(MOST_HOLDERS) {
        if *path != home.path && scene.syntax(path)?.is_some_and(|syntax| defines(&syntax, wrong)) {
            return Ok(Vec::new());
        }
    }
    let mut good = Vec::new();
    for right in rights {
        let is_local = defines(&home.syntax, &right);
        let builtin = words::builtins(home.syntax.language()).any(|word| word == right);
        let told = case.unknown.spelled.contains(&right) || library.contains(&right) || builtin;
        let exists = is_local || told || is_defined(scene, index, home, &right)? || is_file(index, &right);
        let language = home.syntax.language();
        let waits = is_local && is_unused_import(&home.syntax, &right);
        if exists && (waits || intent::is_typing_error(index, language, wrong, &right, is_local)) {
            good.push(right);
        }
    }
    Ok(intent::nearest(wrong, good).into_iter().collect())
}

/// Whether a file takes a name from elsewhere and does nothing with it.
fn is_unused_import(syntax: &Syntax, name: &str) -> bool {
    let all = syntax.names().iter().filter(|own| own.role != Role::Member && syntax.text(&own.range) == name);
    let imports = syntax.imports();
    imports.iter().any(|import| import.bound == name)
        && all.filter(|own| imports.iter().all(|it| it.binding != own.range)).count() == 0
}

/// Whether a file or a folder of the repository is called like this: a module.
fn is_file(index: &Index, name: &str) -> bool {
    index.files.iter().any(|path| path.as_str().split(['/', '.']).any(|part| part == name))
}

/// Repairs at the place of definition: an existing near name, seldom used, takes the wanted spelling.
fn definitions(scene: &Scene, case: &Case, index: &Index, wanted: &str, home: Option<&Home>) -> Result<Vec<Repair>> {
    let mut repairs = Vec::new();
    repairs.extend(home.and_then(|home| unused(home, wanted)));
    for odd in index.near(wanted) {
        if words_of(home).any(|word| word == odd) {
            continue;
        }
        let is_required = case.unknown.sort == Sort::Required;
        let Some(definition) = sole_definition(scene, index, odd, wanted, is_required)? else { continue };
        if intent::in_test(&definition.path, &definition.syntax, &definition.sites)
            && !intent::is_typing_error(index, definition.syntax.language(), odd, wanted, true)
        {
            continue;
        }
        let later = match verdict(scene, case, index, wanted, odd)? {
            _ if is_required => 0.0,
            Verdict::Use => continue,
            Verdict::UseThenDefinition => SECOND,
            Verdict::DefinitionThenUse => 0.0,
        };
        let cost = pair_cost(case, wanted, odd) + 0.4 + later
            - 0.5 * balance(index, wanted, odd)
            - 0.35 * index.trust(wanted, odd).clamp(-3.0, 3.0);
        let edits = edits(&definition.path, &definition.sites, wanted);
        let why = format!("renamed the misspelt definition `{odd}` to `{wanted}`, as it is used");
        repairs.push(Repair { cost, edits, why, confidence: Confidence::Suggested });
    }
    Ok(repairs)
}

/// A variable that the function declares and does nothing with, where several uses agree on another spelling: its
/// declaration is what is misspelt.
fn unused(home: &Home, wanted: &str) -> Option<Repair> {
    let text = |name: &crate::syntax::Name| home.syntax.text(&name.range).to_owned();
    let names = home.syntax.names();
    let site = names.iter().find(|name| home.sites.contains(&name.range) && name.role != Role::Member)?;
    let function = site.function.clone()?;
    let own = names.iter().filter(|name| name.role != Role::Member && name.function.as_ref() == Some(&function));
    let mut odd =
        own.filter(|name| name.defined && name.range.start < site.range.start && is_near(wanted, &text(name)));
    let found = odd.next().filter(|_| odd.next().is_none())?;
    let inside = |name: &&crate::syntax::Name| function.start <= name.range.start && name.range.end <= function.end;
    let uses =
        names.iter().filter(inside).filter(|name| name.role != Role::Member && text(name) == text(found)).count();
    let agree = names.iter().filter(inside).filter(|name| text(name) == wanted).count() > 1;
    (uses == 1 && agree).then(|| Repair {
        cost: -0.5,
        edits: edits(&home.path, std::slice::from_ref(&found.range), wanted),
        why: format!("renamed the declared `{}` to `{wanted}`, as it is used", text(found)),
        confidence: Confidence::Suggested,
    })
}

/// Which of the two may be renamed: `wanted`, as it is used, or `odd`, as it is defined.
fn verdict(scene: &Scene, case: &Case, index: &Index, wanted: &str, odd: &str) -> Result<Verdict> {
    let Some((path, _)) = index.holders(odd).next() else { return Ok(Verdict::Use) };
    let Some(syntax) = scene.syntax(path)? else { return Ok(Verdict::Use) };
    let sense = |name, other| spelling::sense(index, syntax.language(), name, other);
    let defined = syntax.names().iter().filter(|n| n.defined && syntax.text(&n.range) == odd).count().max(1);
    Ok(spelling::verdict(&Facts {
        used: sense(wanted, odd),
        defined: sense(odd, wanted),
        uses: index.count(wanted),
        used_outside_tests: index.is_spoken_of(wanted) || index.holders(wanted).any(|(path, _)| !place::is_test(path)),
        defined_spelling_elsewhere: index.count(odd) > defined || index.is_part_of_another(odd),
        offered: case.unknown.spelled.iter().any(|name| name == odd),
    }))
}

fn words_of(home: Option<&Home>) -> impl Iterator<Item = &'static str> {
    let language = home.map(|home| home.syntax.language());
    language.into_iter().flat_map(|l| words::builtins(l).chain(l.keywords().iter().copied()))
}

/// Where `odd` is defined, when one file does and `wanted` is free there; what is required another type has.
fn sole_definition(scene: &Scene, index: &Index, odd: &str, wanted: &str, is_required: bool) -> Result<Option<Home>> {
    let mut holders = index.holders(odd);
    let (Some((path, _)), None) = (holders.next(), holders.next()) else { return Ok(None) };
    let Some(syntax) = scene.syntax(path)? else { return Ok(None) };
    let named = syntax.names().iter().filter(|n| syntax.text(&n.range) == odd);
    // A name that stands there once and is not the unknown one can hardly be a use.
    let defines: Vec<_> = named.filter(|n| n.defined || index.count(odd) == 1).collect();
    let is_taken = !is_required && defines.iter().any(|name| place::is_taken(&syntax, name, wanted));
    if defines.is_empty() || is_taken {
        return Ok(None);
    }
    let sites = defines.into_iter().map(|name| name.range.clone()).collect();
    Ok(Some(Home { path: path.clone(), syntax, sites }))
}

/// Whether any file of the repository defines the name.
fn is_defined(scene: &Scene, index: &Index, home: &Home, name: &str) -> Result<bool> {
    let defines = |syntax: &Syntax| syntax.names().iter().any(|n| n.defined && syntax.text(&n.range) == name);
    if defines(&home.syntax) {
        return Ok(true);
    }
    for (path, _) in index.holders(name).take(MOST_HOLDERS) {
        if scene.syntax(path)?.is_some_and(|syntax| defines(&syntax)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn pool(case: &Case, index: &Index, home: &Home, wrong: &str, library: &[String]) -> BTreeSet<String> {
    let language = home.syntax.language();
    let mut pool: BTreeSet<String> = case.unknown.spelled.iter().cloned().collect();
    let mut all: Vec<&str> = index.near(wrong).collect();
    all.extend(case.unknown.mentioned.iter().chain(library).map(String::as_str));
    all.extend(index.files.iter().flat_map(|path| path.as_str().split(['/', '.'])));
    // Of a keyword or a builtin of Go nothing is asked.
    let is_asked =
        language == Language::Go && home.sites.iter().any(|site| home.syntax.bytes().get(site.end) == Some(&b'.'));
    let own = words::builtins(language).chain(language.keywords().iter().copied()).filter(|_| !is_asked);
    pool.extend(own.filter(|name| is_near(wrong, name)).map(str::to_owned));
    pool.extend(all.into_iter().filter(|name| is_near(wrong, name) && is_identifier(name)).map(str::to_owned));
    pool
}

fn is_identifier(name: &str) -> bool {
    meaning::words(name).next() == Some(name)
}

fn pair_cost(case: &Case, wrong: &str, right: &str) -> f64 {
    let spelled = case.unknown.spelled.iter().position(|name| name == right);
    let offered = match spelled {
        Some(at) => -2.0 + 0.3 * f64::from(u8::try_from(at).unwrap_or(9)),
        None if case.unknown.mentioned.iter().any(|name| name == right) => -0.7,
        None => 0.0,
    };
    // A tool may offer a name that is no misspelling at all.
    let far = if right.len() > wrong.len() + 1 && right.starts_with(wrong) { 1.0 } else { distance(wrong, right) };
    2.0 * far.min(3.0) + offered
}

/// Positive when `a` is the more used of the two.
fn balance(index: &Index, a: &str, b: &str) -> f64 {
    let ln = |name| f64::from(u32::try_from(index.count(name)).unwrap_or(u32::MAX)).max(1.0).ln();
    (ln(a) - ln(b)).clamp(-2.0, 2.0)
}

fn confidence(case: &Case, right: &str) -> Confidence {
    match case.unknown.spelled.as_slice() {
        [only] if only == right => Confidence::Confident,
        spelled if spelled.iter().any(|name| name == right) => Confidence::Suggested,
        _ if distance(&case.unknown.name, right) <= 1.0 => Confidence::Suggested,
        _ => Confidence::Unsure,
    }
}

fn edits(path: &RelPath, ranges: &[std::ops::Range<usize>], text: &str) -> Vec<Edit> {
    ranges.iter().map(|range| Edit { path: path.clone(), range: range.clone(), text: text.to_owned() }).collect()
}

/// What the file around the wrong name knows about other names.
struct Known {
    role: Option<Role>,
    function: Option<std::ops::Range<usize>>,
    names: Vec<(String, Role, Option<std::ops::Range<usize>>)>,
}

impl Known {
    fn of(home: &Home, wrong: &str) -> Self {
        let all = home.syntax.names();
        let site = all.iter().find(|name| home.sites.contains(&name.range));
        let (role, function) = site.map_or((None, None), |name| (Some(name.role), name.function.clone()));
        let named = all.iter().map(|n| (home.syntax.text(&n.range).to_owned(), n.role, n.function.clone()));
        Self { role, function, names: named.filter(|(name, ..)| name != wrong).collect() }
    }

    /// How far away a name lives: in this function, this file, the library, this repository, nowhere.
    fn distance_to(&self, name: &str, index: &Index, library: &[String], sort: Sort, language: Language) -> f64 {
        let here: Vec<_> = self.names.iter().filter(|(other, ..)| other == name).collect();
        if here.is_empty() {
            let listed = library.iter().any(|other| other == name);
            let builtin = words::builtins(language).chain(language.keywords().iter().copied()).any(|word| word == name);
            let elsewhere =
                if matches!(sort, Sort::Member | Sort::Import | Sort::Module | Sort::Keyword) { 0.4 } else { 0.9 };
            return match () {
                () if listed => 0.2,
                () if builtin => 0.6,
                () if index.count(name) > 0 => elsewhere,
                () => 1.5,
            };
        }
        let same_role = here.iter().any(|(_, role, _)| Some(*role) == self.role);
        let same_function = self.function.is_some() && here.iter().any(|(.., function)| *function == self.function);
        f64::from(u8::from(!same_role)) * 0.6 - f64::from(u8::from(same_function)) * 0.4
    }
}
