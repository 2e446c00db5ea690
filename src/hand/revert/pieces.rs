//! A change cut into pieces that can be taken back one by one: hunks without context, those together that make no
//! sense apart; files that came, went or moved as a whole. Tests and documentation are no part of it.

use super::{bonds, kept};
use crate::hand::Job;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Larger files are data, or generated: all or nothing.
const LARGEST: usize = 1 << 20;
/// More hunks of one file are not parsed one by one.
const MOST_PARSED: usize = 200;

/// Lines, counted from 0, of the old and of the present text that stand for each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::hand) struct Hunk {
    pub old: Range<usize>,
    pub now: Range<usize>,
}

pub(super) struct File {
    pub path: RelPath,
    pub old: Option<Vec<u8>>,
    pub now: Option<Vec<u8>>,
    /// Those that may be taken back; one without lines stands for the whole file.
    pub hunks: Vec<Hunk>,
    whole: bool,
}

/// The hunk `.1` of the file `.0`.
pub(super) type Part = (usize, usize);

pub(super) struct Pieces {
    files: Vec<File>,
    /// The likeliest first.
    pieces: Vec<Vec<Part>>,
    /// What has to be taken back with each.
    bonds: Vec<BTreeSet<usize>>,
}

impl Pieces {
    /// Of `only`, where it is given, that part of the change that lies where it lies.
    pub fn of(job: &Job, change: &Patch, only: Option<&Patch>) -> Result<Self> {
        let mut files = Vec::new();
        for file in change.files().iter().filter(|file| !kept::is_kept(&file.path)) {
            // As it is now: that is what the patch must fit.
            let now = job.workshop.read(&file.path)?;
            if now.is_some() == file.after.is_some() {
                files.extend(File::of(file, now, only));
            }
        }
        let mut pieces: Vec<Vec<Part>> = Vec::new();
        for (at, file) in files.iter().enumerate() {
            pieces.extend(file.grouped().into_iter().map(|hunks| hunks.map(|hunk| (at, hunk)).collect::<Vec<_>>()));
        }
        let pieces = joined(&files, pieces);
        let mut made = Self { files, pieces, bonds: Vec::new() };
        made.leave_out_refused(job);
        made.sort_by_suspicion(job);
        made.bonds = bonds::of(&made.files, &made.pieces);
        Ok(made)
    }

    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn all_hunks(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    pub fn hunks(&self, taken: &[usize]) -> usize {
        taken.iter().map(|at| self.pieces[*at].len()).sum()
    }

    /// With everything that cannot stay without them, sorted.
    pub fn closed(&self, taken: &[usize]) -> Vec<usize> {
        let mut all: BTreeSet<usize> = BTreeSet::new();
        let mut open = taken.to_vec();
        while let Some(at) = open.pop() {
            if all.insert(at) {
                open.extend(&self.bonds[at]);
            }
        }
        all.into_iter().collect()
    }

    /// That takes these back.
    pub fn patch(&self, taken: &[usize]) -> Patch {
        self.patch_of(taken.iter().flat_map(|at| &self.pieces[*at]))
    }

    fn patch_of<'p>(&self, parts: impl Iterator<Item = &'p Part>) -> Patch {
        let mut by_file: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (file, hunk) in parts {
            by_file.entry(*file).or_default().insert(*hunk);
        }
        Patch::from_files(by_file.into_iter().map(|(at, hunks)| {
            let file = &self.files[at];
            FilePatch { path: file.path.clone(), before: file.now.clone(), after: file.without(&hunks) }
        }))
    }

    /// Where they stand now: `src/a.py:3-5`.
    pub fn places(&self, taken: &[usize]) -> Vec<String> {
        let mut parts: Vec<&Part> = taken.iter().flat_map(|at| &self.pieces[*at]).collect();
        parts.sort_unstable();
        parts.into_iter().map(|(file, hunk)| self.files[*file].place(*hunk)).collect()
    }

