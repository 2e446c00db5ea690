//! A baseline: the secrets that a repository knows of already, as salted hashes, so that only new ones are
//! told. The salt is the file's own; the same secret elsewhere, or another one at the same place, is new.

use super::found::{Secret, hash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where the guard looks for it.
pub const PATH: &str = ".github/thanos-secrets.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: u32,
    salt: String,
    known: BTreeSet<String>,
}

impl Baseline {
    /// `salt` is random, and long enough that nobody has hashed guesses with it.
    pub fn new<'s>(salt: String, found: impl Iterator<Item = (&'s str, &'s Secret)>) -> Self {
        let mut baseline = Self { schema: crate::record::SCHEMA, salt, known: BTreeSet::new() };
        baseline.known = found.map(|(path, secret)| baseline.mark(path, secret)).collect();
        baseline
    }

    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text)
            .map_err(|e| format!("{name} line {}: not a baseline that `scan --write-baseline` wrote", e.line()))?;
        if baseline.schema != crate::record::SCHEMA {
            return Err(format!("{name}: schema {} is not known here; write it anew", baseline.schema));
        }
        Ok(baseline)
    }

    /// Whether the text is a baseline and nothing more: its salt and its hashes look like keys, and are none.
    pub fn is_one(path: &str, text: &str) -> bool {
        let is_hash = |text: &str| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        // The first bytes tell nearly every file apart.
        path.ends_with(".json")
            && text.trim_start().starts_with('{')
            && text.contains("\"known\"")
            && Self::parse(path, text).is_ok_and(|it| is_hash(&it.salt) && it.known.iter().all(|mark| is_hash(mark)))
    }

    pub fn covers(&self, path: &str, secret: &Secret) -> bool {
        self.known.contains(&self.mark(path, secret))
    }

    fn mark(&self, path: &str, secret: &Secret) -> String {
        hash(&[&self.salt, path, secret.value.reveal()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::secrets::scan;

    #[test]
    fn known_secrets_are_covered_at_their_place_and_no_other() {
        let text = |tail: &str| format!("password = 'k3Jd9sQw{tail}'\n");
        let found = scan("a.py", &text("x1"));
        let baseline = Baseline::new("salt".repeat(8), found.iter().map(|secret| ("a.py", secret)));
        let written = serde_json::to_string(&baseline).unwrap();
        assert!(!written.contains("k3Jd9sQw"));
        let read = Baseline::parse("b", &written).unwrap();
        let moved = scan("a.py", &format!("\n\n{}", text("x1")));
        assert!(read.covers("a.py", &moved[0]) && !read.covers("b.py", &moved[0]));
        assert!(!read.covers("a.py", &scan("a.py", &text("y2"))[0]));
        let other = Baseline::new("other".repeat(8), found.iter().map(|secret| ("a.py", secret)));
        assert_ne!(read.known, other.known);
    }

    #[test]
    fn only_what_holds_hashes_alone_is_passed_over() {
        let hash = "a63abb6db8967fbc7f5266331a77072c";
        let text = |salt: &str, mark: &str| format!("{{\"schema\": 1, \"salt\": \"{salt}\", \"known\": [\"{mark}\"]}}");
        assert!(Baseline::is_one("a.json", &text(hash, hash)));
        assert!(scan("a.json", &text(hash, hash)).is_empty());
        assert!(!Baseline::is_one("a.py", &text(hash, hash)));
        assert!(!Baseline::is_one("a.json", &text(&format!("{hash}0"), hash)));
        assert!(!Baseline::is_one("a.json", &text(hash, "k3Jd9sQwK3jD9SqWk3Jd9sQwK3jD9SqW")));
        assert!(!Baseline::is_one("a.json", &text(hash, hash).replace('{', "{\"more\": 1, ")));
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_line() {
        for text in ["", "{}", "[1]", "{\"schema\":1,\n\"salt\":1,\"known\":[]}"] {
            assert!(Baseline::parse("b.json", text).unwrap_err().starts_with("b.json line "), "{text}");
        }
        let newer = "{\"schema\":99,\"salt\":\"\",\"known\":[]}";
        assert!(Baseline::parse("b.json", newer).unwrap_err().contains("schema 99"));
    }
}
