//! A patch as data: whole files before and after, so that applying is transactional (what is on disk
//! must equal *before*), reverting is exact, and publishing needs no working copy. No I/O here.

pub mod hunks;

use crate::ids::{BadName, RelPath};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Unchanged lines around a change in a diff, as git shows them.
const CONTEXT_LINES: usize = 3;

/// Replace the bytes `range` of `path` by `text`. Ranges refer to the file before any edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub path: RelPath,
    pub range: Range<usize>,
    pub text: String,
}

/// One file of a patch. `before: None` creates it, `after: None` deletes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePatch {
    pub path: RelPath,
    #[serde(with = "content", default)]
    pub before: Option<Vec<u8>>,
    #[serde(with = "content", default)]
    pub after: Option<Vec<u8>>,
}

/// The files that change, sorted by path, each once, none of them unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Raw")]
pub struct Patch {
    files: Vec<FilePatch>,
}

/// As it is read: in any order, with anything twice.
#[derive(Deserialize)]
struct Raw {
    files: Vec<FilePatch>,
}

impl From<Raw> for Patch {
    fn from(raw: Raw) -> Self {
        Self::from_files(raw.files)
    }
}

/// Why edits do not make a patch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    #[error("{0} does not exist")]
    Missing(RelPath),
    #[error("an edit of {path} reaches to byte {end}, past its end at {len}")]
    OutOfRange { path: RelPath, end: usize, len: usize },
    #[error("two edits of {0} overlap")]
    Overlap(RelPath),
}

/// Counts for people: files touched, lines added, lines removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchStats {
    pub files: usize,
    pub added: usize,
    pub removed: usize,
}

impl Patch {
    /// Builds a patch from whole files; unchanged ones are dropped, the last word on a path wins.
    pub fn from_files(files: impl IntoIterator<Item = FilePatch>) -> Self {
        let by_path: BTreeMap<_, _> = files.into_iter().map(|f| (f.path.clone(), f)).collect();
        Self { files: by_path.into_values().filter(|f| f.before != f.after).collect() }
    }

    /// The same files as those of a folder; the empty one is the root.
    pub fn below(&self, folder: &str) -> Result<Self, BadName> {
        let path = |path: &RelPath| match folder {
            "" => Ok(path.clone()),
            folder => RelPath::parse(format!("{folder}/{path}")),
        };
        let files = self.files.iter().map(|file| Ok(FilePatch { path: path(&file.path)?, ..file.clone() }));
        Ok(Self { files: files.collect::<Result<_, BadName>>()? })
    }

    /// The files of a folder, called as they are called there; the empty one is the root.
    pub fn within(&self, folder: &str) -> Self {
        let inside = |path: &RelPath| match folder {
            "" => Some(path.clone()),
            folder => RelPath::parse(path.as_str().strip_prefix(folder)?.strip_prefix('/')?).ok(),
        };
        let files = self.files.iter().filter_map(|file| Some(FilePatch { path: inside(&file.path)?, ..file.clone() }));
        Self { files: files.collect() }
    }

    /// Applies `edits` to what `read` returns. Equal duplicates count once; overlaps are refused.
    pub fn from_edits(
        edits: impl IntoIterator<Item = Edit>,
        mut read: impl FnMut(&RelPath) -> Option<Vec<u8>>,
    ) -> Result<Self, PatchError> {
        let mut by_path: BTreeMap<RelPath, Vec<(Range<usize>, String)>> = BTreeMap::new();
        for edit in edits {
            by_path.entry(edit.path).or_default().push((edit.range, edit.text));
        }
        let mut files = Vec::new();
        for (path, edits) in by_path {
            let before = read(&path).ok_or_else(|| PatchError::Missing(path.clone()))?;
            let after = apply_edits(&path, &before, edits)?;
            files.push(FilePatch { path, before: Some(before), after: Some(after) });
        }
        Ok(Self::from_files(files))
    }

