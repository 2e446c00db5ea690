//! The files that the child sees: private temporary folders and shared memory, no sockets of services, a
//! `.git` that stays as it is, nothing where credentials lie, and a process table of its own.

use super::Layer;
use super::credentials::{git_settings, without_credentials};
use super::places::{Places, TEMPORARY};
use anyhow::{Context, Result, ensure};
use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, mount, mount_bind, mount_bind_recursive,
    mount_change, mount_remount, move_mount, open_tree,
};
use std::collections::BTreeSet;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

/// Where names of hosts are resolved; often a link into `/run`.
const RESOLVER: &str = "/etc/resolv.conf";
const RUN: &str = "/run";
const SHARED_MEMORY: &str = "/dev/shm";
/// What a private folder in memory may hold.
const IN_MEMORY: u64 = 1 << 30;

/// What the child is to see.
pub struct View<'a> {
    pub places: &'a Places,
    pub services: &'a Services,
    pub git: Option<&'a Layer>,
    pub aside: Option<&'a Path>,
    /// Names of hosts are resolved as they were.
    pub online: bool,
}

/// In a mount namespace of our own.
pub fn arrange(view: &View) -> Result<()> {
    let Places { own, needed, kept, temp, hidden, .. } = view.places;
    let temporary: BTreeSet<PathBuf> = TEMPORARY.iter().filter_map(|dir| Path::new(dir).canonicalize().ok()).collect();
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .context("cannot make mounts private")?;
    // With a mount of its own each stays writable when what is around it does not.
    let is_closed = !own.contains(Path::new("/"));
    for place in own.iter().filter(|_| is_closed) {
        mount_bind_recursive(place, place).with_context(|| format!("cannot set {} apart", place.display()))?;
    }
    hide_run(view)?;
    for place in temporary {
        replace(&place, temp.as_deref(), "1777", kept)
            .with_context(|| format!("cannot make {} private", place.display()))?;
        lock(&place, kept, own)?;
    }
    replace(Path::new(SHARED_MEMORY), None, "1777", kept).context("cannot make shared memory private")?;
    if let Some(aside) = view.aside {
        set_aside(own, aside)?;
    }
    for tree in own {
        let git = tree.join(".git");
        if git.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            if view.git.is_some_and(|layer| lay_over(&git, layer).is_ok()) {
                continue;
            }
            make_read_only(&git).with_context(|| format!("cannot make {} read-only", git.display()))?;
        }
    }
    for tree in own {
        // What is hidden whole needs no copy, and nothing can be mounted on one.
        let is_seen = |file: &PathBuf| hidden.iter().flatten().all(|place| !file.starts_with(place));
        for file in git_settings(tree).iter().filter(|file| is_seen(file)) {
            show_without_credentials(file)?;
        }
    }
    let mut empty = None;
    for place in hidden.iter().flatten() {
        cover(place, needed, &mut empty).with_context(|| format!("cannot hide {}", place.display()))?;
    }
    view.services.cover(own);
    if is_closed {
        close(own);
    }
    Ok(())
}

/// What a checkout left in a git configuration is no command's business; where the repository comes from may be. No copy
/// lies anywhere but in memory that nobody else sees.
fn show_without_credentials(config: &Path) -> Result<()> {
    let Ok(bytes) = std::fs::read(config) else { return Ok(()) };
    let text = String::from_utf8_lossy(&bytes);
    let without = without_credentials(&text);
    if without == text {
        return Ok(());
    }
    let copy = Path::new(SHARED_MEMORY).join("config");
    let show = || {
        std::fs::write(&copy, without)?;
        mount_bind(&copy, config)?;
        remount_read_only(config)?;
        std::fs::remove_file(&copy)
    };
    show().with_context(|| format!("cannot cover {}", config.display()))
}

/// Landlock knows nothing of modes, times and attributes: on a mount that is read-only nobody changes them. What cannot
/// be made so (a mount of another's) is left to Landlock alone.
fn close(own: &BTreeSet<PathBuf>) {
    let is_ours = |place: &Path| {
        let private = TEMPORARY.iter().chain(&[SHARED_MEMORY, "/dev", "/proc", "/sys"]).map(Path::new);
        own.iter().map(PathBuf::as_path).chain(private).any(|open| place.starts_with(open))
    };
    let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    for place in mounted(&mounts).filter(|place| !is_ours(place)) {
        let _ = remount_read_only(&place);
    }
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
    replace(run, None, "755", &view.places.needed).context("cannot hide /run")?;
    let Some((path, text)) = names.zip(text) else { return Ok(()) };
    std::fs::create_dir_all(path.parent().unwrap_or(run))?;
    std::fs::write(&path, text).with_context(|| format!("cannot keep {}", path.display()))
}

/// Puts another folder in place of `dir`, or an empty one in memory, in which what is kept is found where it was.
fn replace(dir: &Path, with: Option<&Path>, mode: &str, kept: &BTreeSet<PathBuf>) -> Result<()> {
    if dir.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) || !dir.is_dir() || kept.contains(dir) {
        return Ok(());
    }
    let how = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::AT_RECURSIVE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let clones = below(dir, kept)
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

/// Landlock keeps files from being read, but not what lies in a writable tree. One empty folder serves for all in
/// which nothing is needed.
fn cover<'a>(place: &'a Path, needed: &BTreeSet<PathBuf>, empty: &mut Option<&'a Path>) -> Result<()> {
    if !place.is_dir() {
        return if place.exists() { Ok(mount_bind("/dev/null", place)?) } else { Ok(()) };
    }
    if below(place, needed).next().is_some() || needed.contains(place) {
        return replace(place, None, "755", needed);
    }
    match empty {
        Some(folder) => mount_bind(*folder, place)?,
        None => {
            in_memory(place, "755")?;
            *empty = Some(place);
        }
    }
    Ok(())
}

