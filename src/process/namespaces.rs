//! A private view of the mounts, and a private network with nothing but `lo`.

use anyhow::{Context, Result, ensure};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change, mount_remount};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};
use rustix::thread::UnshareFlags;
use std::path::{Path, PathBuf};

/// Where names of hosts are resolved; often a link into `/run`.
const RESOLVER: &str = "/etc/resolv.conf";

/// What the child is to see.
pub struct View<'a> {
    pub writable: &'a [PathBuf],
    /// What hiding must not take away.
    pub needed: &'a [PathBuf],
    pub hidden: &'a [PathBuf],
    /// The network stays as it is.
    pub online: bool,
}

/// Enters new namespaces, brings `lo` up, hides the sockets of the system's services, makes each writable
/// tree's `.git` read-only, and covers what is hidden.
pub fn enter(view: &View) -> Result<()> {
    unshare(view.online)?;
    if !view.online {
        bring_up_loopback().context("cannot bring the loopback interface up")?;
    }
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .context("cannot make mounts private")?;
    hide_run(view)?;
    for tree in view.writable {
        let git = tree.join(".git");
        if git.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            make_read_only(&git).with_context(|| format!("cannot make {} read-only", git.display()))?;
        }
    }
    view.hidden
        .iter()
        .try_for_each(|place| cover(place, view.needed).with_context(|| format!("cannot hide {}", place.display())))
}

/// Root keeps its users where it may (files of other users stay reachable in job containers); anybody else
/// gets a user namespace in which nothing but the own user exists.
fn unshare(online: bool) -> Result<()> {
    let network = if online { UnshareFlags::empty() } else { UnshareFlags::NEWNET };
    let kinds = network | UnshareFlags::NEWNS | UnshareFlags::NEWIPC;
    if rustix::process::geteuid().is_root() && separate(kinds).is_ok() {
        return Ok(());
    }
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    separate(kinds | UnshareFlags::NEWUSER).context("cannot make namespaces")?;
    std::fs::write("/proc/self/setgroups", "deny").context("cannot fix the groups")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1")).context("cannot map the user")?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1")).context("cannot map the group")
}

#[expect(unsafe_code, reason = "only unsharing the table of file descriptors would be unsound")]
fn separate(kinds: UnshareFlags) -> Result<(), Errno> {
    // SAFETY: `kinds` never holds `FILES`.
    unsafe { rustix::thread::unshare_unsafe(kinds) }
}

/// One rtnetlink request: interface 1 (which `lo` always is) up, with an acknowledgement. The default
/// protocol of such a socket is rtnetlink.
fn bring_up_loopback() -> Result<()> {
    const REQUEST: [u32; 8] = [32, 16 | (1 | 4) << 16, 1, 0, 0, 1, 1, 1];
    let request: Vec<u8> = REQUEST.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    send(&socket, &request, SendFlags::empty())?;
    let mut answer = [0; 256];
    let (length, _) = recv(&socket, &mut answer, RecvFlags::empty())?;
    ensure!(length >= 20 && answer[16..20] == [0; 4], "refused");
    Ok(())
}

/// `/run` holds the sockets through which services (Docker's above all) would act for the child. It stays
/// where the system itself lives there, or something that the child needs.
fn hide_run(view: &View) -> Result<()> {
    let run = Path::new("/run");
    let lives_there = view.needed.iter().any(|path| path.canonicalize().unwrap_or_default().starts_with(run));
    if lives_there || run.join("current-system").exists() || !run.is_dir() {
        return Ok(());
    }
    let names = Path::new(RESOLVER).canonicalize().ok().filter(|path| view.online && path.starts_with(run));
    let text = names.as_ref().map(std::fs::read).transpose().context("cannot read the resolver's file")?;
    empty(run).context("cannot hide /run")?;
    let Some((path, text)) = names.zip(text) else { return Ok(()) };
    std::fs::create_dir_all(path.parent().unwrap_or(run))?;
    std::fs::write(&path, text).with_context(|| format!("cannot keep {}", path.display()))
}

/// Landlock keeps files from being read, but not a socket from being connected to, nor what lies in a writable
/// tree.
fn cover(place: &Path, needed: &[PathBuf]) -> Result<(), Errno> {
    if !place.is_dir() {
        return if place.exists() { mount_bind("/dev/null", place) } else { Ok(()) };
    }
    let wanted = needed.iter().any(|path| path.canonicalize().unwrap_or_default().starts_with(place));
    if wanted { Ok(()) } else { empty(place) }
}

fn empty(dir: &Path) -> Result<(), Errno> {
    mount("tmpfs", dir, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"mode=755")
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
