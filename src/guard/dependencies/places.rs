//! Where packages come from besides the line that asks for one: repositories and indexes in manifests, names that
//! stand for another package, and the program that builds the package itself.

use super::lock::DEFAULT_HOSTS;
use super::manifest::Kind;
use super::{error, host};
use crate::guard::change::{Block, FileChange, Line};
use crate::record::Finding;
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// Build backends that people publish; any other one is somebody's own.
const BACKENDS: &[&str] = &[
    "bento",
    "enscons",
    "flit_core",
    "flit_scm",
    "hatchling",
    "jupyter_packaging",
    "maturin",
    "mesonpy",
    "pbr",
    "pdm",
    "poetry",
    "poetry_dynamic_versioning",
    "py_build_cmake",
    "scikit_build_core",
    "setuptools",
    "sipbuild",
    "uv_build",
    "whey",
];

static BACKEND: Pattern = LazyLock::new(|| Regex::new(r#"^\s*build-backend\s*=\s*["']([\w.]*)"#).ok());
static BACKEND_PATH: Pattern = LazyLock::new(|| Regex::new(r"^\s*backend-path\s*=").ok());
static NPM_ALIAS: Pattern = LazyLock::new(|| Regex::new(r#""([^"]+)"\s*:\s*"npm:((?:@[^/"]+/)?[^@"]+)"#).ok());
static CARGO_ALIAS: Pattern =
    LazyLock::new(|| Regex::new(r#"^\s*([\w-]+)\s*=.*\bpackage\s*=\s*["']([\w-]+)["']"#).ok());
static GRADLE_URL: Pattern = LazyLock::new(|| Regex::new(r"\burl\b|\bmaven\b|\bresolvers\b").ok());
static TOML_INDEX: Pattern = LazyLock::new(|| Regex::new(r"^\s*\[+[^\]]*(?:source|index)[^\]]*\]+").ok());
static INDEX_KEY: Pattern = LazyLock::new(|| Regex::new(r"^\s*[\w-]*(?:index|find-links)[\w-]*\s*=").ok());

/// `name`: the file's, in lower case.
pub fn check(file: &FileChange, name: &str) -> Vec<Finding> {
    let mut findings = repositories(file, name);
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || name.ends_with(".dockerfile") {
        findings.extend(images(file));
    }
    if name == "package.json" {
        let elsewhere = |line: &Line| line.text.contains("\"packageManager\"") && line.text.contains("://");
        let what = "takes the package manager from an address of its own";
        let added = file.added().filter(elsewhere);
        findings.extend(added.map(|line| error("dependencies/source", file, line.number, what)));
    }
    if name == "pyproject.toml" {
        findings.extend(file.added().filter(|line| builds_itself(line.text)).map(|line| {
            error(
                "dependencies/install-script",
                file,
                line.number,
                "names the code that runs whenever the package is built",
            )
        }));
    }
    findings
}

fn is(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

fn builds_itself(line: &str) -> bool {
    let backend = BACKEND.as_ref().and_then(|regex| regex.captures(line)).and_then(|c| c.get(1));
    let unknown = |name: &str| !BACKENDS.contains(&name.split('.').next().unwrap_or_default());
    is(&BACKEND_PATH, line) || backend.is_some_and(|backend| unknown(backend.as_str()))
}

/// Images of another name than those that the block had before; another version or digest is none.
fn images(file: &FileChange) -> Vec<Finding> {
    fn name(line: &str) -> Option<&str> {
        let mut words = line.split_whitespace();
        let from = words.next().filter(|word| word.eq_ignore_ascii_case("from"));
        let image = from.and_then(|_| words.find(|word| !word.starts_with("--")))?;
        let bare = image.split('@').next().unwrap_or(image);
        Some(bare.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(bare, |(name, _)| name))
    }
    let other = |block: &Block| -> Option<u32> {
        let old: Vec<&str> = block.removed.iter().filter_map(|line| name(line.text)).collect();
        let known = |new: &str| {
            old.contains(&new) || file.before.is_some_and(|text| text.lines().any(|l| name(l) == Some(new)))
        };
        block
            .added
            .iter()
            .find(|line| name(line.text).is_some_and(|new| !old.is_empty() && !known(new)))
            .map(|line| line.number)
    };
    let what = "builds on another image";
    file.blocks.iter().filter_map(other).map(|line| error("dependencies/source", file, line, what)).collect()
}

/// Repositories on hosts that the manifest did not name before.
fn repositories(file: &FileChange, name: &str) -> Vec<Finding> {
    let known: Vec<&str> = file.before.unwrap_or_default().lines().filter_map(host).collect();
    let after = file.after.unwrap_or_default();
    let strange = |line: &Line| host(line.text).is_some_and(|h| !known.contains(&h) && !DEFAULT_HOSTS.contains(&h));
    let added = file.added().filter(|line| strange(line) && names_repository(name, after, line));
    let what = "takes packages from another registry";
    added.map(|line| error("dependencies/host", file, line.number, what)).collect()
}

fn names_repository(name: &str, text: &str, line: &Line) -> bool {
    match name {
        "pom.xml" => in_repository(text, line.number),
        "pyproject.toml" | "pipfile" => {
            let section = text.lines().take(line.number as usize).filter(|l| l.trim_start().starts_with('[')).last();
            is(&INDEX_KEY, line.text) || section.is_some_and(|section| is(&TOML_INDEX, section))
        }
        "composer.json" => below(text, line.number, &["\"repositories\""]),
        "environment.yml" | "environment.yaml" => below(text, line.number, &["channels:"]),
        name if name.ends_with(".tf") => line.text.trim_start().starts_with("source"),
        "chart.yaml" => line.text.contains("repository:"),
        name if name.contains(".gradle") || name == "build.sbt" => {
            is(&GRADLE_URL, line.text) || below(text, line.number, &["maven", "ivy"])
        }
        _ => false,
    }
}

/// Whether a repository's element is open at the address on the line.
fn in_repository(text: &str, number: u32) -> bool {
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let Some((own, above)) = lines.split_last() else { return false };
    let own = &own[..own.find("://").unwrap_or(own.len())];
    let seen = format!("{}\n{own}", above.join("\n"));
    // Where the package goes, not where others come from.
    if seen.matches("<distributionManagement>").count() > seen.matches("</distributionManagement>").count() {
        return false;
    }
    ["epository>", "epositories>"].iter().any(|end| {
        let (open, shut) = (seen.matches(&format!("<r{end}")).count(), seen.matches(&format!("</r{end}")).count());
        let (plugin, done) =
            (seen.matches(&format!("<pluginR{end}")).count(), seen.matches(&format!("</pluginR{end}")).count());
        open > shut || plugin > done
    })
}

/// Whether line `number` stands in a block, however deep, whose opening line has one of `words`, or is it.
pub fn below(text: &str, number: u32, words: &[&str]) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().take(number as usize).collect();
    let Some((own, above)) = lines.split_last() else { return false };
    let has = |line: &str| words.iter().any(|word| line.contains(word));
    let mut depth = indent(own);
    let mut heads = above.iter().rev().filter(|line| {
        !line.trim().is_empty() && {
            let outer = indent(line) < depth;
            depth = depth.min(indent(line));
            outer
        }
    });
    has(own) || heads.any(|head| has(head))
}

/// That a line puts another package behind a name that the manifest knew, if so.
pub fn alias(file: &FileChange, kind: Kind, block: &Block, line: &str) -> Option<String> {
    let pattern = match kind {
        Kind::Npm => &NPM_ALIAS,
        Kind::Cargo => &CARGO_ALIAS,
        _ => return None,
    };
    let pair = |text: &str| {
        let found = pattern.as_ref()?.captures(text)?;
        Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()))
    };
    let (name, other) = pair(line)?;
    let known =
        |text: &str| text.split(|c: char| !c.is_alphanumeric() && !"-_./@".contains(c)).any(|word| word == name);
    let before = block.removed.iter().any(|old| pair(old.text) == Some((name.clone(), other.clone())));
    (name != other && !before && file.before.is_some_and(known))
        .then(|| format!("`{name}` becomes another package, `{other}`"))
}
