//! Newtypes for the names that travel through the whole house. Each one is checked once, where it
//! enters, so that nothing past the edge handles a raw string.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Two lower-case hex digits for each byte.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first `bytes` bytes (of 32) of the SHA-256 of something, as hex digits.
pub fn digest(of: impl AsRef<[u8]>, bytes: usize) -> String {
    hex(&Sha256::digest(of)[..bytes])
}

/// A name from outside that does not have the form it must have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{value}` is not valid: {why}")]
pub struct BadName {
    pub what: &'static str,
    /// At most 80 characters of what was given.
    pub value: String,
    pub why: &'static str,
}

fn bad(what: &'static str, value: &str, why: &'static str) -> BadName {
    BadName { what, value: value.chars().filter(|c| !c.is_control()).take(80).collect(), why }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the form and takes the name in.
            pub fn parse(value: impl Into<String>) -> Result<Self, BadName> {
                let value = value.into();
                let check: fn(&str) -> Result<(), &'static str> = $check;
                match check(&value) {
                    Ok(()) => Ok(Self(value)),
                    Err(why) => Err(bad($what, &value, why)),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(value: String) -> Result<Self, BadName> {
                Self::parse(value)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name_type!(
    /// `owner/name` as GitHub spells it.
    RepoSlug, "repository", check_slug
);
name_type!(
    /// A full commit, tree or blob id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits.
    Sha, "commit id", check_sha
);
name_type!(
    /// A branch name without `refs/heads/`, in the form `git check-ref-format --branch` accepts.
    BranchName, "branch", check_branch
);
name_type!(
    /// What makes two events the same work: `issue-12`, `ci-<workflow>-<branch hash>`. Also the last
    /// part of our branch name, so it holds only lower-case letters, digits, `-`, `_` and `.`.
    TaskKey, "task key", check_key
);
name_type!(
    /// One try at a task: `<run id>-<run attempt>-<job>-<task key>`, locally a ULID.
    AttemptName, "attempt", check_key_mixed
);
name_type!(
    /// A file inside the repository: UTF-8, `/` between parts, never absolute, no `.`, `..`, empty or
    /// `.git` part, no control characters.
    RelPath, "path", check_rel_path
);

fn check_slug(value: &str) -> Result<(), &'static str> {
    let ok = |part: &str| {
        !part.is_empty()
            && part.len() <= 100
            && part != "."
            && part != ".."
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    match value.split_once('/') {
        Some((owner, name)) if ok(owner) && ok(name) => Ok(()),
        _ => Err("expected owner/name"),
    }
}

fn check_sha(value: &str) -> Result<(), &'static str> {
    let hex = value.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hex && matches!(value.len(), 40 | 64) { Ok(()) } else { Err("expected 40 or 64 lower-case hex digits") }
}

/// The rules of `git check-ref-format` (git-scm.com/docs/git-check-ref-format) that apply to branches.
fn check_branch(value: &str) -> Result<(), &'static str> {
    let bad_char = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    if value.is_empty() || value.len() > 244 {
        return Err("empty or longer than 244 bytes");
    }
    if value.chars().any(bad_char) || value.contains("..") || value.contains("@{") || value == "@" {
        return Err("holds a character or sequence that git refuses");
    }
    if value.starts_with('-') || value.ends_with('.') {
        return Err("starts with - or ends with .");
    }
    if value.split('/').any(|p| p.is_empty() || p.starts_with('.') || p.ends_with(".lock")) {
        return Err("has an empty part, one that starts with ., or one that ends with .lock");
    }
    Ok(())
}

fn check_key(value: &str) -> Result<(), &'static str> {
    if value.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err("expected lower-case letters, digits, -, _ and .");
    }
    check_key_mixed(value)
}

fn check_key_mixed(value: &str) -> Result<(), &'static str> {
    let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if value.is_empty() || value.len() > 200 || !value.bytes().all(ok) {
        return Err("expected 1 to 200 letters, digits, -, _ and .");
    }
    if value.starts_with(['-', '.']) || value.ends_with('.') || value.contains("..") || value.ends_with(".lock") {
        return Err("cannot be part of a branch name");
    }
    Ok(())
}

fn check_rel_path(value: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.len() > 4096 || value.starts_with('/') || value.contains('\\') {
        return Err("expected a relative path with / between its parts");
    }
    if value.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    for part in value.split('/') {
        if part.is_empty() || part == "." || part == ".." {
            return Err("has an empty, . or .. part");
        }
        if is_git(part) {
            return Err("reaches into .git");
        }
    }
    Ok(())
}

