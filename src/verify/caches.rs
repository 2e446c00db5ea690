//! The caches of build tools, where a command may write beside its tree.

use super::surroundings::{Env, get};
use std::path::{Path, PathBuf};

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
    ".nuget/packages",
    ".ivy2/cache",
    ".ivy2/local",
    ".ivy2/.sbt.ivy.lock",
    ".sbt/boot",
    ".sbt/launchers",
    ".sbt/1.0/server",
    ".sbt/1.0/staging",
    ".sbt/1.0/zinc",
    ".konan",
    ".java/.userPrefs",
    "Library/Caches",
];
/// What Gradle writes when it builds. Its settings and scripts beside them are run by whatever Gradle comes next.
const GRADLE: &[&str] =
    &[".tmp", "build-scan-data", "caches", "daemon", "kotlin-profile", "native", "notifications", "workers", "wrapper"];
/// Variables that move such caches, with what below them is a cache.
const MOVED: &[(&str, &[&str])] = &[
    ("CARGO_HOME", &["registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache"]),
    ("CARGO_TARGET_DIR", &[""]),
    ("GOCACHE", &[""]),
    ("GOMODCACHE", &[""]),
    ("GOPATH", &["pkg"]),
    ("GRADLE_USER_HOME", GRADLE),
    ("XDG_CACHE_HOME", &[""]),
];

/// Those of `CACHES` that a tool makes on first use and cannot do without. A fence allows only what exists.
const NEEDED: &[&str] = &[
    ".cache",
    ".cargo/registry",
    ".cargo/git",
    "go/pkg",
    ".npm",
    ".m2/repository",
    ".gradle/.tmp",
    ".gradle/caches",
    ".gradle/daemon",
    ".gradle/native",
    ".gradle/notifications",
    ".gradle/workers",
    ".gradle/wrapper",
    ".local/share/pnpm/store",
];

/// Directories that were made because a command may need them. Those still empty in the end are taken away.
pub struct Made(Vec<PathBuf>);

impl Made {
    /// Makes the missing ones below the home directory; where that is not possible, the command does without.
    pub fn below_home(env: &Env) -> Self {
        let mut made = Self(Vec::new());
        let home = get(env, "HOME").map(PathBuf::from).filter(|home| home.is_absolute() && home.is_dir());
        if let Some(home) = home {
            NEEDED.iter().for_each(|cache| made.make(&home, Path::new(cache)));
        }
        made
    }

    fn make(&mut self, home: &Path, cache: &Path) {
        let mut place = home.to_owned();
        for part in cache {
            place.push(part);
            match std::fs::create_dir(&place) {
                Ok(()) => self.0.push(place.clone()),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for place in self.0.iter().rev() {
            let _ = std::fs::remove_dir(place);
        }
    }
}

/// The caches that exist.
pub fn caches(env: &Env) -> Vec<PathBuf> {
    let home = get(env, "HOME").map(Path::new);
    let usual = home.into_iter().flat_map(|home| {
        let gradle = GRADLE.iter().map(|dir| home.join(".gradle").join(dir));
        CACHES.iter().map(|cache| home.join(cache)).chain(gradle)
    });
    let moved = MOVED.iter().filter_map(|(name, below)| Some((Path::new(get(env, name)?), below)));
    let moved = moved.flat_map(|(root, below)| below.iter().map(|dir| root.join(dir)));
    usual.chain(moved).filter(|path| path.is_absolute() && path.exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_makes_on_first_use_is_there_and_goes_again_when_unused() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".npm")).unwrap();
        let env = vec![("HOME".into(), home.path().into())];
        let made = Made::below_home(&env);
        assert!(caches(&env).contains(&home.path().join(".cache")));
        std::fs::write(home.path().join("go/pkg/used"), "").unwrap();
        drop(made);
        let mut left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".npm", "go"]);
        assert!(home.path().join("go/pkg/used").exists());
    }
}
