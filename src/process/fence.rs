//! What may be read and written, said to Landlock. It knows only what is allowed, so "everything but"
//! becomes the list of everything beside.

use anyhow::{Context, Result, bail};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};
use std::path::{Path, PathBuf};

/// Device files are safe to write, and programs expect to.
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

/// Rights on files that a kernel since 6.2 knows; older ones enforce those they know.
const FILES: ABI = ABI::V3;

/// What a fence keeps from the child beside writing.
pub struct Fence<'a> {
    pub writable: &'a [PathBuf],
    /// Not even to be read; `None` leaves reading alone.
    pub hidden: Option<&'a [PathBuf]>,
    /// No TCP connection at all; for want of a network namespace.
    pub no_tcp: bool,
}

/// Whether this kernel takes such rules, asked without a process of its own.
pub fn can_limit_writes() -> bool {
    let wanted = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    wanted.handle_access(AccessFs::from_write(ABI::V1)).and_then(Ruleset::create).is_ok()
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
    }
    for path in fence.writable.iter().map(PathBuf::as_path).chain(DEVICES.iter().map(Path::new)) {
        rules = allow(rules, path, handled)?;
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

/// Allows to read and execute everything below `dir` but the hidden. A symbolic link is no place of its own.
fn allow_beside(mut rules: RulesetCreated, dir: &Path, hidden: &[PathBuf]) -> Result<RulesetCreated> {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if hidden.contains(&path) || entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            continue;
        }
        rules = if hidden.iter().any(|place| place.starts_with(&path)) {
            allow_beside(rules, &path, hidden)?
        } else {
            allow(rules, &path, AccessFs::from_read(FILES))?
        };
    }
    Ok(rules)
}
