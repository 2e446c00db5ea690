//! Manifests and tool settings: new packages, packages from addresses, other registries, scripts that
//! run at install time.

use super::lock::DEFAULT_HOSTS;
use super::{error, host, pins, places, typosquat};
use crate::guard::at_line;
use crate::guard::change::{FileChange, Line};
use crate::record::{Finding, Severity};

const MANIFESTS: &[&str] = &[
    "cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "pipfile",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gemfile",
    "composer.json",
    "environment.yml",
    "environment.yaml",
    "chart.yaml",
    "deno.json",
    "pubspec.yaml",
    "mix.exs",
    "build.sbt",
];

/// Settings that say where packages come from.
const REGISTRY_FILES: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "pip.conf",
    "pip.ini",
    "nuget.config",
    "settings.xml",
    "bunfig.toml",
    "uv.toml",
];

/// Scripts that package managers run by themselves.
const INSTALL_SCRIPTS: &[&str] = &[
    "\"preinstall\"",
    "\"install\"",
    "\"postinstall\"",
    "\"prepare\"",
    "\"prepublish\"",
    "\"preprepare\"",
    "\"postprepare\"",
    "\"post-install-cmd\"",
    "\"post-update-cmd\"",
    "cmdclass",
];

const SOURCES: &[&str] = &[
    "git+",
    "git =",
    "git=",
    "git:",
    "github:",
    "path+http",
    "http://",
    "https://",
    "url =",
    "url=",
    "ssh://",
    "git@",
    "replace ",
    "=> ",
];

/// What stands over packages that take the place of others.
const OVERRIDES: &[&str] = &["requires", "[patch", "[replace]", "\"overrides\"", "\"resolutions\"", ".sources]"];

/// Whose manifest it is, as far as names are read out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Npm,
    Cargo,
    Pyproject,
    Setup,
    Requirements,
    Gem,
    Go,
    Maven,
    Gradle,
    Other,
}

/// `None` for a file that lists no dependencies.
fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "package.json" | "deno.json" => Kind::Npm,
        "cargo.toml" => Kind::Cargo,
        "pyproject.toml" | "pipfile" => Kind::Pyproject,
        "setup.py" | "setup.cfg" => Kind::Setup,
        "gemfile" => Kind::Gem,
        "go.mod" => Kind::Go,
        "pom.xml" => Kind::Maven,
        "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts" | "init.gradle" => Kind::Gradle,
        name if is_requirements(name) => Kind::Requirements,
        name if MANIFESTS.contains(&name) => Kind::Other,
        _ => return None,
    })
}

fn is_requirements(name: &str) -> bool {
    name.ends_with(".txt") && (name.contains("requirement") || name.contains("constraint"))
}

pub fn check(file: &FileChange, new_dependency: Severity) -> Vec<Finding> {
    let name = file.path.file_name().to_lowercase();
    let requirements = is_requirements(&name);
    let registry = REGISTRY_FILES.contains(&name.as_str()) || file.path.as_str().ends_with(".cargo/config.toml");
    let mut findings = scripts(file, &name);
    if registry || requirements {
        findings.extend(registries(file));
    }
    if requirements {
        findings.extend(pins::digests(file));
    }
    findings.extend(places::check(file, &name));
    if let Some(kind) = kind(&name) {
        findings.extend(dependencies(file, kind, new_dependency));
        findings.extend(typosquat::check(file, kind));
    }
    findings
}

fn scripts(file: &FileChange, name: &str) -> Vec<Finding> {
    let what = "runs a script when the package is installed or built";
    if file.before.is_none() && matches!(name, "build.rs" | "setup.py" | "binding.gyp") {
        return vec![error("dependencies/install-script", file, 1, what)];
    }
    if name == "cargo.toml" {
        let names = |line: &Line| {
            let text = line.text.replace(' ', "");
            text.starts_with("build=") && !text.contains("false") || text == "proc-macro=true"
        };
        let added = file.added().filter(names);
        return added.map(|line| error("dependencies/install-script", file, line.number, what)).collect();
    }
    if !matches!(name, "package.json" | "composer.json" | "setup.py") {
        return Vec::new();
    }
    let is_script = |line: &Line| INSTALL_SCRIPTS.iter().any(|script| line.text.contains(script));
    file.added().filter(is_script).map(|line| error("dependencies/install-script", file, line.number, what)).collect()
}

