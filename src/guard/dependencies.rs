//! What a patch brings in from outside: packages, the hosts they come from, digests, and scripts that
//! run when something is installed.

mod lock;
mod manifest;
mod pins;
mod places;
mod typosquat;

use super::change::FileChange;
use super::{Case, Input, at_line};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};

const LOCK_FILES: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pipfile.lock",
    "go.sum",
    "composer.lock",
    "gemfile.lock",
    "mix.lock",
    "flake.lock",
    "gradle.lockfile",
    "packages.lock.json",
    "podfile.lock",
    "pubspec.lock",
    "deno.lock",
    "package.resolved",
    "cartfile.resolved",
    "godeps.json",
    "gopkg.lock",
    "glide.lock",
    "vendor.json",
    "verification-metadata.xml",
    ".terraform.lock.hcl",
    "chart.lock",
    "conda-lock.yml",
    "pixi.lock",
    "buf.lock",
];

pub fn is_lock_file(path: &RelPath) -> bool {
    is_lock_name(&path.file_name().to_lowercase())
}

/// `name`: a file name in lower case.
pub fn is_lock_name(name: &str) -> bool {
    LOCK_FILES.contains(&name)
}

pub fn check(case: &Case) -> Vec<Finding> {
    case.files.iter().flat_map(|file| check_file(file, &case.input)).collect()
}

fn check_file(file: &FileChange, input: &Input) -> Vec<Finding> {
    if is_lock_file(file.path) {
        return lock::check(file);
    }
    let new = Severity::Warning;
    let severity = if input.policy.allow_dependencies { new } else { Severity::Error };
    manifest::check(file, severity)
}

/// `host` of the first URL in a line.
fn host(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("://")?;
    let end = rest.find(['/', '"', '\'', ' ', ',', '#', '?', ')']).unwrap_or(rest.len());
    let authority = &rest[..end];
    Some(authority.rsplit('@').next().unwrap_or(authority))
}

fn error(rule: &str, file: &FileChange, line: u32, what: impl Into<String>) -> Finding {
    at_line(rule, Severity::Error, file.path, line, what)
}
