//! The change that was made last, as material for every hand: which lines became which, and which files moved.

use super::Job;
use super::revert::pieces::{hunks, lines};
use crate::ids::RelPath;
use crate::patch::Patch;
use anyhow::Result;

/// Longer hunks are rewritten text, in which no line became another one.
const LONGEST_HUNK: usize = 60;

/// A line of the change and what it became.
pub(super) struct Pair {
    pub path: RelPath,
    pub old: String,
    pub new: String,
}

pub(super) struct Recent {
    pub patch: Patch,
    pub pairs: Vec<Pair>,
    /// From, to.
    pub moved: Vec<(RelPath, RelPath)>,
}

impl Recent {
    /// What is not committed and the last commit (or all since the revision that was given as sound) together.
    pub fn of(job: &Job) -> Result<Self> {
        let steps = job.workshop.steps()?;
        let last = steps.iter().find(|step| step.to.is_some()).or(steps.first());
        let patch = last.map(|step| job.workshop.change_since(&step.from)).transpose()?.unwrap_or_default();
        let pairs = pairs(&patch);
        let moved = moved(&patch);
        Ok(Self { patch, pairs, moved })
    }

    /// Whether the change took imports out of a file and put nothing in their place.
    pub fn lost_imports(&self, path: &RelPath) -> bool {
        let Some(file) = self.patch.files().iter().find(|file| file.path == *path) else { return false };
        let (Some(before), Some(after)) = (&file.before, &file.after) else { return false };
        let old = lines(before);
        let is_import = |line: &&[u8]| imports(&String::from_utf8_lossy(line));
        hunks(before, after).iter().any(|hunk| hunk.now.is_empty() && old[hunk.old.clone()].iter().any(is_import))
    }

    /// Whether the change wrote this line.
    pub fn wrote(&self, path: &RelPath, line: &str) -> bool {
        self.pairs.iter().any(|pair| pair.path == *path && pair.new.trim() == line.trim())
    }
}

fn pairs(patch: &Patch) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for file in patch.files() {
        let (Some(before), Some(after)) = (&file.before, &file.after) else { continue };
        let (old, new) = (lines(before), lines(after));
        for hunk in hunks(before, after) {
            let longest = hunk.old.len().max(hunk.now.len());
            if hunk.old.is_empty() || hunk.now.is_empty() || longest > LONGEST_HUNK {
                continue;
            }
            let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']).to_owned();
            let same = hunk.old.len() == hunk.now.len();
            for (i, was) in old[hunk.old.clone()].iter().enumerate() {
                let became = new[hunk.now.clone()].iter().enumerate().filter(|(j, _)| !same || i == *j);
                pairs.extend(became.map(|(_, now)| Pair { path: file.path.clone(), old: text(was), new: text(now) }));
            }
        }
    }
    pairs
}

/// A file that went, and one that came with the same content or nearly so.
fn moved(patch: &Patch) -> Vec<(RelPath, RelPath)> {
    let went = patch.files().iter().filter_map(|file| Some((&file.path, file.before.as_ref()?, file.after.is_none())));
    let came: Vec<_> = patch
        .files()
        .iter()
        .filter(|file| file.before.is_none())
        .filter_map(|f| Some((&f.path, f.after.as_ref()?)))
        .collect();
    let alike = |a: &[u8], b: &[u8]| {
        let (a, b) = (lines(a), lines(b));
        let kept = a.iter().filter(|line| b.contains(line)).count();
        2 * kept >= a.len().max(b.len()) && !a.is_empty()
    };
    let pairs = went.filter(|(.., gone)| *gone).filter_map(|(from, old, _)| {
        let small = old.len() < 1 << 18;
        let same = came.iter().find(|(to, new)| to.extension() == from.extension() && *new == old);
        let near = || came.iter().find(|(to, new)| small && to.extension() == from.extension() && alike(old, new));
        Some((from.clone(), same.or_else(near)?.0.clone()))
    });
    pairs.collect()
}

/// Whether a line brings names in, in any of our languages.
pub(super) fn imports(line: &str) -> bool {
    let line = line.trim();
    let starts = ["import ", "from ", "use ", "pub use ", "#include", "# include", "#import"];
    // A line of Go's block of imports is a path and nothing else.
    let is_spec = line.ends_with('"')
        && line.matches('"').count() == 2
        && line.split('"').next().is_some_and(|it| !it.contains(['=', '(', ':', ',']));
    starts.iter().any(|start| line.starts_with(start)) || line.contains("require(") || is_spec
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Words, and what stands between them.
pub(super) fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

/// Every place of a text where `word` stands by itself.
pub(super) fn occurrences(text: &str, word: &str) -> Vec<std::ops::Range<usize>> {
    let whole = |at: usize| {
        !text[..at].chars().next_back().is_some_and(is_word)
            && !text[at + word.len()..].chars().next().is_some_and(is_word)
    };
    text.match_indices(word).map(|(at, _)| at).filter(|at| whole(*at)).map(|at| at..at + word.len()).collect()
}
