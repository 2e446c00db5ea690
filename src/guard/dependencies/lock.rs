//! Lock files: a package may change its version; it may not come from another host, change or lose its
//! digest while the version stays, or be another package than its name says.

use super::{error, host, pins};
use crate::guard::at_line;
use crate::guard::change::{Block, FileChange, Line};
use crate::record::{Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};

const DIGEST_KEYS: &[&str] = &["integrity", "checksum", "sha256:", "sha512-", "sha1-", "h1:", "hash ="];

pub fn check(file: &FileChange) -> Vec<Finding> {
    let mut findings = hosts(file);
    findings.extend(origins(file));
    findings.extend(digests(file));
    findings.extend(names(file));
    findings.extend(pins::check(file));
    findings.extend(file.added().filter_map(|line| script(file, line)));
    findings
}

/// npm and pnpm note which packages run a script when they are installed.
fn script(file: &FileChange, line: Line) -> Option<Finding> {
    let runs = ["\"hasInstallScript\": true", "requiresBuild: true"].iter().any(|key| line.text.contains(key));
    let what = "a package that runs a script when it is installed";
    runs.then(|| at_line("dependencies/install-script", Severity::Warning, file.path, line.number, what))
}

/// `node_modules/a` that is downloaded as `b`. An alias says so itself.
fn names(file: &FileChange) -> Vec<Finding> {
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let mut key: Option<&str> = None;
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(file.after.unwrap_or_default().lines()) {
        if opens(line) {
            key = entry(line);
        } else if line.trim_start().starts_with("\"name\":") {
            key = None;
        } else if let (Some(name), Some(other)) = (key, downloaded(line))
            && added.contains(&number)
            && name != other
        {
            let what = format!("`{name}` is downloaded from the address of `{other}`");
            findings.push(error("dependencies/source", file, number, what));
        }
    }
    findings
}

fn opens(line: &str) -> bool {
    line.ends_with("\": {") || line.ends_with(':') && !line.starts_with(' ')
}

/// The package that an entry of npm's or yarn's lock file is about.
fn entry(line: &str) -> Option<&str> {
    if let Some((_, rest)) = line.rsplit_once("node_modules/") {
        return rest.strip_suffix("\": {");
    }
    // yarn: `"@a/b@^1.0.0", "@a/b@^1.1.0":`; an alias is `b@npm:a@1`.
    let first = line.strip_suffix(':')?.split(',').next()?.trim_matches('"');
    let at = first.get(1..)?.find('@')? + 1;
    (!line.starts_with(' ') && !first.contains("@npm:")).then(|| &first[..at])
}

/// `https://registry.npmjs.org/@a/b/-/b-1.0.0.tgz` → `@a/b`.
fn downloaded(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let url = line.strip_prefix("\"resolved\": \"").or_else(|| line.strip_prefix("resolved \""))?;
    let (_, path) = url.split_once("://")?.1.split_once('/')?;
    let name = path.split_once("/-/")?.0;
    // A registry may lie below a path.
    let scoped = name.rfind("/@").map_or(name, |at| &name[at + 1..]);
    Some(if scoped.starts_with('@') { scoped } else { name.rsplit('/').next().unwrap_or(name) })
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
    let plain = |text: &str| text.contains("http://");
    let open = file.added().filter(|line| plain(line.text) && !before.lines().any(plain));
    strange
        .map(|(line, _)| error("dependencies/host", file, line, "takes a package from a host that was not used before"))
        .chain(open.map(|line| error("dependencies/host", file, line.number, "takes a package without encryption")))
        .collect()
}

/// Registries and repositories that the lock file did not know, on hosts that it knew.
fn origins(file: &FileChange) -> Vec<Finding> {
    let before = file.before.unwrap_or_default();
    let known: BTreeSet<&str> = before.lines().filter_map(origin).collect();
    let hosts: BTreeSet<&str> = before.lines().filter_map(host).collect();
    let strange = |line: &Line| {
        let elsewhere = origin(line.text).is_some_and(|origin| !known.is_empty() && !known.contains(origin));
        elsewhere && host(line.text).is_some_and(|host| hosts.contains(host))
    };
    let what = "takes a package from a registry or repository that was not used before";
    file.added().filter(strange).map(|line| error("dependencies/source", file, line.number, what)).collect()
}

/// The registry or the repository of the package on a line, without what names the package or its commit.
fn origin(line: &str) -> Option<&str> {
    let colon = line.find("://")?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let before = line[..colon].char_indices().rev().find(|(_, c)| !is_scheme(*c));
    let start = before.map_or(0, |(at, c)| at + c.len_utf8());
    let end = line[colon..].find(['"', '\'', ' ', ',', '}']).map_or(line.len(), |at| colon + at);
    let url = &line[start..end];
    if url.starts_with("git+") || line.contains("git = ") {
        return url.split(['#', '?']).next();
    }
    if ["registry+", "sparse+"].iter().any(|mark| url.starts_with(mark))
        || ["registry = ", "remote: "].iter().any(|key| line[..start].contains(key))
    {
        return Some(url);
    }
    let (package, _) = url.split_once("/-/")?;
    let registry = package.rsplit_once("/@").or_else(|| package.rsplit_once('/'));
    registry.map(|(registry, _)| registry)
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
    "plugins.gradle.org",
    "maven.google.com",
    "dl.google.com",
];

/// The digests of each package, a package being named by the lines above its digest.
fn digests(file: &FileChange) -> Vec<Finding> {
    let (Some(before), Some(after)) = (file.before, file.after) else { return Vec::new() };
    let old = packages(before);
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let lost = lost(file);
    let changed = packages(after).into_iter().filter(|(package, (line, digest))| {
        added.contains(line) && old.get(package).is_some_and(|(_, known)| known != digest)
    });
    changed
        .map(|(_, (line, _))| {
            error("dependencies/integrity", file, line, "changes a package's digest but not its version")
        })
        .chain(lost)
        .collect()
}

/// Digests that went while their package's other lines stayed.
fn lost(file: &FileChange) -> Vec<Finding> {
    // One digest a package; others list one for each file, and drop those of files that are gone.
    let digest = |line: &Line| ["integrity", "checksum"].iter().any(|key| line.text.contains(key));
    let plain = |line: &Line| line.text.trim().trim_end_matches(',').to_owned();
    let only_digests = |block: &&Block| {
        let others = block.removed.iter().filter(|line| !digest(line)).map(plain);
        others.eq(block.added.iter().map(plain))
    };
    let gone =
        file.blocks.iter().filter(only_digests).filter_map(|block| block.removed.iter().find(|line| digest(line)));
    gone.map(|line| error("dependencies/integrity", file, line.number, "removes a package's digest")).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_behind_any_character() {
        assert_eq!(origin("é\u{2028}git+https://a.b/c?x#y"), Some("git+https://a.b/c"));
        assert_eq!(origin("source = \"registry+https://a.b/c\""), Some("registry+https://a.b/c"));
        assert_eq!(origin("✗://"), None);
    }
}
