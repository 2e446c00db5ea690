//! An append-only file of old states and of what was written in their place. A record counts once it is
//! whole on disk, so a process killed at any moment leaves either a usable record or a torn tail that is
//! ignored.

use super::disk::{Found, Old};
use super::name::AnyPath;
use crate::ids::hex;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// One old state: what stood at `path`, and which directories did not exist yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    pub path: AnyPath,
    /// `None`: there was no file.
    pub old: Option<Old>,
    pub missing_parents: Vec<AnyPath>,
}

/// The SHA-256 of a write's bytes and of its beginnings, whole pages each: a process killed while it
/// writes leaves one of those.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wrote(pub Vec<String>);

/// What `load` finds: an old state, or (with `wrote`) a write.
pub struct Entry {
    pub at: u64,
    pub path: AnyPath,
    pub wrote: Option<Wrote>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    path: AnyPath,
    mode: Option<u32>,
    size: u64,
    missing_parents: Vec<AnyPath>,
    #[serde(default)]
    link: bool,
    #[serde(default)]
    wrote: Option<Wrote>,
}

/// The file, which ends where the last whole record ends.
pub struct Journal {
    file: File,
    end: u64,
}

impl Record {
    pub fn new(path: AnyPath, found: Found, missing_parents: Vec<AnyPath>) -> Self {
        let old = if let Found::File(old) | Found::Link(old) = found { Some(old) } else { None };
        Self { path, old, missing_parents }
    }
}

const PAGE: usize = 4096;
/// Stands for a write that removes the file.
const GONE: &str = "gone";

impl Wrote {
    fn new(bytes: Option<&[u8]>) -> Self {
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            return Self(vec![Self::digest(bytes)]);
        };
        let mut hasher = Sha256::new();
        let prefix = |page: &[u8]| {
            hasher.update(page);
            hex(hasher.clone().finalize())
        };
        Self(bytes.chunks(PAGE).map(prefix).collect())
    }

    /// `None`: no file.
    pub fn digest(bytes: Option<&[u8]>) -> String {
        bytes.map_or_else(|| GONE.to_owned(), |bytes| hex(Sha256::digest(bytes)))
    }

    /// Whether a write that a kill cut short can have ended here.
    pub fn may_be_half(bytes: &[u8]) -> bool {
        bytes.len().is_multiple_of(PAGE)
    }
}

impl Journal {
    /// Opens or creates the file; only its owner may read it, since it holds the tree's contents.
    pub fn open(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self { file, end: 0 })
    }

    pub fn end(&self) -> u64 {
        self.end
    }

    /// Reads all whole records from the start and goes on after the last one.
    pub fn load(&mut self) -> Result<Vec<Entry>> {
        let size = self.file.metadata()?.len();
        let mut found = Vec::new();
        self.end = 0;
        while let Some((header, body)) = self.header(self.end)? {
            if body + header.size > size {
                break;
            }
            found.push(Entry { at: self.end, path: header.path, wrote: header.wrote });
            self.end = body + header.size;
        }
        Ok(found)
    }

    /// Adds a record and returns where it stands. It is safe only after `sync`.
    pub fn append(&mut self, record: &Record) -> Result<u64> {
        let bytes = record.old.as_ref().map_or(&[][..], |old| &old.bytes);
        let mode = record.old.as_ref().map(|old| old.mode);
        let header = Header {
            path: record.path.clone(),
            mode,
            size: bytes.len() as u64,
            missing_parents: record.missing_parents.clone(),
            link: record.old.as_ref().is_some_and(|old| old.link),
            wrote: None,
        };
        self.push(&header, bytes)
    }

    /// Adds that these bytes are about to be written, or that the file is about to go.
    pub fn note(&mut self, path: &AnyPath, bytes: Option<&[u8]>) -> Result<()> {
        let (path, wrote) = (path.clone(), Some(Wrote::new(bytes)));
        let header = Header { path, mode: None, size: 0, missing_parents: Vec::new(), link: false, wrote };
        self.push(&header, &[]).map(drop)
    }

    fn push(&mut self, header: &Header, bytes: &[u8]) -> Result<u64> {
        let mut head = serde_json::to_vec(header)?;
        head.push(b'\n');
        let at = self.end;
        self.file.seek(SeekFrom::Start(at))?;
        self.file
            .write_all(&head)
            .and_then(|()| self.file.write_all(bytes))
            .context("cannot write the journal (is its disk full?)")?;
        self.end = at + (head.len() + bytes.len()) as u64;
        Ok(at)
    }

    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().context("cannot sync the journal")
    }

    pub fn read(&self, at: u64) -> Result<Record> {
        let (header, body) = self.header(at)?.context("the journal ends early")?;
        let mut bytes = vec![0; usize::try_from(header.size)?];
        (&self.file).seek(SeekFrom::Start(body))?;
        (&self.file).read_exact(&mut bytes).context("the journal ends early")?;
        let old = header.mode.map(|mode| Old { mode, bytes, link: header.link });
        Ok(Record { path: header.path, old, missing_parents: header.missing_parents })
    }

    /// Forgets everything, in one step.
    pub fn clear(&mut self) -> Result<()> {
        self.end = 0;
        if self.file.metadata()?.len() == 0 {
            return Ok(());
        }
        self.file.set_len(0).context("cannot empty the journal")?;
        self.sync()
    }

    /// What a process killed while writing leaves.
    #[cfg(test)]
    pub fn cut(&mut self, at: u64) {
        self.file.set_len(at).unwrap();
    }

    /// The header at `at` and where its bytes start; `None` at the end or at a torn tail.
    fn header(&self, at: u64) -> Result<Option<(Header, u64)>> {
        (&self.file).seek(SeekFrom::Start(at))?;
        let mut line = Vec::new();
        BufReader::new(&self.file).read_until(b'\n', &mut line).context("cannot read the journal")?;
        let header = serde_json::from_slice(&line).ok().filter(|_| line.ends_with(b"\n"));
        Ok(header.map(|header| (header, at + line.len() as u64)))
    }
}
