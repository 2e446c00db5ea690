//! A package that the code uses and its manifest does not name: the entry as a sibling manifest of this repository has
//! it, or as the lock file does. A package that nothing here knows is never guessed at.

use super::Scene;
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use serde_json::Value;

static RUST: Said = Said::new(&[
    r"cannot find module or crate `(\w+)`",
    r"use of (?:undeclared crate or module|unresolved module or unlinked crate|undeclared module) `(\w+)`",
    r"unresolved import `(\w+)(?:::[^`]*)?`",
    r"can't find crate for `(\w+)`",
]);
static NODE: Said = Said::new(&[
    r"Cannot find (?:module|package) ['\x22]((?:@[\w.-]+/)?[\w-][\w.-]*)(?:/[^'\x22]*)?['\x22]",
    r"['\x22]((?:@[\w.-]+/)?[\w-][\w.-]*)['\x22] should be listed in the project's dependencies",
]);
/// Manifests that are read.
const MOST: usize = 200;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let said = |pattern: &'static Said| pattern.captures(&complaint.message).map(|found| found[1].to_owned());
        let found = match place.path.extension().as_str() {
            "rs" => said(&RUST).map(|name| cargo(scene, &place.path, &name)).transpose()?.flatten(),
            "js" | "cjs" | "mjs" | "ts" | "tsx" | "jsx" | "mts" | "cts" => {
                said(&NODE).map(|name| node(scene, &place.path, &name)).transpose()?.flatten()
            }
            _ => None,
        };
        let Some((edit, what)) = found else { continue };
        let why = format!("put `{what}` into {}, which uses it", edit.path);
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

fn text(scene: &Scene, path: &RelPath) -> Result<String> {
    let bytes = scene.job.workshop.read(path)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The nearest file of this name above `path`.
fn above(scene: &Scene, path: &RelPath, name: &str) -> Result<Option<RelPath>> {
    let mut folder = path.as_str();
    while let Some((up, _)) = folder.rsplit_once('/') {
        let own = RelPath::parse(format!("{up}/{name}"))?;
        if scene.job.workshop.files()?.binary_search(&own).is_ok() {
            return Ok(Some(own));
        }
        folder = up;
    }
    let root = RelPath::parse(name)?;
    Ok(scene.job.workshop.files()?.binary_search(&root).is_ok().then_some(root))
}

fn siblings<'s>(scene: &'s Scene, own: &'s RelPath) -> Result<impl Iterator<Item = &'s RelPath>> {
    let files = scene.job.workshop.files()?.iter();
    Ok(files.filter(move |path| path.file_name() == own.file_name() && *path != own).take(MOST))
}

fn cargo(scene: &Scene, source: &RelPath, krate: &str) -> Result<Option<(Edit, String)>> {
    let Some(own) = above(scene, source, "Cargo.toml")? else { return Ok(None) };
    let manifest = text(scene, &own)?;
    let Ok(parsed) = toml::from_str::<toml::Table>(&manifest) else { return Ok(None) };
    let is_it = |name: &str| name.replace('-', "_") == krate;
    let has = |key: &str| entry(&parsed, key, &is_it).is_some();
    let section = if is_for_tests(source, &own) { "dev-dependencies" } else { "dependencies" };
    if has("dependencies") || has(section) || parsed.get("package").is_none() {
        return Ok(None);
    }
    let mut line = None;
    for path in siblings(scene, &own)? {
        let raw = text(scene, path)?;
        let Ok(other) = toml::from_str::<toml::Table>(&raw) else { continue };
        let shared = other.get("workspace").and_then(toml::Value::as_table);
        if let Some((name, _)) = shared.and_then(|shared| entry(shared, "dependencies", &is_it)) {
            line = Some(format!("{name}.workspace = true"));
            break;
        }
        let listed = ["dependencies", "dev-dependencies"].iter().find_map(|key| entry(&other, key, &is_it));
        let named = other.get("package").and_then(|it| it.get("name")).and_then(toml::Value::as_str);
        if let Some(name) = named.filter(|name| is_it(name)) {
            line = Some(format!("{name} = {{ path = \"{}\" }}", way(&own, path)));
        } else if let Some((name, _)) = listed.filter(|(_, value)| line.is_none() && value.get("path").is_none()) {
            // As it is written there.
            let is_entry =
                |own: &&str| own.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with([' ', '=', '.']));
            line = raw.lines().map(str::trim).find(is_entry).map(str::to_owned);
        }
    }
    if line.is_none() {
        line = locked(scene, &own, &is_it)?;
    }
    let Some(line) = line else { return Ok(None) };
    let (at, new) = put(&manifest, section, &line);
    Ok(Some((Edit { path: own, range: at..at, text: new }, line)))
}

