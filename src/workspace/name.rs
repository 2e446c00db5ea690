//! The name of any file that a tree can hold. A `RelPath` is what a patch may touch; what has to come
//! back after a command may be called anything: newlines, backslashes, bytes that are no UTF-8.

use crate::ids::RelPath;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Relative, `/` between its parts, none of them empty, `.`, `..` or `.git`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct AnyPath(Vec<u8>);

/// As the journal has it: text where it is a `RelPath`, as it always was, or else the bytes.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Bytes(Vec<u8>),
}

impl AnyPath {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let fits = |part: &[u8]| {
            !matches!(part, b"" | b"." | b"..") && !part.contains(&0) && !part.eq_ignore_ascii_case(b".git")
        };
        bytes.split(|b| *b == b'/').all(fits).then(|| Self(bytes.to_owned()))
    }

    /// Where a patch may name the file, too.
    pub fn to_rel(&self) -> Option<RelPath> {
        RelPath::parse(std::str::from_utf8(&self.0).ok()?).ok()
    }

    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// How many parts it has.
    pub fn depth(&self) -> usize {
        self.parts().count()
    }

    pub(super) fn parts(&self) -> impl DoubleEndedIterator<Item = &OsStr> {
        self.0.split(|b| *b == b'/').map(OsStr::from_bytes)
    }

    pub(super) fn file_name(&self) -> &OsStr {
        self.parts().next_back().unwrap_or_default()
    }

    pub(super) fn has_extension(&self, wanted: &str) -> bool {
        self.as_path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
    }

    /// `a/b/c.rs` → `a`, `a/b`.
    pub(super) fn parents(&self) -> impl Iterator<Item = AnyPath> {
        let slashes = self.0.iter().enumerate().filter(|(_, b)| **b == b'/');
        slashes.map(|(i, _)| Self(self.0[..i].to_owned()))
    }
}

impl From<&RelPath> for AnyPath {
    fn from(path: &RelPath) -> Self {
        Self(path.as_str().as_bytes().to_owned())
    }
}

impl TryFrom<Form> for AnyPath {
    type Error = &'static str;
    fn try_from(form: Form) -> Result<Self, Self::Error> {
        let bytes = match form {
            Form::Text(text) => text.into_bytes(),
            Form::Bytes(bytes) => bytes,
        };
        Self::parse(&bytes).ok_or("no path inside the tree")
    }
}

impl From<AnyPath> for Form {
    fn from(path: AnyPath) -> Self {
        match path.to_rel() {
            Some(rel) => Self::Text(rel.into()),
            None => Self::Bytes(path.0),
        }
    }
}

/// For people: one line, whatever the name holds.
impl fmt::Display for AnyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in String::from_utf8_lossy(&self.0).chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        Ok(())
    }
}
