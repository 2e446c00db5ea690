//! What a verified command finds around it: its environment, and the places where it may write.

use crate::command::CommandLine;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub(super) type Env = Vec<(OsString, OsString)>;

/// Caches below the home directory that builds write to even when nothing is downloaded. Not the places of
/// programs and settings beside them, which would outlive the attempt.
const CACHES: &[&str] = &[
    ".cache",
    ".cargo/registry",
    ".cargo/git",
    ".cargo/.package-cache",
    ".cargo/.package-cache-mutate",
    ".cargo/.global-cache",
    "go/pkg",
    ".npm",
    ".yarn/berry/cache",
    ".local/share/pnpm/store",
    ".local/state/pnpm",
    ".m2/repository",
    ".gradle",
    ".nuget/packages",
    ".dotnet",
    ".ivy2",
    ".sbt",
    ".konan",
    ".java/.userPrefs",
    "Library/Caches",
];
/// Variables that move such caches, with what below them is a cache.
const MOVED: &[(&str, &[&str])] = &[
    ("CARGO_HOME", &["registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache"]),
    ("CARGO_TARGET_DIR", &[""]),
    ("GOCACHE", &[""]),
    ("GOMODCACHE", &[""]),
    ("GOPATH", &["pkg"]),
    ("GRADLE_USER_HOME", &[""]),
    ("XDG_CACHE_HOME", &[""]),
];

/// Sets a variable; the last one counts.
pub(super) fn set(env: &mut Env, name: &str, value: impl Into<OsString>) {
    env.retain(|(key, _)| key != name);
    env.push((name.into(), value.into()));
}

pub(super) fn get<'a>(env: &'a Env, name: &str) -> Option<&'a OsStr> {
    env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
}

/// The environment of one run. Python writes no bytecode: a cache that outlives a candidate could be taken
/// for the next one, and a private one costs every start the standard library's compilation.
pub fn environment(base: &Env, command: &CommandLine, added: &[(&str, String)], temp: Option<&Path>) -> Env {
    let mut env = base.clone();
    if let Some(temp) = temp {
        set(&mut env, "TMPDIR", temp);
    }
    set(&mut env, "PYTHONDONTWRITEBYTECODE", "1");
    for (name, value) in &command.env {
        set(&mut env, name, value);
    }
    for (name, value) in added {
        let mut joined = get(&env, name).map(OsStr::to_owned).unwrap_or_default();
        joined.push(" ");
        joined.push(value);
        set(&mut env, name, joined);
    }
    env
}

/// The caches that exist. What is missing cannot be allowed, and is left for the tool to do without.
pub fn caches(env: &Env) -> Vec<PathBuf> {
    let home = get(env, "HOME").map(Path::new);
    let usual = home.into_iter().flat_map(|home| CACHES.iter().map(|cache| home.join(cache)));
    let moved = MOVED.iter().filter_map(|(name, below)| Some((Path::new(get(env, name)?), below)));
    let moved = moved.flat_map(|(root, below)| below.iter().map(|dir| root.join(dir)));
    usual.chain(moved).filter(|path| path.is_absolute() && path.exists()).collect()
}
