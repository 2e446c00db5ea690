//! What may be read and written, said to Landlock. It knows only what is allowed, so "everything but"
//! becomes the list of everything beside.

use anyhow::{Context, Result, bail};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, fstat, openat};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// Device files are safe to write, and programs expect to. No others are even readable for foreign code: root
/// would read the disk itself there.
const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/shm",
];
const ALL_DEVICES: &str = "/dev";

/// Rights on files that a kernel since 6.2 knows; older ones enforce those they know.
const FILES: ABI = ABI::V3;

/// What a fence keeps from the child beside writing.
pub struct Fence<'a> {
    pub writable: &'a BTreeSet<PathBuf>,
    /// Readable though something hidden is around it.
    pub readable: &'a BTreeSet<PathBuf>,
    /// Not even to be read; `None` leaves reading alone.
    pub hidden: Option<&'a BTreeSet<PathBuf>>,
    /// No TCP connection at all; for want of a network namespace.
    pub no_tcp: bool,
    /// But to this port, of whatever host: Landlock knows no addresses.
    pub port: Option<u16>,
}

/// Whether this kernel takes such rules.
pub fn can_limit_writes() -> bool {
    version() >= 1
}

/// Whether signals and abstract sockets can be kept inside.
pub fn has_scopes() -> bool {
    version() >= 6
}

/// Whether TCP connections can be refused.
pub fn knows_tcp() -> bool {
    version() >= 4
}

/// Of this kernel's Landlock.
fn version() -> i64 {
    const ASK: libc::c_uint = 1;
    static VERSION: OnceLock<i64> = OnceLock::new();
    #[expect(unsafe_code, reason = "the crate keeps the kernel's version to itself")]
    // SAFETY: asked for its version, the call looks at no memory.
    *VERSION.get_or_init(|| unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, ASK) })
}

/// Fences this process and its children in, for good.
pub fn enter(fence: &Fence) -> Result<()> {
    let handled = if fence.hidden.is_some() { AccessFs::from_all(FILES) } else { AccessFs::from_write(FILES) };
    let mut rules = Ruleset::default().handle_access(handled)?.scope(Scope::Signal)?;
    if fence.hidden.is_some() {
        rules = rules.scope(Scope::AbstractUnixSocket)?;
    }
    if fence.no_tcp {
        rules = rules.handle_access(AccessNet::ConnectTcp)?;
    }
    let mut rules = rules.create()?;
    if let Some(port) = fence.port.filter(|_| fence.no_tcp) {
        rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp)).context("cannot allow a port")?;
    }
    if let Some(hidden) = fence.hidden {
        let hidden = Hidden::of(hidden);
        // Names may be listed everywhere; Landlock cannot take back below what it gave above.
        rules = allow(rules, Path::new("/"), AccessFs::ReadDir.into())?;
        rules = hidden.allow_beside(rules, CWD, Path::new("/"))?;
        for path in fence.readable {
            rules = hidden.allow_reading(rules, path)?;
        }
    }
    let granted = handled & !(AccessFs::MakeBlock | AccessFs::MakeChar);
    for path in fence.writable.iter().map(PathBuf::as_path).chain(DEVICES.iter().map(Path::new)) {
        rules = allow(rules, path, granted)?;
    }
    let status = rules.restrict_self().context("cannot enter a Landlock domain")?;
    if status.ruleset == RulesetStatus::NotEnforced {
        bail!("this kernel has no Landlock");
    }
    Ok(())
}

/// A path that is not there, or not for us to open, needs no rule.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated> {
    let Ok(fd) = PathFd::new(path) else { return Ok(rules) };
    let kind = if path.is_dir() { FileType::Directory } else { FileType::RegularFile };
    allow_opened(rules, fd, kind, access).with_context(|| format!("cannot allow {}", path.display()))
}

fn allow_opened(
    rules: RulesetCreated,
    fd: impl AsFd,
    kind: FileType,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated> {
    let access = if kind.is_dir() { access } else { access & AccessFs::from_file(FILES) };
    Ok(rules.add_rule(PathBeneath::new(fd, access))?)
}

/// The hidden places as a tree of names: what lies beside them is looked up by its name, not compared with each.
#[derive(Default)]
struct Hidden {
    here: bool,
    below: BTreeMap<OsString, Hidden>,
}

impl Hidden {
    fn of(places: &BTreeSet<PathBuf>) -> Self {
        let mut root = Self::default();
        for place in places.iter().map(PathBuf::as_path).chain([Path::new(ALL_DEVICES)]) {
            let node = names(place).fold(&mut root, |node, name| node.below.entry(name.to_owned()).or_default());
            node.here = true;
        }
        root
    }

    /// Allows to read and execute everything below `dir`, seen from `above`, but the hidden. A symbolic link is no
    /// place of its own.
    fn allow_beside(&self, mut rules: RulesetCreated, above: impl AsFd, dir: &Path) -> Result<RulesetCreated> {
        let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(folder) = openat(above, dir, how, Mode::empty()) else { return Ok(rules) };
        let Ok(entries) = Dir::read_from(&folder) else { return Ok(rules) };
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            rules = match self.below.get(name) {
                _ if name == "." || name == ".." => rules,
                Some(hidden) if hidden.here => rules,
                Some(around) => around.allow_beside(rules, &folder, Path::new(name))?,
                None => allow_entry(rules, &folder, name, entry.file_type())?,
            }
        }
        Ok(rules)
    }

    /// What is hidden at and below `path`; `None` where nothing is.
    fn around(&self, path: &Path) -> Option<&Self> {
        names(path).try_fold(self, |node, name| node.below.get(name))
    }

    /// The same from the root on, of a path that may lie in a hidden place.
    fn allow_reading(&self, rules: RulesetCreated, path: &Path) -> Result<RulesetCreated> {
        match self.around(path) {
            Some(hidden) if hidden.here => Ok(rules),
            Some(around) => around.allow_beside(rules, CWD, path),
            None => allow(rules, path, AccessFs::from_read(FILES)),
        }
    }
}

fn names(path: &Path) -> impl Iterator<Item = &OsStr> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    })
}

fn allow_entry(rules: RulesetCreated, folder: &OwnedFd, name: &OsStr, kind: FileType) -> Result<RulesetCreated> {
    if kind == FileType::Symlink {
        return Ok(rules);
    }
    let how = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(fd) = openat(folder, name, how, Mode::empty()) else { return Ok(rules) };
    // Not every file system tells with the name.
    let kind = match kind {
        FileType::Unknown => fstat(&fd).map_or(FileType::Symlink, |stat| FileType::from_raw_mode(stat.st_mode)),
        known => known,
    };
    match kind {
        FileType::Symlink => Ok(rules),
        kind => allow_opened(rules, fd, kind, AccessFs::from_read(FILES))
            .with_context(|| format!("cannot allow {}", name.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_found_by_its_name() {
        let hidden = Hidden::of(&["/a/b", "/a/b/c", "/d"].map(PathBuf::from).into());
        let at = |path: &str| hidden.around(Path::new(path)).map(|around| around.here);
        assert_eq!(
            ["/", "/a", "/a/b", "/a/b/c", "/d", ALL_DEVICES].map(at),
            [false, false, true, true, true, true].map(Some)
        );
        assert_eq!(["/a/x", "/a/bb", "/d/e", "/dev/null", "/x"].map(at), [None; 5]);
    }
}