/// Where somebody may listen on a socket that is a file: no kernel's sandbox keeps anybody from connecting to it.
pub struct Services(Vec<PathBuf>);

impl Services {
    /// To be asked before a network namespace is entered: the table tells of one network's sockets, but those of
    /// files can be connected to from every network.
    pub fn of_this_network() -> Self {
        let table = std::fs::read("/proc/net/unix").unwrap_or_default();
        let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
        Self(named(&table).chain(mounted(&mounts)).collect())
    }

    /// Those outside the child's own places that are still seen.
    fn cover(&self, own: &BTreeSet<PathBuf>) {
        let is_socket = |path: &&PathBuf| path.metadata().is_ok_and(|meta| meta.file_type().is_socket());
        let seen = self.0.iter().filter(is_socket).filter_map(|path| path.canonicalize().ok());
        let others = seen.filter(|path| !own.iter().any(|place| path.starts_with(place)));
        // One that went away meanwhile needs no cover.
        others.collect::<BTreeSet<_>>().iter().for_each(|socket| _ = mount_bind("/dev/null", socket));
    }
}

/// The names in the kernel's table of sockets, which need not be text.
fn named(table: &[u8]) -> impl Iterator<Item = PathBuf> {
    let name = |line: &[u8]| line.iter().position(|byte| *byte == b'/').map(|at| path(&line[at..]));
    table.split(|byte| *byte == b'\n').filter_map(name)
}

/// What is mounted: in a container the sockets of its host are.
fn mounted(mounts: &[u8]) -> impl Iterator<Item = PathBuf> {
    mounts.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4)).map(path)
}

fn path(name: &[u8]) -> PathBuf {
    OsStr::from_bytes(name).into()
}

/// What is written below `dir` from here on goes into the layer. Options are separated by commas and the folders of
/// one by colons, so that a path with either is refused.
fn lay_over(dir: &Path, layer: &Layer) -> Result<()> {
    ensure!(dir.is_dir() && layer.upper.is_dir(), "nothing to lay over");
    let text = |path: &Path| {
        let text = path.to_str().filter(|text| !text.contains([',', ':', '\\']));
        text.map(str::to_owned).context("not the name of a layer")
    };
    let under = layer.lower.iter().map(PathBuf::as_path).chain([dir]);
    let under = under.map(text).collect::<Result<Vec<_>>>()?.join(":");
    let (upper, work) = (text(&layer.upper)?, text(&layer.work)?);
    // Of users that a namespace knows nothing of: attributes that everybody may set.
    let options = CString::new(format!("lowerdir={under},upperdir={upper},workdir={work},userxattr"))?;
    Ok(mount("overlay", dir, "overlay", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())?)
}

/// What is written to the others lies in `aside` from here on.
fn set_aside(own: &BTreeSet<PathBuf>, aside: &Path) -> Result<()> {
    let aside = aside.canonicalize().context("cannot find the folder for what is written")?;
    let owner = aside.metadata()?;
    for (nth, place) in own.iter().filter(|place| !aside.starts_with(place)).enumerate() {
        let [upper, work] = ["upper", "work"].map(|part| aside.join(format!("{part}-{nth}")));
        for folder in [&upper, &work] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            // Where we are root for now: the command is its user's again, who clears this away, too.
            let _ = chown(folder, Some(owner.uid()), Some(owner.gid()));
        }
        // The layer shows its own mode in place of the folder's.
        let _ = place.metadata().and_then(|meta| std::fs::set_permissions(&upper, meta.permissions()));
        if lay_over(place, &Layer { upper, work, lower: Vec::new() }).is_err() {
            make_read_only(place).with_context(|| format!("cannot make {} read-only", place.display()))?;
        }
    }
    Ok(())
}

/// A temporary folder is the child's own. What lies there and only is kept, like a home, is not.
fn lock(dir: &Path, kept: &BTreeSet<PathBuf>, own: &BTreeSet<PathBuf>) -> Result<()> {
    for path in below(dir, kept).filter(|path| !own.iter().any(|place| path.starts_with(place))) {
        let lock = || {
            for place in own.iter().filter(|place| place.starts_with(path)) {
                mount_bind(place, place)?;
            }
            remount_read_only(path)
        };
        lock().with_context(|| format!("cannot make {} read-only", path.display()))?;
    }
    Ok(())
}

fn make_read_only(path: &Path) -> Result<(), Errno> {
    mount_bind(path, path)?;
    remount_read_only(path)
}

/// Of what is a mount already.
fn remount_read_only(path: &Path) -> Result<(), Errno> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sockets_need_not_be_text() {
        let table = b"Num RefCount Protocol Flags Type St Inode Path\n\
            0000: 00000002 00000000 00010000 0001 01 12 /run/x.sock\n\
            0000: 00000002 00000000 00010000 0001 01 13 @\xff\xfe\n\
            0000: 00000003 00000000 00000000 0001 03 14\n\
            0000: 00000002 00000000 00010000 0001 01 15 /srv/a b\xff\n";
        assert_eq!(named(table).collect::<Vec<_>>(), [path(b"/run/x.sock"), path(b"/srv/a b\xff")]);
        let mounts = b"43 42 254:0 / / rw - ext4 /dev/vda rw\n44 43 0:22 /s /run/s rw - tmpfs t rw\n";
        assert_eq!(mounted(mounts).collect::<Vec<_>>(), [path(b"/"), path(b"/run/s")]);
    }
}
