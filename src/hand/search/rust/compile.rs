//! Many candidates in one build: each is put beside the original at the smallest site that takes it; those that the
//! compiler complains of move to a larger one or are dropped, and the build is tried again until it stands.

use super::super::hunt::{Hunt, Shot};
use super::kinds::{Saying, Untold};
use super::project::{Complaint, Outcome, Project};
use super::schema::{self, Arm, Owner, Schema};
use super::sites::{self, Site};
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Builds at most until one stands.
const ROUNDS: usize = 14;
/// Towards the end so many fall together because one of them did: a whole body holds hundreds that are innocent.
const MOST_BESIDE: usize = 30;
/// Text beside the originals at most, so that one build takes seconds and not minutes.
const MOST_TEXT: usize = 1_500_000;

/// A candidate on its way into a build.
pub struct Variant {
    /// Its number in [`Hunt::files`].
    pub file: usize,
    function: usize,
    /// Smallest first, each with what the candidate makes of it.
    sites: Vec<(Site, Vec<u8>)>,
    /// What it puts in.
    new: Vec<String>,
    level: usize,
    dead: bool,
    moved: bool,
}

/// A build that stands, and what the driver said behind it.
pub struct Built {
    pub said: String,
    pub seconds: f64,
}

impl Variant {
    /// `None` where no site takes it.
    pub fn new(hunt: &Hunt, shot: &Shot, untold: &Untold) -> Option<Self> {
        let (place, ..) = shot.edits.first()?;
        let spot = hunt.spots.get(usize::try_from(*place).ok()?)?;
        if shot.edits.iter().any(|(other, ..)| other != place) {
            return None;
        }
        let edits: Vec<(Range<usize>, String)> =
            shot.edits.iter().map(|(_, range, text)| (range.clone(), text.clone())).collect();
        let sites = sites::sites(&hunt.files[spot.file], spot.node, &edits, untold);
        let (file, function) = (spot.file, spot.node);
        let new = edits.into_iter().map(|(_, text)| text).collect();
        (!sites.is_empty()).then_some(Self { file, function, sites, new, level: 0, dead: false, moved: false })
    }

    pub fn is_alive(&self) -> bool {
        !self.dead
    }

    fn site(&self) -> &(Site, Vec<u8>) {
        &self.sites[self.level]
    }

    /// Whether a second candidate can be chosen at the same time.
    pub fn apart(&self, other: &Self) -> bool {
        let (own, its) = (&self.site().0, &other.site().0);
        self.file != other.file || own.end <= its.start || its.end <= own.start
    }

    fn larger(&mut self) {
        self.moved = true;
        self.level += 1;
        self.dead = self.level >= self.sites.len();
        self.level = self.level.min(self.sites.len() - 1);
    }
}

/// Makes the driver's request of the variants and the numbers that they got.
pub type Ask<'a> = dyn FnMut(&[Variant], &BTreeMap<usize, u32>) -> Result<String> + 'a;

/// What is put in beside the candidates.
pub struct Addition {
    pub file: usize,
    pub at: usize,
    pub text: String,
    /// It is wanted where there is no candidate, too.
    pub alone: bool,
}

/// The types that variables have in the original: else a candidate may be what decides about them.
pub fn types(hunt: &Hunt, untold: &Untold) -> Vec<Addition> {
    let one = |((path, at), saying): (&(String, usize), &Saying)| {
        let file = hunt.files.iter().position(|file| file.path.as_str() == path)?;
        let inside = hunt.spots.iter().any(|spot| spot.file == file && spot.start <= *at && *at < spot.end);
        inside.then(|| Addition { file, at: *at, text: saying.text.clone(), alone: false })
    };
    untold.iter().filter_map(one).collect()
}

/// Builds all that are alive. `None` where no build stands in time.
pub fn build(
    hunt: &Hunt,
    project: &Project,
    variants: &mut [Variant],
    additions: &mut Vec<Addition>,
    end: Instant,
    request: &mut Ask,
) -> Result<Option<Built>> {
    let mut seconds = 0.0;
    let mut total = 0;
    for variant in variants.iter_mut().filter(|variant| variant.is_alive()) {
        total += variant.site().1.len();
        variant.dead = total > MOST_TEXT;
    }
    for round in 0..ROUNDS {
        let (files, schemata, numbers) = texts(hunt, project, variants, additions)?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        match project.run(&files, &request(variants, &numbers)?, left + Duration::from_secs(20))? {
            Outcome::Said(said, took) => return Ok(Some(Built { said, seconds: seconds + took })),
            Outcome::Wrong(complaints, took) => {
                seconds += took;
                let alive: Vec<bool> = variants.iter().map(Variant::is_alive).collect();
                if !blame(hunt, variants, additions, &schemata, &complaints) {
                    let first = complaints.first().map(|complaint| complaint.message.as_str()).unwrap_or_default();
                    project.job.workshop.tell(&format!("candidates cannot be built in here: {first}"));
                    return Ok(None);
                }
                hurry(variants, &alive, &complaints, round);
            }
            Outcome::Broken(why) => {
                project.job.workshop.tell(&format!("candidates cannot be built in here: {why}"));
                return Ok(None);
            }
        }
    }
    project.job.workshop.tell("candidates cannot be built in here: the compiler goes on complaining");
    Ok(None)
}

