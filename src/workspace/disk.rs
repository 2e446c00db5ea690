//! Single files under a directory, reached part by part without ever following a symlink, so that
//! nothing outside the directory is read or written whatever the tree holds.

use super::name::AnyPath;
use anyhow::{Context as _, Result};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps};
use rustix::io::Errno;
use rustix::path::Arg;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file as it was: what it takes to bring it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    pub mode: u32,
    /// The content, or where the symlink points.
    pub bytes: Vec<u8>,
    pub link: bool,
}

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Absent,
    File(Old),
    Link(Old),
    /// A directory, socket, …, or something below a part that is no real directory.
    Other,
}

/// What to do about directories on the way to a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Parents {
    Look,
    Make,
    /// Make them, removing a symlink or file that has taken the place of a directory.
    Replace,
}

/// The directory itself and the clock that stamps what is written there.
pub struct Disk {
    root: PathBuf,
    last_stamp: Duration,
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// `NONBLOCK`: opening a FIFO must not wait for its other end.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

impl Disk {
    pub fn new(root: PathBuf) -> Self {
        Self { root, last_stamp: Duration::ZERO }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn find(&self, path: &AnyPath) -> Result<Found> {
        let Some(parent) = self.parent(path, Parents::Look)? else {
            return Ok(if self.blocked(path)? { Found::Other } else { Found::Absent });
        };
        let fd = match rustix::fs::openat(&parent, path.file_name(), FILE | OFlags::RDONLY, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(Found::Absent),
            Err(Errno::LOOP) => return find_link(parent.as_fd(), path),
            Err(Errno::NXIO | Errno::NODEV) => return Ok(Found::Other),
            Err(e) => return Err(e).with_context(|| format!("cannot open {path}")),
        };
        let stat = rustix::fs::fstat(&fd)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Found::Other);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0));
        File::from(fd).read_to_end(&mut bytes).with_context(|| format!("cannot read {path}"))?;
        Ok(Found::File(Old { mode: permissions(&stat), bytes, link: false }))
    }

    /// Why the user does not want this path written, if so: no write permission for its owner.
    pub fn read_only(&self, path: &AnyPath, in_place: bool) -> Result<bool> {
        let owner_writes = |mode: u32| mode & 0o200 != 0;
        let Some(parent) = self.nearest_parent(path)? else { return Ok(false) };
        if in_place {
            let stat = rustix::fs::statat(&parent, path.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
            let access =
                rustix::fs::accessat(&parent, path.file_name(), rustix::fs::Access::WRITE_OK, AtFlags::EACCESS);
            return Ok(!owner_writes(stat.st_mode) || access.is_err());
        }
        Ok(!owner_writes(rustix::fs::fstat(&parent)?.st_mode)
            || rustix::fs::accessat(&parent, ".", rustix::fs::Access::WRITE_OK, AtFlags::EACCESS).is_err())
    }

    /// Writes the whole file. An existing one keeps its mode unless `mode` says otherwise.
    pub fn write(&mut self, path: &AnyPath, bytes: &[u8], mode: Option<u32>, parents: Parents) -> Result<()> {
        let parent = self.parent(path, parents)?.with_context(|| format!("no directory for {path}"))?;
        let before = rustix::fs::statat(&parent, path.file_name(), AtFlags::SYMLINK_NOFOLLOW).ok();
        let file = open_for_writing(parent.as_fd(), path, before.as_ref(), mode)?;
        let mut file = File::from(file);
        file.write_all(bytes).with_context(|| format!("cannot write {path}"))?;
        if let Some(mode) = mode.or(before.as_ref().map(permissions)) {
            rustix::fs::fchmod(&file, Mode::from_raw_mode(mode)).with_context(|| format!("cannot chmod {path}"))?;
        }
        self.stamp(&file, path, before.as_ref()).with_context(|| format!("cannot set the time of {path}"))
    }

    /// Writes a file or symlink as it was.
    pub fn put(&mut self, path: &AnyPath, old: &Old, parents: Parents) -> Result<()> {
        if !old.link {
            return self.write(path, &old.bytes, Some(old.mode), parents);
        }
        let parent = self.parent(path, parents)?.with_context(|| format!("no directory for {path}"))?;
        remove_at(parent.as_fd(), path.file_name()).with_context(|| format!("cannot replace {path}"))?;
        rustix::fs::symlinkat(OsStr::from_bytes(&old.bytes), &parent, path.file_name())
            .with_context(|| format!("cannot create the symlink {path}"))
    }

    /// Removes whatever stands at the path; nothing there is fine.
    pub fn remove(&self, path: &AnyPath) -> Result<()> {
        let Some(parent) = self.parent(path, Parents::Look)? else { return Ok(()) };
        remove_at(parent.as_fd(), path.file_name()).with_context(|| format!("cannot remove {path}"))
    }

    /// Removes the directories, deepest first, as far as they are empty.
    pub fn remove_empty(&self, directories: &[AnyPath]) -> Result<()> {
        let mut deepest_first: Vec<_> = directories.iter().collect();
        deepest_first.sort_by_key(|d| std::cmp::Reverse(d.depth()));
        for directory in deepest_first {
            if let Some(parent) = self.parent(directory, Parents::Look)? {
                let _ = rustix::fs::unlinkat(&parent, directory.file_name(), AtFlags::REMOVEDIR);
            }
        }
        Ok(())
    }

    /// Of a regular file or a symlink.
    pub fn stat(&self, path: &AnyPath) -> Result<Option<Stat>> {
        let Some(parent) = self.parent(path, Parents::Look)? else { return Ok(None) };
        match rustix::fs::statat(&parent, path.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if is_file_or_link(&stat) => Ok(Some(stat)),
            Ok(_) | Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot look at {path}")),
        }
    }

    /// When what stands at the path was changed or, where nothing does, the nearest directory above it:
    /// programs cannot set this time.
    pub fn changed(&self, path: &AnyPath) -> Result<Option<Duration>> {
        if let Some(parent) = self.parent(path, Parents::Look)? {
            match rustix::fs::statat(&parent, path.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => return Ok(Some(ctime(&stat))),
                Err(Errno::NOENT) => {}
                Err(e) => return Err(e).with_context(|| format!("cannot look at {path}")),
            }
        }
        let Some(nearest) = self.nearest_parent(path)? else { return Ok(None) };
        Ok(Some(ctime(&rustix::fs::fstat(&nearest)?)))
    }

    /// The directories above `path` that do not exist.
    pub fn missing_parents(&self, path: &AnyPath) -> Result<Vec<AnyPath>> {
        let mut missing = Vec::new();
        for directory in path.parents() {
            if self
                .parent(&directory, Parents::Look)?
                .is_none_or(|p| open_dir(p.as_fd(), directory.file_name()).is_err())
            {
                missing.push(directory);
            }
        }
        Ok(missing)
    }

    /// Opens the directory that holds `path`; `None` when it is not there (or is no real directory).
    fn parent(&self, path: &AnyPath, parents: Parents) -> Result<Option<OwnedFd>> {
        if parents == Parents::Replace {
            std::fs::create_dir_all(&self.root).with_context(|| format!("cannot make {}", self.root.display()))?;
        }
        let Some(mut dir) = self.open_root()? else { return Ok(None) };
        let parts: Vec<_> = path.parts().collect();
        for &part in &parts[..parts.len() - 1] {
            dir = match open_dir(dir.as_fd(), part) {
                Ok(next) => next,
                Err(Errno::NOENT) if parents != Parents::Look => make_dir(dir.as_fd(), part, path)?,
                Err(Errno::LOOP | Errno::NOTDIR) if parents == Parents::Replace => {
                    remove_at(dir.as_fd(), part).with_context(|| format!("cannot clear the way to {path}"))?;
                    make_dir(dir.as_fd(), part, path)?
                }
                Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => return Ok(None),
                Err(e) => return Err(e).with_context(|| format!("cannot enter the directory of {path}")),
            };
        }
        Ok(Some(dir))
    }

    fn open_root(&self) -> Result<Option<OwnedFd>> {
        match rustix::fs::open(&self.root, DIRECTORY | OFlags::RDONLY, Mode::empty()) {
            Ok(fd) => Ok(Some(fd)),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot open {}", self.root.display())),
        }
    }

    /// Whether a file or symlink stands where a directory above `path` would have to be.
    fn blocked(&self, path: &AnyPath) -> Result<bool> {
        for directory in path.parents() {
            let Some(parent) = self.parent(&directory, Parents::Look)? else { return Ok(true) };
            match open_dir(parent.as_fd(), directory.file_name()) {
                Ok(_) => {}
                Err(Errno::NOENT) => return Ok(false),
                Err(_) => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The deepest existing directory on the way to `path`: where something would be made.
    fn nearest_parent(&self, path: &AnyPath) -> Result<Option<OwnedFd>> {
        let mut nearest = self.open_root()?;
        for directory in path.parents() {
            let Some(next) = self.parent(&directory, Parents::Look)? else { break };
            match open_dir(next.as_fd(), directory.file_name()) {
                Ok(dir) => nearest = Some(dir),
                Err(_) => break,
            }
        }
        Ok(nearest)
    }

    /// Moves the file's mtime forward: build tools that compare times must see every write, also two
    /// within one tick of the file system's clock and also the one that puts the old bytes back.
    /// Python compares whole seconds and the size, so its files move by a second.
    fn stamp(&mut self, file: &File, path: &AnyPath, before: Option<&Stat>) -> Result<()> {
        let tick = Duration::from_micros(1);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let before = before.map_or(Duration::ZERO, mtime);
        self.last_stamp = now.max(before + tick).max(self.last_stamp + tick);
        if path.has_extension("py") && self.last_stamp.as_secs() == before.as_secs() {
            self.last_stamp = Duration::from_secs(before.as_secs() + 1);
        }
        let time = Timespec {
            tv_sec: i64::try_from(self.last_stamp.as_secs())?,
            tv_nsec: i64::from(self.last_stamp.subsec_nanos()),
        };
        let times = Timestamps { last_access: time, last_modification: time };
        Ok(rustix::fs::futimens(file, &times)?)
    }
}

pub fn permissions(stat: &Stat) -> u32 {
    stat.st_mode & 0o7777
}

pub fn mtime(stat: &Stat) -> Duration {
    let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
    Duration::new(seconds, u32::try_from(stat.st_mtime_nsec).unwrap_or(0))
}

pub fn ctime(stat: &Stat) -> Duration {
    let seconds = u64::try_from(stat.st_ctime).unwrap_or(0);
    Duration::new(seconds, u32::try_from(stat.st_ctime_nsec).unwrap_or(0))
}

fn is_file_or_link(stat: &Stat) -> bool {
    matches!(FileType::from_raw_mode(stat.st_mode), FileType::RegularFile | FileType::Symlink)
}

fn find_link(parent: BorrowedFd<'_>, path: &AnyPath) -> Result<Found> {
    match rustix::fs::readlinkat(parent, path.file_name(), Vec::new()) {
        Ok(target) => Ok(Found::Link(Old { mode: 0o777, bytes: target.into_bytes(), link: true })),
        Err(Errno::NOENT) => Ok(Found::Absent),
        Err(Errno::INVAL) => Ok(Found::Other),
        Err(e) => Err(e).with_context(|| format!("cannot read the symlink {path}")),
    }
}

fn open_dir(parent: BorrowedFd<'_>, name: impl Arg) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(parent, name, DIRECTORY | OFlags::RDONLY, Mode::empty())
}

fn make_dir(parent: BorrowedFd<'_>, name: &OsStr, path: &AnyPath) -> Result<OwnedFd> {
    rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777))
        .and_then(|()| open_dir(parent, name))
        .with_context(|| format!("cannot make a directory for {path}"))
}

/// Opens in place, which keeps owner and attributes. What cannot be written in place, or is a second
/// name of a file that may also live outside the tree, is replaced.
fn open_for_writing(
    parent: BorrowedFd<'_>,
    path: &AnyPath,
    before: Option<&Stat>,
    mode: Option<u32>,
) -> Result<OwnedFd> {
    let name = path.file_name();
    let in_place = |s: &Stat| FileType::from_raw_mode(s.st_mode) == FileType::RegularFile && s.st_nlink == 1;
    if before.is_some_and(in_place)
        && let Ok(fd) = rustix::fs::openat(parent, name, FILE | OFlags::WRONLY | OFlags::TRUNC, Mode::empty())
    {
        return Ok(fd);
    }
    if before.is_some() {
        remove_at(parent, name).with_context(|| format!("cannot replace {path}"))?;
    }
    let flags = FILE | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    let mode = Mode::from_raw_mode(mode.unwrap_or(0o666));
    rustix::fs::openat(parent, name, flags, mode).with_context(|| format!("cannot create {path}"))
}

fn remove_at(parent: BorrowedFd<'_>, name: impl Arg + Copy) -> Result<()> {
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(Errno::ISDIR) => remove_directory(parent, name),
        Err(e) => Err(e.into()),
    }
}

fn remove_directory(parent: BorrowedFd<'_>, name: impl Arg + Copy) -> Result<()> {
    let dir = open_dir(parent, name)?;
    for entry in rustix::fs::Dir::read_from(&dir)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            remove_at(dir.as_fd(), entry.file_name())?;
        }
    }
    Ok(rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR)?)
}