    /// What no guard would let pass cannot be taken back.
    fn leave_out_refused(&mut self, job: &Job) {
        let mut pieces = std::mem::take(&mut self.pieces);
        let mut fine: BTreeMap<usize, bool> = BTreeMap::new();
        pieces.retain(|piece| {
            let file = piece[0].0;
            let whole = *fine.entry(file).or_insert_with(|| {
                let hunks: Vec<Part> = (0..self.files[file].hunks.len()).map(|hunk| (file, hunk)).collect();
                job.workshop.allows(&self.patch_of(hunks.iter()))
            });
            whole || job.workshop.allows(&self.patch_of(piece.iter()))
        });
        self.pieces = pieces;
    }

    /// Where the failure points first: by line, then by file.
    fn sort_by_suspicion(&mut self, job: &Job) {
        let named = job.diagnosis.locations.iter().filter_map(|l| Some((job.workshop.resolve(&l.path)?, l.line)));
        let places: Vec<_> = named.chain(job.diagnosis.suspects.iter().map(|s| (s.path.clone(), s.line))).collect();
        let far = |part: &Part| {
            let file = &self.files[part.0];
            let here = places.iter().filter(|(path, _)| *path == file.path);
            let lines = here.clone().filter_map(|(_, line)| usize::try_from((*line)?).ok()?.checked_sub(1));
            let mut lines = lines.map(|line| file.hunks[part.1].now.contains(&line));
            if lines.any(|inside| inside) { 0 } else { 1 + usize::from(here.count() == 0) }
        };
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.sort_by_key(|piece| piece.iter().map(far).min());
        self.pieces = pieces;
    }
}

impl File {
    fn of(file: &FilePatch, now: Option<Vec<u8>>, only: Option<&Patch>) -> Option<Self> {
        let own = only.map(|only| only.files().iter().find(|other| other.path == file.path));
        if own == Some(None) {
            return None;
        }
        let old = file.before.clone().map(|old| with_ends_of(old, now.as_deref()));
        let whole = match (&old, &now) {
            (Some(old), Some(now)) => [old, now].iter().any(|text| text.len() > LARGEST || text.contains(&0)),
            _ => true,
        };
        let mut hunks = if whole {
            vec![Hunk { old: 0..0, now: 0..0 }]
        } else {
            hunks(old.as_deref().unwrap_or_default(), now.as_deref().unwrap_or_default())
        };
        if !whole {
            let tests = [&old, &now].map(|side| kept::tests_from(&file.path, side.as_deref()).unwrap_or(usize::MAX));
            hunks.retain(|hunk| hunk.old.end <= tests[0] && hunk.now.end <= tests[1]);
            if let Some(Some(FilePatch { before: Some(before), after: Some(after), .. })) = own {
                let own = self::hunks(before, after);
                let meet = |a: &Hunk, b: &Hunk| a.old.start <= b.old.end && b.old.start <= a.old.end;
                hunks.retain(|hunk| own.iter().any(|own| meet(hunk, own)));
            }
        }
        let is_empty = hunks.is_empty();
        (!is_empty).then(|| Self { path: file.path.clone(), old, now, hunks, whole })
    }

    /// The text with these taken back.
    fn without(&self, taken: &BTreeSet<usize>) -> Option<Vec<u8>> {
        let (Some(old), Some(now), false) = (&self.old, &self.now, self.whole) else { return self.old.clone() };
        let (old, now) = (lines(old), lines(now));
        let (mut text, mut at) = (Vec::new(), 0);
        for hunk in taken.iter().map(|hunk| &self.hunks[*hunk]) {
            let kept = now[at..hunk.now.start].iter().chain(&old[hunk.old.clone()]);
            kept.for_each(|line| text.extend_from_slice(line));
            at = hunk.now.end;
        }
        now[at..].iter().for_each(|line| text.extend_from_slice(line));
        Some(text)
    }

    /// Runs of hunks of which each can be taken back without making the file unreadable.
    fn grouped(&self) -> Vec<Range<usize>> {
        let n = self.hunks.len();
        let each = || (0..n).map(|at| at..at + 1).collect();
        let language = Language::with_names(&self.path).filter(|_| !self.whole && n <= MOST_PARSED);
        let sound = |text: Option<Vec<u8>>| {
            let parsed = language.zip(text).and_then(|(language, text)| Syntax::parse(language, &text));
            parsed.is_some_and(|syntax| syntax.is_sound())
        };
        if !sound(self.old.clone()) || !sound(self.now.clone()) {
            return each();
        }
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        while start < n {
            let end = (start + 1..=n).find(|end| sound(self.without(&(start..*end).collect())));
            match (end, groups.last_mut()) {
                // The rest makes sense only with what comes before it.
                (None, Some(before)) => before.end = n,
                _ => groups.push(start..end.unwrap_or(n)),
            }
            start = end.unwrap_or(n);
        }
        groups
    }