fn entry<'t>(table: &'t toml::Table, key: &str, is_it: &dyn Fn(&str) -> bool) -> Option<(&'t String, &'t toml::Value)> {
    table.get(key)?.as_table()?.iter().find(|(name, _)| is_it(name))
}

/// Only tests, examples and benches see development dependencies.
fn is_for_tests(source: &RelPath, manifest: &RelPath) -> bool {
    let folder = manifest.as_str().strip_suffix("Cargo.toml").unwrap_or_default();
    let rest = source.as_str().strip_prefix(folder).unwrap_or_default();
    ["tests/", "examples/", "benches/"].iter().any(|part| rest.starts_with(part))
}

/// From one manifest's folder to another's.
fn way(from: &RelPath, to: &RelPath) -> String {
    let (up, rest) = to.seen_from(from);
    let manifest = format!("{}{rest}", "../".repeat(up));
    manifest.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()
}

/// As `Cargo.lock` has it, where it has one version.
fn locked(scene: &Scene, own: &RelPath, is_it: &dyn Fn(&str) -> bool) -> Result<Option<String>> {
    let Some(lock) = above(scene, own, "Cargo.lock")? else { return Ok(None) };
    let Ok(lock) = toml::from_str::<toml::Table>(&text(scene, &lock)?) else { return Ok(None) };
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let named = packages.into_iter().flatten().filter_map(|package| {
        let name = package.get("name")?.as_str().filter(|name| is_it(name))?;
        Some(format!("{name} = \"{}\"", package.get("version")?.as_str()?))
    });
    let all: Vec<String> = named.collect();
    Ok(if let [one] = all.as_slice() { Some(one.clone()) } else { None })
}

/// Where a line goes in a section, in the order of the others where they have one.
fn put(manifest: &str, section: &str, line: &str) -> (usize, String) {
    let end = if manifest.contains("\r\n") { "\r\n" } else { "\n" };
    let mut at = 0;
    let mut inside = false;
    let mut last = None;
    for own in manifest.split_inclusive('\n') {
        let start = at;
        at += own.len();
        let own = own.trim();
        if own.starts_with('[') {
            inside = own == format!("[{section}]");
            last = inside.then_some(at).or(last);
        } else if inside && !own.is_empty() {
            if own > line && own.contains('=') && !own.starts_with('#') {
                return (start, format!("{line}{end}"));
            }
            last = Some(at);
        }
    }
    let open = if manifest.ends_with('\n') || manifest.is_empty() { "" } else { end };
    match last {
        Some(at) if at < manifest.len() || open.is_empty() => (at, format!("{line}{end}")),
        Some(at) => (at, format!("{open}{line}{end}")),
        None => (manifest.len(), format!("{open}{end}[{section}]{end}{line}{end}")),
    }
}

fn node(scene: &Scene, source: &RelPath, name: &str) -> Result<Option<(Edit, String)>> {
    let Some(own) = above(scene, source, "package.json")? else { return Ok(None) };
    let manifest = text(scene, &own)?;
    let Ok(parsed) = serde_json::from_str::<Value>(&manifest) else { return Ok(None) };
    const SECTIONS: [&str; 4] = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    let version = |of: &Value| SECTIONS.iter().find_map(|key| of[*key][name].as_str().map(str::to_owned));
    if version(&parsed).is_some() {
        return Ok(None);
    }
    let mut found = None;
    for path in siblings(scene, &own)? {
        let Ok(other) = serde_json::from_str::<Value>(&text(scene, path)?) else { continue };
        found = version(&other).or_else(|| (other["name"] == name).then(|| "*".to_owned()));
        if found.is_some() {
            break;
        }
    }
    if found.is_none()
        && let Some(lock) = above(scene, &own, "package-lock.json")?
    {
        let lock: Value = serde_json::from_str(&text(scene, &lock)?).unwrap_or_default();
        let locked = lock["packages"][format!("node_modules/{name}")]["version"].as_str();
        found = locked.map(|version| format!("^{version}"));
    }
    let Some(version) = found else { return Ok(None) };
    let section = if super::place::is_test(source) { "devDependencies" } else { "dependencies" };
    Ok(put_json(&manifest, section, name, &version).map(|(range, new)| {
        let what = format!("\"{name}\": \"{version}\"");
        (Edit { path: own, range, text: new }, what)
    }))
}

