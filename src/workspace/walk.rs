//! Which files a tree holds: everything that its own `.gitignore` files do not exclude, whatever the
//! user's or the machine's git configuration says.

use super::name::AnyPath;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use ignore::{WalkBuilder, WalkState};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

fn walker(root: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .git_ignore(true)
        .git_exclude(true)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| !entry.file_name().eq_ignore_ascii_case(".git"));
    builder
}

/// The regular files (and symlinks), sorted, whatever their names.
pub fn files(root: &Path, links: bool) -> Vec<AnyPath> {
    let mut files = Vec::new();
    for entry in walker(root).build() {
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_some_and(|t| t.is_file() || links && t.is_symlink()) {
            continue;
        }
        let below = entry.path().strip_prefix(root).ok();
        files.extend(below.and_then(|path| AnyPath::parse(path.as_os_str().as_bytes())));
    }
    files.sort();
    files
}

fn relative(root: &Path, path: &Path) -> Option<RelPath> {
    RelPath::parse(path.strip_prefix(root).ok()?.to_str()?).ok()
}

/// Calls `each` with every regular file that is `wanted` and has at most `max_bytes`, from several
/// threads, in no order. Unreadable files and names that no `RelPath` can hold are passed over.
pub fn visit(
    root: &Path,
    max_bytes: u64,
    wanted: impl Fn(&RelPath) -> bool + Sync,
    each: impl Fn(&RelPath, &[u8]) + Sync,
) {
    visit_named(root, max_bytes, |path| relative(root, path).filter(|path| wanted(path)), each);
}

/// The same for what `named` makes of the path below `root`, which may have any name; `None` passes it over.
pub fn visit_named<N>(
    root: &Path,
    max_bytes: u64,
    named: impl Fn(&Path) -> Option<N> + Sync,
    each: impl Fn(&N, &[u8]) + Sync,
) {
    walker(root).build_parallel().run(|| {
        let (named, each) = (&named, &each);
        let mut buffer = Vec::new();
        Box::new(move |entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|t| t.is_file())
                && let Some(name) = named(entry.path())
                && let Some(bytes) = read_into(entry.path(), max_bytes, &mut buffer)
            {
                each(&name, bytes);
            }
            WalkState::Continue
        })
    });
}

/// Reads into a buffer that stays as large as the largest file may be, so that nearly every file takes
/// two calls.
fn read_into<'b>(path: &Path, max_bytes: u64, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    use std::io::Read as _;
    let room = usize::try_from(max_bytes).ok()?.checked_add(1)?;
    buffer.resize(room, 0);
    let mut file = std::fs::File::open(path).ok()?;
    let mut filled = 0;
    while filled < room {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => return Some(&buffer[..filled]),
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    None
}

/// Copies every file that is not ignored, with its mode, and every symlink as it is.
pub fn copy(root: &Path, target: &Path) -> Result<()> {
    for entry in walker(root).build() {
        let entry = entry.context("cannot walk the tree")?;
        let to = target.join(entry.path().strip_prefix(root)?);
        let kind = entry.file_type().context("a file without a type")?;
        let done = if kind.is_dir() {
            std::fs::create_dir_all(&to)
        } else if kind.is_symlink() {
            std::fs::read_link(entry.path()).and_then(|link| std::os::unix::fs::symlink(link, &to))
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &to).map(drop)
        } else {
            Ok(())
        };
        done.with_context(|| format!("cannot copy {}", entry.path().display()))?;
    }
    Ok(())
}
