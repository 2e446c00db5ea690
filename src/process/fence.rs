//! What may be read and written, said to Landlock. It knows only what is allowed, so "everything but"
//! becomes the list of everything beside.

use anyhow::{Context, Result, bail};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use std::path::{Path, PathBuf};
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
    pub writable: &'a [PathBuf],
    /// Readable though something hidden is around it.
    pub readable: &'a [PathBuf],
    /// Not even to be read; `None` leaves reading alone.
    pub hidden: Option<&'a [PathBuf]>,
    /// No TCP connection at all; for want of a network namespace.
    pub no_tcp: bool,
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
    if let Some(hidden) = fence.hidden {
        // Names may be listed everywhere; Landlock cannot take back below what it gave above.
        rules = allow(rules, Path::new("/"), AccessFs::ReadDir.into())?;
        rules = allow_beside(rules, Path::new("/"), hidden)?;
        for path in fence.readable {
            rules = allow_reading(rules, path, hidden)?;
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
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(FILES) };
    rules.add_rule(PathBeneath::new(fd, access)).with_context(|| format!("cannot allow {}", path.display()))
}

/// Allows to read and execute everything below `dir` but the hidden and the devices. A symbolic link is no place
/// of its own.
fn allow_beside(mut rules: RulesetCreated, dir: &Path, hidden: &[PathBuf]) -> Result<RulesetCreated> {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let closed = hidden.contains(&path) || path == Path::new(ALL_DEVICES);
        if closed || entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            continue;
        }
        rules = allow_reading(rules, &path, hidden)?;
    }
    Ok(rules)
}

fn allow_reading(rules: RulesetCreated, path: &Path, hidden: &[PathBuf]) -> Result<RulesetCreated> {
    let within = |place: &PathBuf| place.starts_with(path);
    match hidden.iter().any(within) {
        true if hidden.iter().any(|place| place == path) => Ok(rules),
        true => allow_beside(rules, path, hidden),
        false => allow(rules, path, AccessFs::from_read(FILES)),
    }
}