/// Where an entry goes in a section, as the file is indented; none where there is no such section.
fn put_json(manifest: &str, section: &str, name: &str, version: &str) -> Option<(std::ops::Range<usize>, String)> {
    let key = manifest.find(&format!("\"{section}\""))?;
    let open = key + manifest[key..].find('{')? + 1;
    let close = open + manifest[open..].find('}')?;
    let body = &manifest[open..close];
    let entry = format!("\"{name}\": \"{version}\"");
    if body.trim().is_empty() {
        let before = &manifest[..key];
        let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let own = indent.chars().all(char::is_whitespace).then_some(indent)?;
        return Some((open..close, format!("\n{own}{own}{entry}\n{own}")));
    }
    let first = open + body.find('"')?;
    let lead = &manifest[open..first];
    let mut at = open;
    for line in body.split_inclusive(',') {
        let start = at + line.find('"').unwrap_or(0);
        if line.trim() > entry.as_str() {
            return Some((start..start, format!("{entry},{lead}")));
        }
        at += line.len();
    }
    let end = open + body.trim_end().len();
    Some((end..end, format!(",{lead}{entry}")))
}

#[cfg(test)]
mod tests {
    use super::super::Hint;
    use super::*;
    use crate::hand::testing::{Shop, after};

    fn first(files: &[(&str, &str)], log: &str) -> Option<(String, String)> {
        let offers = Shop::new(files).offers(&Hint, "the failing command", log, &[]);
        let manifest = offers.iter().find(|offer| {
            let name = offer.patch.files()[0].path.file_name().to_owned();
            ["Cargo.toml", "package.json"].contains(&name.as_str())
        });
        manifest.map(|offer| (offer.patch.files()[0].path.to_string(), after(offer).to_owned()))
    }

    const E0433: &str = "error[E0433]: failed to resolve: use of unresolved module or unlinked crate `a_b`\n --> y/src/lib.rs:1:5\n  |\n1 | use a_b::C;\n  |     ^^^ use of unresolved module or unlinked crate `a_b`\n";

    #[test]
    fn cargo_is_told_of_a_crate_as_others_are() {
        let own = "[package]\nname = \"y\"\n\n[dependencies]\nzed = \"1\"\n";
        let with = |line: &str| format!("[package]\nname = \"y\"\n\n[dependencies]\n{line}\nzed = \"1\"\n");
        for (path, text, line) in [
            ("Cargo.toml", "[workspace.dependencies]\na-b = \"2\"\n", "a-b.workspace = true"),
            ("x/Cargo.toml", "[package]\nname = \"x\"\n[dependencies]\na-b = \"2.1\"\n", "a-b = \"2.1\""),
            ("w/deep/Cargo.toml", "[package]\nname = \"a-b\"\n", "a-b = { path = \"../w/deep\" }"),
            ("Cargo.lock", "[[package]]\nname = \"a-b\"\nversion = \"3.0.1\"\n", "a-b = \"3.0.1\""),
        ] {
            let files = [("y/Cargo.toml", own), ("y/src/lib.rs", "use a_b::C;\n"), (path, text)];
            assert_eq!(first(&files, E0433), Some(("y/Cargo.toml".to_owned(), with(line))), "{path}");
        }
        assert_eq!(first(&[("y/Cargo.toml", own), ("y/src/lib.rs", "use a_b::C;\n")], E0433), None);
    }

    #[test]
    fn npm_is_told_of_a_package_as_others_are() {
        let log = "packages/b/i.ts(1,15): error TS2307: Cannot find module 'left-pad' or its corresponding type declarations.";
        let own = "{\n  \"name\": \"b\",\n  \"dependencies\": {\n    \"chalk\": \"^5.0.0\",\n    \"zod\": \"^3.0.0\"\n  }\n}\n";
        let other = "{ \"name\": \"a\", \"devDependencies\": { \"left-pad\": \"^1.3.0\" } }";
        let source = ("packages/b/i.ts", "import p from 'left-pad';\n");
        let made =
            first(&[("packages/a/package.json", other), ("packages/b/package.json", own), source], log).unwrap().1;
        assert_eq!(made, own.replace("\"zod\"", "\"left-pad\": \"^1.3.0\",\n    \"zod\""));
        assert_eq!(first(&[("packages/b/package.json", own), source], log), None);
        let empty = "{\n  \"name\": \"b\",\n  \"dependencies\": {}\n}\n";
        let made =
            first(&[("packages/a/package.json", other), ("packages/b/package.json", empty), source], log).unwrap().1;
        assert_eq!(made, empty.replace("{}", "{\n    \"left-pad\": \"^1.3.0\"\n  }"));
    }

    #[test]
    fn a_section_that_is_not_there_is_made() {
        let (at, new) = put("[package]\nname = \"a\"", "dependencies", "b = \"1\"");
        assert_eq!((at, new.as_str()), (20, "\n\n[dependencies]\nb = \"1\"\n"));
    }
}