/// `.git`, also as file systems write it that fold case, short names, ends or characters without width.
fn is_git(part: &str) -> bool {
    let unseen =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let folded: String = part.chars().filter(|c| !unseen(*c)).flat_map(char::to_lowercase).collect();
    let name = folded.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    matches!(name, ".git" | "git~1")
}

impl RepoSlug {
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl Sha {
    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl TaskKey {
    /// Makes a key out of words from outside: lower-cased, anything else becomes one `-`, cut at 100.
    pub fn from_words(words: &str) -> Self {
        let mut key = String::new();
        for c in words.chars().flat_map(char::to_lowercase) {
            let fits = c.is_ascii_alphanumeric() || c == '_';
            if fits {
                key.push(c);
            } else if !key.ends_with('-') && !key.is_empty() {
                key.push('-');
            }
            if key.len() >= 100 {
                break;
            }
        }
        let key = key.trim_end_matches('-');
        Self(if key.is_empty() { "task".to_owned() } else { key.to_owned() })
    }
}

impl RelPath {
    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The way here from the folder of another file: so many folders up, then the rest of this path.
    pub fn seen_from(&self, other: &Self) -> (usize, &str) {
        let mut folders: Vec<&str> = other.0.split('/').collect();
        folders.pop();
        let (mut shared, mut rest) = (0, self.0.as_str());
        while let Some((_, below)) = rest.split_once('/').filter(|(own, _)| folders.get(shared) == Some(own)) {
            (shared, rest) = (shared + 1, below);
        }
        (folders.len() - shared, rest)
    }

    /// What follows the last `.` of the file name, lower-cased; empty when there is none.
    pub fn extension(&self) -> String {
        match self.file_name().rsplit_once('.') {
            Some((stem, ext)) if !stem.is_empty() => ext.to_ascii_lowercase(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_up_and_down() {
        let way = |from: &str, to: &str| {
            let (from, to) = (RelPath::parse(from).unwrap(), RelPath::parse(to).unwrap());
            let (up, rest) = to.seen_from(&from);
            (up, rest.to_owned())
        };
        assert_eq!(way("a/b/x", "a/c/y"), (1, "c/y".to_owned()));
        assert_eq!(way("x", "a/y"), (0, "a/y".to_owned()));
        assert_eq!(way("a/b/x", "y"), (2, "y".to_owned()));
        assert_eq!(way("a/x", "a/y"), (0, "y".to_owned()));
    }

    #[test]
    fn names_from_outside_are_checked() {
        assert!(RepoSlug::parse("octo/hello.world").is_ok());
        for slug in ["octo", "a/b/c", "a/", "/b", "a b/c", "../x"] {
            assert!(RepoSlug::parse(slug).is_err(), "{slug}");
        }
        assert!(Sha::parse("a".repeat(40)).is_ok());
        assert!(Sha::parse("A".repeat(40)).is_err());
        for branch in ["main", "feature/x", "dependabot/npm/x-1.2"] {
            assert!(BranchName::parse(branch).is_ok(), "{branch}");
        }
        for branch in ["", "-x", "a..b", "a b", "x.lock", "a//b", "x/.y", "a\nb", "@{u}", "a:b"] {
            assert!(BranchName::parse(branch).is_err(), "{branch}");
        }
    }

    #[test]
    fn paths_stay_inside() {
        for path in ["a", "a/b.rs", "with space/ü.py", ".github/x"] {
            assert!(RelPath::parse(path).is_ok(), "{path}");
        }
        for path in [
            "",
            "/a",
            "../a",
            "a/../b",
            "a//b",
            ".git/config",
            "x/.GIT/y",
            ".git./x",
            "a/.Git /x",
            "GIT~1/x",
            ".g\u{200c}it/x",
            ".git::$INDEX/x",
            "a\nb",
            "a\\b",
            "./a",
        ] {
            assert!(RelPath::parse(path).is_err(), "{path}");
        }
        assert_eq!(RelPath::parse("a/b.TAR.Gz").unwrap().extension(), "gz");
        assert_eq!(RelPath::parse(".env").unwrap().extension(), "");
    }

    #[test]
    fn keys_are_made_from_any_words() {
        assert_eq!(TaskKey::from_words("CI: build & test!").as_str(), "ci-build-test");
        assert_eq!(TaskKey::from_words("☃").as_str(), "task");
        assert!(TaskKey::parse(TaskKey::from_words(&"x y".repeat(90)).as_str()).is_ok());
    }
}
