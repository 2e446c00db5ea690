//! The files that the child sees: private temporary folders and shared memory, no sockets of services, a
//! read-only `.git`, nothing where credentials lie, and a process table of its own.

use anyhow::{Context, Result};
use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, mount, mount_bind, mount_change, mount_remount,
    move_mount, open_tree,
};
use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Where names of hosts are resolved; often a link into `/run`.
const RESOLVER: &str = "/etc/resolv.conf";
const RUN: &str = "/run";
const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];
const SHARED_MEMORY: &str = "/dev/shm";
/// What a private folder in memory may hold.
const IN_MEMORY: u64 = 1 << 30;

/// What the child is to see.
pub struct View<'a> {
    pub writable: &'a [PathBuf],
    /// What hiding must not take away.
    pub needed: &'a [PathBuf],
    /// What private temporary folders must not take away.
    pub useful: &'a [PathBuf],
    /// The folder that becomes `/tmp`; without one it is in memory.
    pub temp: Option<&'a Path>,
    pub hidden: &'a [PathBuf],
    /// Names of hosts are resolved as they were.
    pub online: bool,
}

/// In a mount namespace of our own.
pub fn arrange(view: &View) -> Result<()> {
    let sockets = sockets_of_services(view);
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .context("cannot make mounts private")?;
    hide_run(view)?;
    let kept: Vec<PathBuf> = view.needed.iter().chain(view.useful).cloned().collect();
    for place in TEMPORARY {
        replace(Path::new(place), view.temp, "1777", &kept).with_context(|| format!("cannot make {place} private"))?;
    }
    replace(Path::new(SHARED_MEMORY), None, "1777", &kept).context("cannot make shared memory private")?;
    for tree in view.writable {
        let git = tree.join(".git");
        if git.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            make_read_only(&git).with_context(|| format!("cannot make {} read-only", git.display()))?;
        }
    }
    for place in view.hidden {
        cover(place, view.needed).with_context(|| format!("cannot hide {}", place.display()))?;
    }
    // One that went away meanwhile needs no cover.
    sockets.iter().for_each(|socket| _ = mount_bind("/dev/null", socket));
    Ok(())
}

/// The process table of the namespace that the caller is the first process of.
pub fn fresh_proc() -> Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None).context("cannot mount a process table of its own")
}

/// `/run` holds the sockets through which services (Docker's above all) would act for the child. It stays
/// where the system itself lives there.
fn hide_run(view: &View) -> Result<()> {
    let run = Path::new(RUN);
    if run.join("current-system").exists() || !run.is_dir() {
        return Ok(());
    }
    let names = Path::new(RESOLVER).canonicalize().ok().filter(|path| view.online && path.starts_with(run));
    let text = names.as_ref().map(std::fs::read).transpose().context("cannot read the resolver's file")?;
    replace(run, None, "755", view.needed).context("cannot hide /run")?;
    let Some((path, text)) = names.zip(text) else { return Ok(()) };
    std::fs::create_dir_all(path.parent().unwrap_or(run))?;
    std::fs::write(&path, text).with_context(|| format!("cannot keep {}", path.display()))
}

/// Puts another folder in place of `dir`, or an empty one in memory, in which what is kept is found where it was.
fn replace(dir: &Path, with: Option<&Path>, mode: &str, kept: &[PathBuf]) -> Result<()> {
    if dir.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) || !dir.is_dir() {
        return Ok(());
    }
    let kept: BTreeSet<PathBuf> = kept.iter().filter_map(|path| path.canonicalize().ok()).collect();
    if kept.contains(dir) {
        return Ok(());
    }
    let how = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::AT_RECURSIVE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let clones = below(dir, &kept)
        .map(|path| Ok((path, path.is_dir(), open_tree(CWD, path, how)?)))
        .collect::<Result<Vec<_>, Errno>>()?;
    match with {
        Some(folder) => mount_bind(folder, dir)?,
        None => in_memory(dir, mode)?,
    }
    for (path, is_dir, tree) in clones {
        make_place(dir, path, is_dir).with_context(|| format!("cannot keep {}", path.display()))?;
        move_mount(tree, "", CWD, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
            .with_context(|| format!("cannot keep {}", path.display()))?;
    }
    Ok(())
}

/// Those below `dir` and below no other of them.
fn below<'a>(dir: &'a Path, kept: &'a BTreeSet<PathBuf>) -> impl Iterator<Item = &'a PathBuf> {
    let inside = move |path: &&PathBuf| path.starts_with(dir) && path.as_path() != dir;
    let nested =
        move |path: &PathBuf| path.ancestors().skip(1).any(|above| kept.contains(above) && above.starts_with(dir));
    kept.iter().filter(inside).filter(move |path| !nested(path))
}

/// What a mount can stand on: the kind must agree. The folder may be one that a command wrote to before, so no
/// link in it is followed.
fn make_place(dir: &Path, path: &Path, is_dir: bool) -> std::io::Result<()> {
    let inside = |above: &&Path| above.starts_with(dir) && *above != dir;
    // The topmost: nothing is below it once it is gone.
    if let Some(link) = path.ancestors().take_while(inside).filter(|above| above.is_symlink()).last() {
        std::fs::remove_file(link)?;
    }
    if path.exists() {
        return Ok(());
    }
    let folder = if is_dir { Some(path) } else { path.parent() };
    folder.map_or(Ok(()), std::fs::create_dir_all)?;
    if is_dir { Ok(()) } else { std::fs::write(path, "") }
}

fn in_memory(dir: &Path, mode: &str) -> Result<(), Errno> {
    let options = CString::new(format!("mode={mode},size={IN_MEMORY}")).unwrap_or_default();
    mount("tmpfs", dir, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())
}

/// Landlock keeps files from being read, but not a socket from being connected to, nor what lies in a writable
/// tree.
fn cover(place: &Path, needed: &[PathBuf]) -> Result<()> {
    if place.is_dir() {
        return replace(place, None, "755", needed);
    }
    if place.exists() {
        mount_bind("/dev/null", place)?;
    }
    Ok(())
}

/// Sockets of files that somebody listens on now, outside the child's own places: no kernel's sandbox keeps
/// anybody from connecting.
fn sockets_of_services(view: &View) -> Vec<PathBuf> {
    let table = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let named = table.lines().filter_map(|line| line.find('/').map(|at| &line[at..]));
    let mounted = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    let covered = [RUN].into_iter().chain(TEMPORARY).map(PathBuf::from).collect::<Vec<_>>();
    let own = |path: &PathBuf| view.writable.iter().chain(&covered).any(|place| path.starts_with(place));
    let is_socket = |path: &PathBuf| path.metadata().is_ok_and(|meta| meta.file_type().is_socket());
    let found = named.chain(mounted).map(PathBuf::from).filter(is_socket).filter_map(|path| path.canonicalize().ok());
    found.filter(|path| !own(path)).collect::<BTreeSet<_>>().into_iter().collect()
}

fn make_read_only(path: &Path) -> Result<(), Errno> {
    mount_bind(path, path)?;
    // Flags that the outer namespace locked must be repeated.
    let kept = [MountFlags::NOSUID, MountFlags::NODEV, MountFlags::NOEXEC];
    let base = MountFlags::BIND | MountFlags::RDONLY;
    let mut sets = kept.iter().scan(base, |set, flag| {
        *set |= *flag;
        Some(*set)
    });
    match mount_remount(path, base, "") {
        Err(Errno::PERM) => sets.find_map(|set| mount_remount(path, set, "").ok()).ok_or(Errno::PERM),
        other => other,
    }
}