type Texts = (Vec<(RelPath, Vec<u8>)>, BTreeMap<usize, Schema>, BTreeMap<usize, u32>);

fn texts(hunt: &Hunt, project: &Project, variants: &[Variant], additions: &[Addition]) -> Result<Texts> {
    let mut by_file: BTreeMap<usize, BTreeMap<Site, Vec<Arm>>> = BTreeMap::new();
    for (owner, variant) in variants.iter().enumerate().filter(|(_, variant)| variant.is_alive()) {
        let (site, text) = variant.site();
        by_file.entry(variant.file).or_default().entry(site.clone()).or_default().push(Arm { owner, text });
    }
    let mut files: BTreeMap<RelPath, Vec<u8>> = BTreeMap::new();
    let (mut schemata, mut numbers) = (BTreeMap::new(), BTreeMap::new());
    let mut next = 1;
    for addition in additions.iter().filter(|addition| addition.alone) {
        by_file.entry(addition.file).or_default();
    }
    for (file, sites) in &by_file {
        let own = additions.iter().enumerate().filter(|(_, addition)| addition.file == *file);
        let mut own: Vec<_> = own.map(|(number, addition)| (number, addition.at, addition.text.as_str())).collect();
        own.sort_by_key(|(number, at, _)| (*at, *number));
        let (schema, after) = schema::write(&hunt.files[*file].text, sites, &own, next);
        next = after;
        numbers.extend(&schema.numbers);
        files.insert(hunt.files[*file].path.clone(), schema.text.clone());
        schemata.insert(*file, schema);
    }
    let runtime = Project::runtime(0);
    let touched: Vec<RelPath> = files.keys().cloned().collect();
    for root in touched.iter().flat_map(|path| project.roots_of(path)).collect::<BTreeSet<_>>() {
        let text = match files.remove(root) {
            Some(text) => Some(text),
            None => project.job.workshop.read(root)?,
        };
        files.extend(text.map(|text| (root.clone(), [&text, runtime.as_bytes()].concat())));
    }
    Ok((files.into_iter().collect(), schemata, numbers))
}

/// Drops or moves whoever the compiler complains of; `false` when that is nobody.
fn blame(
    hunt: &Hunt,
    variants: &mut [Variant],
    additions: &mut Vec<Addition>,
    schemata: &BTreeMap<usize, Schema>,
    complaints: &[Complaint],
) -> bool {
    let mut guilty: BTreeMap<usize, bool> = BTreeMap::new();
    let mut moved: BTreeMap<usize, bool> = BTreeMap::new();
    let mut added: BTreeSet<usize> = BTreeSet::new();
    for complaint in complaints {
        let owners = |places: &[(RelPath, Range<usize>)]| -> Vec<(usize, Owner)> {
            let one = |(path, range): &(RelPath, Range<usize>)| {
                let file = hunt.files.iter().position(|file| file.path == *path)?;
                Some((file, schemata.get(&file)?.owner(range)?))
            };
            places.iter().filter_map(one).collect()
        };
        let (own, others) = (owners(&complaint.places), owners(&complaint.others));
        let arm = |(_, owner): &(usize, Owner)| if let Owner::Arm(variant) = owner { Some(*variant) } else { None };
        let addition = |(_, owner): &(usize, Owner)| if let Owner::Addition(at) = owner { Some(*at) } else { None };
        let second: Vec<usize> = others.iter().filter_map(arm).collect();
        // Whoever takes a value away is to blame, not who would like to use it after that.
        let takers: Vec<usize> = owners(&complaint.moves).iter().filter_map(arm).collect();
        let first = if takers.is_empty() { own.iter().filter_map(arm).collect() } else { takers };
        if let Some(at) = own.iter().find_map(addition) {
            added.insert(at);
        } else if !first.is_empty() || !second.is_empty() {
            let may_move = is_about_kinds(complaint);
            for variant in if first.is_empty() { second } else { first } {
                let known = guilty.entry(variant).or_insert(true);
                *known &= may_move;
            }
        } else {
            // The original itself does not fit where it stands now: all that is there needs more room.
            moved.extend(crowded(hunt, variants, schemata, &own, &others, complaint));
        }
    }
    let any = !guilty.is_empty() || !moved.is_empty() || !added.is_empty();
    for (variant, may_move) in guilty {
        let variant = &mut variants[variant];
        if may_move && !variant.moved { variant.larger() } else { variant.dead = true }
    }
    for (variant, whole) in moved {
        let variant = &mut variants[variant];
        variant.larger();
        if whole && variant.is_alive() {
            variant.level = variant.sites.len() - 1;
        }
    }
    let mut at = 0;
    additions.retain(|_| {
        at += 1;
        !added.contains(&(at - 1))
    });
    any
}