fn registries(file: &FileChange) -> Vec<Finding> {
    let known: Vec<&str> = file.before.unwrap_or_default().lines().filter_map(host).collect();
    let is_index = |line: &Line| {
        let text = line.text.to_lowercase();
        ["index", "registry", "find-links", "source", "-i "].iter().any(|word| text.contains(word))
    };
    let strange =
        |line: &Line| host(line.text).is_some_and(|host| !known.contains(&host) && !DEFAULT_HOSTS.contains(&host));
    let unchecked = |line: &Line| {
        let text = line.text.to_lowercase().replace(' ', "");
        ["trusted-host", "strict-ssl=false", "verify_ssl=false", "enablestrictssl:false", "unsafehttpwhitelist"]
            .iter()
            .any(|word| text.contains(word))
    };
    let what = "takes packages from another registry, or without asking who it is";
    let added = file.added().filter(|line| is_index(line) && strange(line) || unchecked(line));
    added.map(|line| error("dependencies/host", file, line.number, what)).collect()
}

fn dependencies(file: &FileChange, kind: Kind, new_dependency: Severity) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in &file.blocks {
        for line in block.added.iter().filter(|line| is_dependency(file.after.unwrap_or_default(), line, kind)) {
            let text = line.text.trim();
            let from_address = |text: &str| {
                SOURCES.iter().any(|source| text.contains(source)) || kind == Kind::Npm && pins::is_repository(text)
            };
            if let Some(what) = places::alias(file, kind, block, text) {
                findings.push(error("dependencies/source", file, line.number, what));
            } else if from_address(text)
                && !block.removed.iter().any(|old| host(old.text) == host(text) && from_address(old.text))
            {
                findings.push(error(
                    "dependencies/source",
                    file,
                    line.number,
                    "takes a dependency from an address of its own",
                ));
            } else if !block
                .removed
                .iter()
                .any(|old| old.text.trim().trim_end_matches(',') == text.trim_end_matches(','))
            {
                let message = format!("new or changed dependency: {}", text.chars().take(80).collect::<String>());
                findings.push(at_line("dependencies/changed", new_dependency, file.path, line.number, message));
            }
        }
    }
    findings
}

/// Whether a line stands where its manifest lists dependencies.
pub fn is_dependency(text: &str, line: &Line, kind: Kind) -> bool {
    let own = line.text.trim();
    if kind == Kind::Cargo && own.starts_with('[') {
        return own.contains("dependencies.") || own.starts_with("[patch.");
    }
    let opens = OVERRIDES.iter().any(|word| own.starts_with(word)) && own.ends_with('{');
    let structure = own.is_empty() || opens || own.starts_with(['#', '/', '[', ']', '{', '}', '<']);
    if structure && kind != Kind::Maven {
        return false;
    }
    let starts = |words: &[&str]| words.iter().any(|word| own.starts_with(word));
    match kind {
        Kind::Go => starts(&["require", "replace"]) || own.contains(" v") || own.contains("=>"),
        Kind::Maven => starts(&["<dep", "<artifact"]),
        Kind::Gem => starts(&["gem ", "gem(", "source "]),
        Kind::Gradle => {
            starts(&["implementation", "api", "compile", "runtime", "test", "classpath", "maven"])
                && own.contains(['(', '"', '\''])
        }
        Kind::Requirements => !own.starts_with('-'),
        _ => {
            let head = section(text, line.number);
            head.to_lowercase().contains("depend")
                || OVERRIDES.iter().any(|word| head.contains(word))
                || kind == Kind::Npm && places::below(text, line.number, &["\"overrides\"", "\"resolutions\""])
        }
    }
}

/// The header under which a line stands: a TOML or INI section with the key of an open list, or the key
/// of an open object.
fn section(text: &str, number: u32) -> String {
    let above: Vec<&str> = text.lines().take(number as usize).collect();
    let own = above.last().copied().unwrap_or_default();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &&&str| {
        let end = line.trim_end();
        end.starts_with('[') || (end.ends_with(['{', '[', '(', ':', '=']) && indent(end) < indent(own).max(1))
    };
    let head = above.iter().rev().skip(1).find(opens).copied().unwrap_or_default();
    let names = own.contains("depend") || OVERRIDES.iter().any(|word| own.contains(word));
    if names { format!("{head} {own}") } else { head.to_owned() }
}
