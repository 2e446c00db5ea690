//! A private network with nothing but `lo`, and a private view of the mounts.

use anyhow::{Context, Result, ensure};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change, mount_remount};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};
use rustix::thread::UnshareFlags;
use std::path::{Path, PathBuf};

/// Enters new namespaces, brings `lo` up, hides the sockets of the system's services, and makes each
/// writable tree's `.git` read-only.
pub fn enter(writable: &[PathBuf], needed: &[PathBuf]) -> Result<()> {
    unshare()?;
    bring_up_loopback().context("cannot bring the loopback interface up")?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .context("cannot make mounts private")?;
    hide_run(needed)?;
    for tree in writable {
        let git = tree.join(".git");
        if git.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            make_read_only(&git).with_context(|| format!("cannot make {} read-only", git.display()))?;
        }
    }
    Ok(())
}

/// Root keeps its users where it may (files of other users stay reachable in job containers); anybody else
/// gets a user namespace in which nothing but the own user exists.
fn unshare() -> Result<()> {
    let kinds = UnshareFlags::NEWNET | UnshareFlags::NEWNS | UnshareFlags::NEWIPC;
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
fn hide_run(needed: &[PathBuf]) -> Result<()> {
    let run = Path::new("/run");
    let lives_there = needed.iter().any(|path| path.canonicalize().unwrap_or_default().starts_with(run));
    if lives_there || run.join("current-system").exists() || !run.is_dir() {
        return Ok(());
    }
    mount("tmpfs", run, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"mode=755").context("cannot hide /run")
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