    pub fn files(&self) -> &[FilePatch] {
        &self.files
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The path whose mode the file has afterwards: its own, or that of the deleted file with the same bytes, of which it
    /// is the new place.
    pub fn mode_from<'a>(&'a self, file: &'a FilePatch) -> &'a RelPath {
        let moved = |old: &&FilePatch| old.after.is_none() && old.before == file.after;
        let origin = if file.before.is_none() { self.files.iter().find(moved) } else { None };
        &origin.unwrap_or(file).path
    }

    /// The same change backwards.
    pub fn reversed(&self) -> Self {
        let flip = |f: &FilePatch| FilePatch { path: f.path.clone(), before: f.after.clone(), after: f.before.clone() };
        Self { files: self.files.iter().map(flip).collect() }
    }

    /// `self` and then `later`, as one patch.
    pub fn then(&self, later: &Patch) -> Self {
        let mut by_path: BTreeMap<_, _> = self.files.iter().map(|f| (f.path.clone(), f.clone())).collect();
        for file in &later.files {
            by_path
                .entry(file.path.clone())
                .and_modify(|f| f.after.clone_from(&file.after))
                .or_insert_with(|| file.clone());
        }
        Self::from_files(by_path.into_values())
    }

    /// Names a patch by its content (SHA-256, hex), so that a tried one is not tried again.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            for part in [Some(file.path.as_str().as_bytes()), file.before.as_deref(), file.after.as_deref()] {
                hash.update([u8::from(part.is_some())]);
                hash.update((part.map_or(0, <[u8]>::len) as u64).to_le_bytes());
                hash.update(part.unwrap_or_default());
            }
        }
        hash.finalize().iter().fold(String::new(), |mut hex, b| {
            let _ = write!(hex, "{b:02x}");
            hex
        })
    }

    pub fn stats(&self) -> PatchStats {
        let mut stats = PatchStats { files: self.files.len(), ..PatchStats::default() };
        for file in &self.files {
            for (kind, _, _) in line_changes(file) {
                match kind {
                    LineKind::Added => stats.added += 1,
                    LineKind::Removed => stats.removed += 1,
                }
            }
        }
        stats
    }

    /// The added lines as (path, line number in the new file from 1, text without its line end).
    pub fn added_lines(&self) -> Vec<(&RelPath, u32, String)> {
        self.lines(LineKind::Added)
    }

    /// The removed lines as (path, line number in the old file from 1, text without its line end).
    pub fn removed_lines(&self) -> Vec<(&RelPath, u32, String)> {
        self.lines(LineKind::Removed)
    }

    fn lines(&self, wanted: LineKind) -> Vec<(&RelPath, u32, String)> {
        self.files
            .iter()
            .flat_map(|file| line_changes(file).into_iter().map(move |change| (&file.path, change)))
            .filter(|(_, (kind, _, _))| *kind == wanted)
            .map(|(path, (_, line, text))| (path, line, text))
            .collect()
    }

    /// The unified diff in git's form; `git apply` takes it. Binary files are named, not shown.
    pub fn unified_diff(&self) -> String {
        self.files.iter().map(file_diff).collect()
    }
}

fn apply_edits(path: &RelPath, before: &[u8], mut edits: Vec<(Range<usize>, String)>) -> Result<Vec<u8>, PatchError> {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    edits.dedup();
    let mut after = Vec::with_capacity(before.len());
    let mut done = 0;
    let mut last: Option<Range<usize>> = None;
    for (range, text) in edits {
        if range.end > before.len() || range.start > range.end {
            return Err(PatchError::OutOfRange { path: path.clone(), end: range.end, len: before.len() });
        }
        // Two insertions at one point have no order either.
        if range.start < done || last.as_ref() == Some(&range) {
            return Err(PatchError::Overlap(path.clone()));
        }
        after.extend_from_slice(&before[done..range.start]);
        after.extend_from_slice(text.as_bytes());
        done = range.end;
        last = Some(range);
    }
    after.extend_from_slice(&before[done..]);
    Ok(after)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Added,
    Removed,
}

fn is_text(bytes: Option<&[u8]>) -> bool {
    bytes.is_none_or(|b| !b.contains(&0) && std::str::from_utf8(b).is_ok())
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

fn line_changes(file: &FilePatch) -> Vec<(LineKind, u32, String)> {
    let (old, new) = (text(file.before.as_deref()), text(file.after.as_deref()));
    let (old, new) = (lines(&old), lines(&new));
    similar::TextDiff::from_slices(&old, &new)
        .iter_all_changes()
        .filter_map(|change| {
            let (kind, index) = match change.tag() {
                similar::ChangeTag::Insert => (LineKind::Added, change.new_index()),
                similar::ChangeTag::Delete => (LineKind::Removed, change.old_index()),
                similar::ChangeTag::Equal => return None,
            };
            let line = change.value().trim_end_matches(['\n', '\r']).to_owned();
            Some((kind, u32::try_from(index.unwrap_or(0) + 1).unwrap_or(u32::MAX), line))
        })
        .collect()
}

fn file_diff(file: &FilePatch) -> String {
    let quoted = |side: &str| quote_path(&format!("{side}/{}", file.path));
    let (a, b) = (quoted("a"), quoted("b"));
    let mut out = format!("diff --git {a} {b}\n");
    match (&file.before, &file.after) {
        (None, _) => out.push_str("new file mode 100644\n"),
        (_, None) => out.push_str("deleted file mode 100644\n"),
        _ => {}
    }
    let null = || "/dev/null".to_owned();
    let old_name = if file.before.is_some() { a.clone() } else { null() };
    let new_name = if file.after.is_some() { b.clone() } else { null() };
    if !is_text(file.before.as_deref()) || !is_text(file.after.as_deref()) {
        let _ = writeln!(out, "Binary files {old_name} and {new_name} differ");
        return out;
    }
    let (old, new) = (text(file.before.as_deref()), text(file.after.as_deref()));
    if old.is_empty() && new.is_empty() {
        return out;
    }
    let _ = write!(out, "--- {old_name}\n+++ {new_name}\n");
    let (old, new) = (lines(&old), lines(&new));
    let diff = similar::TextDiff::from_slices(&old, &new);
    for hunk in diff.grouped_ops(CONTEXT_LINES) {
        let _ = writeln!(out, "{}", similar::udiff::UnifiedHunkHeader::new(&hunk));
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let end = if change.value().ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
            let _ = write!(out, "{}{}{end}", change.tag(), change.value());
        }
    }
    out
}

