//! Repositories on disk. The only user of git2.

use crate::ids::Sha;

/// What a tree entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    File,
    Executable,
    Symlink,
    Submodule,
    Directory,
}

impl FileMode {
    /// As git writes it in a tree.
    pub fn octal(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Submodule => "160000",
            Self::Directory => "040000",
        }
    }

    /// Any mode that git ever wrote: the group-writable 100664 of old trees is a plain file.
    pub fn from_bits(bits: u32) -> Self {
        match bits & 0o170_000 {
            0o120_000 => Self::Symlink,
            0o160_000 => Self::Submodule,
            0o040_000 => Self::Directory,
            _ if bits & 0o100 != 0 => Self::Executable,
            _ => Self::File,
        }
    }
}

/// A name in a tree: what it is and the id of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub mode: FileMode,
    pub id: Sha,
}