/// The compiler stops at the first type that it cannot tell, so one build would be needed for each: whoever puts in
/// the same falls with it. Towards the end whoever stands at the same place does.
fn hurry(variants: &mut [Variant], before: &[bool], complaints: &[Complaint], round: usize) {
    let untold = complaints.iter().any(|complaint| matches!(complaint.code.as_str(), "E0282" | "E0283"));
    let fallen = variants.iter().zip(before).filter(|(variant, alive)| **alive && !variant.is_alive());
    let fallen: Vec<(Vec<String>, Site)> = fallen.map(|(v, _)| (v.new.clone(), v.site().0.clone())).collect();
    let mut sites: BTreeMap<Site, usize> = BTreeMap::new();
    for variant in variants.iter().filter(|variant| variant.is_alive()) {
        *sites.entry(variant.site().0.clone()).or_default() += 1;
    }
    let late = round + 4 >= ROUNDS && complaints.len() < 8;
    for variant in variants.iter_mut().filter(|variant| variant.is_alive()) {
        let alike = untold && fallen.iter().any(|(new, _)| *new == variant.new);
        let few = sites.get(&variant.site().0).is_some_and(|count| *count <= MOST_BESIDE);
        let beside = late && few && fallen.iter().any(|(_, site)| *site == variant.site().0);
        variant.dead = alike || beside;
    }
}

/// Kinds that have a type of their own for each way to make them: what differs here may come to the same further out.
const OWN_TYPES: &[&str] = &[
    "closure",
    "opaque type",
    "Iter",
    "Range",
    "Rev<",
    "Skip",
    "Take",
    "Enumerate<",
    "StepBy<",
    "Map<",
    "Filter",
    "Zip<",
    "Chain<",
    "Chars",
];

fn is_about_kinds(complaint: &Complaint) -> bool {
    complaint.code == "E0308" && OWN_TYPES.iter().any(|mark| complaint.labels.contains(mark))
}

/// The variants at the sites that a complaint is about; or those in its functions, which only the whole body can hold.
fn crowded(
    hunt: &Hunt,
    variants: &[Variant],
    schemata: &BTreeMap<usize, Schema>,
    own: &[(usize, Owner)],
    others: &[(usize, Owner)],
    complaint: &Complaint,
) -> Vec<(usize, bool)> {
    let alive = || variants.iter().enumerate().filter(|(_, variant)| variant.is_alive());
    let bases = |all: &[(usize, Owner)]| -> Vec<(usize, Site)> {
        let base = |(file, owner): &(usize, Owner)| match owner {
            Owner::Base(number) => Some((*file, schemata[file].sites[*number].clone())),
            _ => None,
        };
        all.iter().filter_map(base).collect()
    };
    for sites in [bases(own), bases(others)] {
        let at: Vec<(usize, bool)> = alive()
            .filter(|(_, variant)| sites.iter().any(|(file, site)| *file == variant.file && *site == variant.site().0))
            .map(|(number, _)| (number, false))
            .collect();
        if !at.is_empty() {
            return at;
        }
    }
    let inside = |(path, range): &(RelPath, Range<usize>)| {
        let file = hunt.files.iter().position(|file| file.path == *path)?;
        let source = schemata.get(&file)?.source(range.start);
        let spot = hunt.spots.iter().find(|spot| spot.file == file && spot.start <= source && source < spot.end)?;
        Some((file, spot.node))
    };
    let functions: Vec<(usize, usize)> = complaint.places.iter().chain(&complaint.others).filter_map(inside).collect();
    let concerned = alive().filter(|(_, variant)| functions.contains(&(variant.file, variant.function)));
    concerned.map(|(number, _)| (number, true)).collect()
}