/// Lines with their ends, as git has them: a carriage return alone ends none.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// git quotes names with `"`, `\` or bytes outside printable ASCII (git-config, core.quotePath).
fn quote_path(path: &str) -> String {
    let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
    if path.bytes().all(plain) {
        return path.to_owned();
    }
    let mut out = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(byte as char);
            }
            _ if plain(byte) => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}

/// File contents in JSON: a string where they are UTF-8, `{"base64": …}` where they are not.
mod content {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Content {
        Text(String),
        Binary { base64: String },
    }

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, out: S) -> Result<S::Ok, S::Error> {
        let content = bytes.as_ref().map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Binary { base64: STANDARD.encode(bytes) },
        });
        content.serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<u8>>, D::Error> {
        match Option::<Content>::deserialize(input)? {
            None => Ok(None),
            Some(Content::Text(text)) => Ok(Some(text.into_bytes())),
            Some(Content::Binary { base64 }) => STANDARD.decode(base64).map(Some).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(p: &str) -> RelPath {
        RelPath::parse(p).unwrap()
    }

    fn edit(range: Range<usize>, text: &str) -> Edit {
        Edit { path: path("a.txt"), range, text: text.to_owned() }
    }

    #[test]
    fn edits_apply_together_or_not_at_all() {
        let read = |_: &RelPath| Some(b"one two".to_vec());
        let patch = Patch::from_edits([edit(4..7, "2"), edit(0..3, "1")], read).unwrap();
        assert_eq!(patch.files()[0].after.as_deref(), Some(&b"1 2"[..]));
        assert!(matches!(Patch::from_edits([edit(0..4, ""), edit(3..5, "")], read), Err(PatchError::Overlap(_))));
        assert!(matches!(Patch::from_edits([edit(0..99, "")], read), Err(PatchError::OutOfRange { .. })));
        assert!(matches!(Patch::from_edits([edit(0..1, "")], |_| None), Err(PatchError::Missing(_))));
        assert!(Patch::from_edits([edit(0..3, "one")], read).unwrap().is_empty());
    }

    #[test]
    fn the_diff_is_in_gits_form() {
        let file = FilePatch { path: path("dir/ü \"x\".txt"), before: None, after: Some(b"hi".to_vec()) };
        insta::assert_snapshot!(Patch::from_files([file]).unified_diff(), @r#"
        diff --git "a/dir/\303\274 \"x\".txt" "b/dir/\303\274 \"x\".txt"
        new file mode 100644
        --- /dev/null
        +++ "b/dir/\303\274 \"x\".txt"
        @@ -0,0 +1 @@
        +hi
        \ No newline at end of file
        "#);
    }

    #[test]
    fn what_is_read_is_in_order_and_nothing_is_there_twice() {
        let text = r#"{"files": [{"path": "b", "after": "1"}, {"path": "a", "before": "x", "after": "x"}, {"path": "b", "after": "2"}]}"#;
        let read: Patch = serde_json::from_str(text).unwrap();
        let files: Vec<_> = read.files().iter().map(|f| (f.path.as_str(), f.after.as_deref())).collect();
        assert_eq!(files, [("b", Some(&b"2"[..]))]);
    }

    proptest! {
        #[test]
        fn json_and_reversal_lose_nothing(before in prop::option::of(prop::collection::vec(any::<u8>(), 0..60)),
                                          after in prop::option::of(prop::collection::vec(any::<u8>(), 0..60))) {
            let patch = Patch::from_files([FilePatch { path: path("f"), before, after }]);
            let back: Patch = serde_json::from_str(&serde_json::to_string(&patch).unwrap()).unwrap();
            prop_assert_eq!(&back, &patch);
            prop_assert_eq!(back.digest(), patch.digest());
            prop_assert!(patch.then(&patch.reversed()).is_empty());
        }
    }
}
