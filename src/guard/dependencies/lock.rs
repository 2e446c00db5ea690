//! Lock files: a package may change its version; it may not come from another host or change its digest
//! while the version stays.

use super::{error, host};
use crate::guard::change::FileChange;
use crate::record::Finding;
use std::collections::{BTreeMap, BTreeSet};

const DIGEST_KEYS: &[&str] = &["integrity", "checksum", "sha256:", "sha512-", "sha1-", "h1:", "hash ="];

pub fn check(file: &FileChange) -> Vec<Finding> {
    let mut findings = hosts(file);
    findings.extend(digests(file));
    findings
}

/// Hosts that the lock file did not name before; a new lock file is not compared with anything.
fn hosts(file: &FileChange) -> Vec<Finding> {
    let Some(before) = file.before else { return Vec::new() };
    let known: BTreeSet<&str> = before.lines().filter_map(host).collect();
    let new =
        file.added().filter_map(|line| Some((line.number, host(line.text)?))).filter(|(_, host)| !known.contains(host));
    // A tool that starts to write addresses into a file without any brings its registry's.
    let registry = |host: &&str| known.is_empty() && DEFAULT_HOSTS.contains(host);
    let strange = new.filter(|(_, host)| !registry(host));
    strange
        .map(|(line, _)| error("dependencies/host", file, line, "takes a package from a host that was not used before"))
        .collect()
}

/// The public registries that tools use unless told otherwise.
pub const DEFAULT_HOSTS: &[&str] = &[
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "pypi.org",
    "files.pythonhosted.org",
    "github.com",
    "index.crates.io",
    "static.crates.io",
    "proxy.golang.org",
    "rubygems.org",
    "repo.maven.apache.org",
    "repo1.maven.org",
];

/// The digests of each package, a package being named by the lines above its digest.
fn digests(file: &FileChange) -> Vec<Finding> {
    let (Some(before), Some(after)) = (file.before, file.after) else { return Vec::new() };
    let old = packages(before);
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let changed = packages(after).into_iter().filter(|(package, (line, digest))| {
        added.contains(line) && old.get(package).is_some_and(|(_, known)| known != digest)
    });
    changed
        .map(|(_, (line, _))| {
            error("dependencies/integrity", file, line, "changes a package's digest but not its version")
        })
        .collect()
}

/// What a lock file says of a package before its digest → the digest and where it stands.
fn packages(text: &str) -> BTreeMap<String, (u32, &str)> {
    let mut found = BTreeMap::new();
    let mut above: Vec<&str> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let digest = DIGEST_KEYS.iter().find_map(|key| line.find(key));
        match digest {
            // `go.sum` and pnpm write the package and its digest on one line.
            Some(at) => {
                let name = format!("{}\n{}", above.join("\n"), &line[..at]);
                found.entry(name).or_insert((number, line[at..].trim()));
            }
            None if starts_package(line) => above = vec![line.trim()],
            None if above.len() < 6 => above.push(line.trim()),
            None => {}
        }
    }
    found
}

fn starts_package(line: &str) -> bool {
    let line = line.trim_end();
    line.starts_with("[[") || line.ends_with('{') || line.ends_with(':') || line.is_empty()
}
