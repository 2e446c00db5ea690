//! Where a tree's old states are kept: one folder for each tree, private to its owner and used by one
//! process at a time.

use crate::ids::digest;
use anyhow::{Context as _, Result};
use rustix::fs::FlockOperation;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Why the user has to act before the tree can be worked on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// Makes the folder of `root` below `journal_dir`, which others must not be able to change.
pub fn own_dir(root: &Path, journal_dir: &Path) -> Result<PathBuf> {
    let journal_dir = &std::path::absolute(journal_dir)?;
    let existing = journal_dir.ancestors().find_map(|dir| dir.canonicalize().ok()).unwrap_or_default();
    if existing.starts_with(root) {
        let said = format!("the journal folder {} lies inside the tree {}", journal_dir.display(), root.display());
        return Err(Unusable(said).into());
    }
    let own = journal_dir.join(digest(root.as_os_str().as_bytes(), 8));
    make_private(journal_dir)?;
    make_private(&own)?;
    Ok(own)
}

/// Not following a symlink at the end: whoever owns the link decides where it leads.
fn make_private(dir: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    let refuse = |why: &str| {
        let dir = dir.display();
        Err(Unusable(format!("the journal folder {dir} {why}; set XDG_STATE_HOME to a folder of your own")).into())
    };
    let Ok(found) = std::fs::symlink_metadata(dir) else {
        return made.with_context(|| format!("cannot make the journal folder {}", dir.display()));
    };
    if found.uid() != rustix::process::geteuid().as_raw() {
        return refuse("belongs to another user");
    }
    if !found.is_dir() {
        return refuse("is no real directory");
    }
    if found.mode() & 0o022 != 0 {
        return refuse("can be written by others");
    }
    if found.mode() & 0o777 != 0o700 {
        let private = Permissions::from_mode(0o700);
        std::fs::set_permissions(dir, private).with_context(|| format!("cannot make {} private", dir.display()))?;
    }
    Ok(())
}

/// Taken as long as the file is open: the kernel lets go of it however the process ends.
pub fn lock(path: &Path, root: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(path).with_context(|| format!("cannot open {}", path.display()))?;
    if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut pid = String::new();
        file.read_to_string(&mut pid)?;
        let said = format!("process {} is working on {}; wait for it or stop it", pid.trim(), root.display());
        return Err(Unusable(said).into());
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.with_context(|| format!("cannot write {} (is its disk full?)", path.display()))?;
    Ok(file)
}