    fn place(&self, hunk: usize) -> String {
        let path = &self.path;
        match (&self.old, &self.now, self.whole) {
            (None, Some(_), _) => format!("{path} (new)"),
            (Some(_), None, _) => format!("{path} (deleted)"),
            (_, _, true) => path.to_string(),
            _ => match &self.hunks[hunk].now {
                lines if lines.len() > 1 => format!("{path}:{}-{}", lines.start + 1, lines.end),
                lines => format!("{path}:{}", (lines.start + 1)),
            },
        }
    }
}

/// A checkout may have changed the line ends; that is no change.
fn with_ends_of(old: Vec<u8>, now: Option<&[u8]>) -> Vec<u8> {
    let crlf = |text: &[u8]| text.windows(2).any(|pair| pair == b"\r\n");
    match now {
        Some(now) if crlf(now) && !crlf(&old) && !old.contains(&0) => old
            .split_inclusive(|b| *b == b'\n')
            .flat_map(|line| match line.strip_suffix(b"\n") {
                Some(body) => [body, b"\r\n"].concat(),
                None => line.to_vec(),
            })
            .collect(),
        _ => old,
    }
}

pub(in crate::hand) fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|b| *b == b'\n').collect()
}

/// Without context; neighbours are one.
pub(in crate::hand) fn hunks(old: &[u8], now: &[u8]) -> Vec<Hunk> {
    let (old, now) = (lines(old), lines(now));
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &old, &now) {
        let (tag, old, now) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            continue;
        }
        match hunks.last_mut() {
            Some(last) if last.old.end == old.start && last.now.end == now.start => {
                (last.old.end, last.now.end) = (old.end, now.end);
            }
            _ => hunks.push(Hunk { old, now }),
        }
    }
    hunks
}

/// Joins what is one thing in several files: a file that moved, a lock file and its manifest.
fn joined(files: &[File], pieces: Vec<Vec<Part>>) -> Vec<Vec<Part>> {
    let name_of = |piece: &[Part]| {
        let file = &files[piece[0].0];
        let twin = |other: &File| other.old.is_none() != file.old.is_none() && is_same_file(file, other);
        let moved = (file.old.is_none() || file.now.is_none()).then(|| files.iter().position(twin)).flatten();
        match moved {
            Some(other) => format!("moved {}", piece[0].0.min(other)),
            None => locked_with(&file.path).unwrap_or_default(),
        }
    };
    let mut joined: Vec<Vec<Part>> = Vec::new();
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for piece in pieces {
        match name_of(&piece) {
            name if name.is_empty() => joined.push(piece),
            name => match named.get(&name) {
                Some(at) => joined[*at].extend(piece),
                None => {
                    named.insert(name, joined.len());
                    joined.push(piece);
                }
            },
        }
    }
    joined
}

/// One that went and one that came with the same name or the same content.
fn is_same_file(a: &File, b: &File) -> bool {
    let one_sided = |file: &File| file.old.is_none() || file.now.is_none();
    let text = |file: &File| file.old.clone().or_else(|| file.now.clone());
    one_sided(a) && one_sided(b) && (a.path.file_name() == b.path.file_name() || text(a) == text(b))
}

/// The same for a manifest and its lock file.
fn locked_with(path: &RelPath) -> Option<String> {
    const SETS: &[&[&str]] = &[
        &["Cargo.toml", "Cargo.lock"],
        &["package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"],
        &["pyproject.toml", "poetry.lock", "uv.lock", "pdm.lock"],
        &["Pipfile", "Pipfile.lock"],
        &["go.mod", "go.sum"],
        &["Gemfile", "Gemfile.lock"],
        &["composer.json", "composer.lock"],
    ];
    let (folder, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
    let set = SETS.iter().find(|set| set.contains(&name))?;
    Some(format!("{folder}/{}", set[0]))
}
