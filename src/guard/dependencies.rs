//! What a patch brings in from outside: new packages, other hosts, other digests, install scripts.

use super::Input;
use crate::ids::RelPath;
use crate::record::Finding;

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
];

pub fn is_lock_file(path: &RelPath) -> bool {
    is_lock_name(&path.file_name().to_lowercase())
}

/// `name`: a file name in lower case.
pub fn is_lock_name(name: &str) -> bool {
    LOCK_FILES.contains(&name)
}

pub fn check(_input: &Input) -> Vec<Finding> {
    Vec::new()
}
