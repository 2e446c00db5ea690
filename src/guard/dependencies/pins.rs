//! What a package is pinned to, however its lock file spells it: a digest that changes alone, a repository of
//! another owner, an archive of another version, another package behind a known name.

use super::error;
use crate::guard::change::{Block, FileChange};
use crate::record::Finding;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// Digests as hexadecimal digits, or as base 64 behind or without the name of the method.
static DIGEST: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{56}|[0-9a-f]{40}|[0-9a-f]{32})\b|[A-Za-z0-9+/]{42,86}={1,2}").ok()
});
/// A commit is no digest of a package: what it points to may move by itself.
static COMMIT: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\bgit\b|\bgit\+|\b(?:rev(?:ision)?|ref(?:erence)?|commit|resolved[-_]?ref|sha1?|narHash|content-hash|metadata\.content)\b").ok()
});
static REPOSITORY: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:(?:api|codeload|www)\.)?(github|gitlab|bitbucket|codeberg)\.(?:com|org)[/:](?:repos/)?([\w.-]+/[\w.-]+)").ok()
});
/// npm's `"name": "owner/repository"`.
static SHORT: Pattern = LazyLock::new(|| Regex::new(r#":\s*"[\w-][\w.-]*/[\w.-]+(?:#[^"]*)?",?$"#).ok());
static ARCHIVE: Pattern = LazyLock::new(|| Regex::new(r#"/-/[^/"]*?-(\d+\.\d+\.\d+[^/"]*?)\.tgz"#).ok());
static VERSION: Pattern = LazyLock::new(|| Regex::new(r#"^\s*"?version"?:? "([^"]+)""#).ok());
static ALIAS: Pattern = LazyLock::new(|| Regex::new(r#"(?:^|["', ])(@?[\w./-]+)@npm:(@?[\w./-]+)@"#).ok());

/// Whether a dependency's value is a repository in npm's short spelling.
pub fn is_repository(line: &str) -> bool {
    SHORT.as_ref().is_some_and(|regex| regex.is_match(line))
}

pub fn check(file: &FileChange) -> Vec<Finding> {
    let mut findings = digests(file);
    let what = "takes a package from somebody else's repository";
    let owners = file.blocks.iter().filter_map(|block| other_owner(file, block));
    findings.extend(owners.map(|line| error("dependencies/source", file, line, what)));
    findings.extend(archives(file));
    findings.extend(aliases(file));
    findings
}

/// Blocks in which nothing but digests changed.
pub fn digests(file: &FileChange) -> Vec<Finding> {
    let Some(digest) = DIGEST.as_ref() else { return Vec::new() };
    let is_commit = |text: &str| COMMIT.as_ref().is_some_and(|regex| regex.is_match(text)) && !text.contains(".tgz#");
    let alone = |block: &&Block| {
        let changed = block.removed.iter().zip(&block.added).filter(|(old, new)| old.text != new.text);
        let same = |old: &str, new: &str| {
            digest.is_match(old) && !is_commit(old) && digest.replace_all(old, "") == digest.replace_all(new, "")
        };
        // Several files of one package may be listed; one more or less is another thing.
        block.removed.len() == block.added.len() && changed.clone().all(|(old, new)| same(old.text, new.text))
    };
    let what = "changes a package's digest but not its version";
    // What else changed in the entry tells that it is another version.
    let others: Vec<u32> =
        file.blocks.iter().filter(|block| !alone(block)).flat_map(|b| &b.added).map(|l| l.number).collect();
    let lines = file.blocks.iter().filter(alone).filter_map(|block| block.added.first());
    let alone = lines.filter(|line| {
        let entry = entry(file.after.unwrap_or_default(), line.number);
        !others.iter().any(|other| entry.contains(other))
    });
    alone.map(|line| error("dependencies/integrity", file, line.number, what)).collect()
}

/// The lines around line `number` up to a blank one, or as many as an entry has.
fn entry(text: &str, number: u32) -> std::ops::RangeInclusive<u32> {
    const REACH: u32 = 12;
    let blank = (1..).zip(text.lines()).filter(|(_, line)| line.trim().is_empty()).map(|(at, _)| at);
    let (above, below): (Vec<u32>, Vec<u32>) = blank.partition(|at| *at < number);
    let first = above.last().copied().unwrap_or(0).max(number.saturating_sub(REACH));
    let last = below.first().copied().unwrap_or(u32::MAX).min(number + REACH);
    first..=last
}

/// The first line on which a package's repository belongs to another owner than on the line it replaces.
fn other_owner(file: &FileChange, block: &Block) -> Option<u32> {
    // Nix writes it by itself.
    let owner = |text: &str| text.trim_start().strip_prefix("\"owner\":").map(|owner| owner.trim().to_lowercase());
    let new = block.added.iter().find(|line| owner(line.text).is_some());
    let old = block.removed.iter().find_map(|line| owner(line.text));
    if let (Some(old), Some(line)) = (old, new)
        && owner(line.text) != Some(old)
    {
        return Some(line.number);
    }
    let repository = |text: &str| {
        let found = REPOSITORY.as_ref()?.captures(text)?;
        let name = found.get(2)?.as_str().to_lowercase();
        Some((found.get(1)?.as_str().to_lowercase(), name.trim_end_matches(".git").to_owned()))
    };
    let named =
        |text: &str| ["\"name\"", "\"identity\"", "name = "].iter().any(|key| text.trim_start().starts_with(key));
    if block.removed.iter().chain(&block.added).any(|line| named(line.text)) {
        return None;
    }
    let pairs = block.removed.iter().filter_map(|line| repository(line.text));
    let mut pairs = pairs.zip(block.added.iter().filter_map(|line| Some((line.number, repository(line.text)?))));
    // Go calls a package by its repository: behind another name is another package.
    let by_address = file.path.file_name() == "go.sum";
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let other =
        |old: &(String, String), new: &(String, String)| old != new && (!by_address || last(&old.1) == last(&new.1));
    pairs.find(|(old, (_, new))| other(old, new)).map(|(_, (line, _))| line)
}

/// Archives whose name has another version than the entry that they belong to.
fn archives(file: &FileChange) -> Vec<Finding> {
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let one = |pattern: &Pattern, line: &str| Some(pattern.as_ref()?.captures(line)?.get(1)?.as_str().to_owned());
    let mut version: Option<String> = None;
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(file.after.unwrap_or_default().lines()) {
        if let Some(own) = one(&VERSION, line) {
            version = Some(own);
        } else if let (Some(own), Some(other)) = (version.take_if(|_| line.contains(".tgz")), one(&ARCHIVE, line))
            && added.contains(&number)
            && own.split('+').next() != other.split('+').next()
        {
            let what = format!("version {own} is downloaded as {other}");
            findings.push(error("dependencies/source", file, number, what));
        }
    }
    findings
}

/// Names behind which the lock file puts another package than before.
fn aliases(file: &FileChange) -> Vec<Finding> {
    let before = file.before.unwrap_or_default();
    let strange = |line: &str| {
        let found = ALIAS.as_ref()?.captures(line)?;
        let (name, other) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        let known = before.contains(&format!("{name}@npm:{other}@"));
        (name != other && !known && before.contains(&format!("{name}@")))
            .then(|| format!("`{name}` becomes another package, `{other}`"))
    };
    let added = file.added().filter_map(|line| Some((line.number, strange(line.text)?)));
    added.map(|(line, what)| error("dependencies/source", file, line, what)).collect()
}
