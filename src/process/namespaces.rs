//! Namespaces of the child's own: mounts, processes, IPC, and a network with nothing but `lo`.

use anyhow::{Context, Result, bail, ensure};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};
use rustix::process::{Pid, Signal, WaitOptions, geteuid, set_parent_process_death_signal, waitpid};
use rustix::thread::UnshareFlags;

/// Enters new namespaces. Root keeps its users, where it may (files of other users stay reachable in job
/// containers); anybody else gets a user namespace in which nothing but the own user exists.
pub fn enter(online: bool) -> Result<()> {
    let network = if online { UnshareFlags::empty() } else { UnshareFlags::NEWNET };
    let kinds = network | UnshareFlags::NEWNS | UnshareFlags::NEWIPC | UnshareFlags::NEWPID;
    if geteuid().is_root() && separate(kinds).is_ok() {
        return Ok(());
    }
    let (user, group) = (geteuid().as_raw(), rustix::process::getegid().as_raw());
    separate(kinds | UnshareFlags::NEWUSER).context("cannot make namespaces")?;
    let map = |file: &str, line: String| {
        let path = format!("/proc/self/{file}");
        std::fs::write(&path, line).with_context(|| format!("cannot write {path}"))
    };
    map("uid_map", format!("{user} {user} 1"))?;
    map("setgroups", "deny".to_owned())?;
    map("gid_map", format!("{group} {group} 1"))
}

#[expect(unsafe_code, reason = "the safe call does not exist: `FILES` would close files under Rust's feet")]
fn separate(kinds: UnshareFlags) -> Result<(), Errno> {
    // SAFETY: `kinds` never holds `FILES`.
    unsafe { rustix::thread::unshare_unsafe(kinds) }
}

/// Goes on as the first process of the new process namespace, with which everything in it ends. The process that was
/// leaves the terminal, waits for it, does what is left to do, and never returns.
pub fn become_first(at_the_end: impl FnOnce()) -> Result<()> {
    #[expect(unsafe_code, reason = "only a fork enters a process namespace")]
    // SAFETY: this process has one thread, so its copy finds no lock held.
    let child = unsafe { libc::fork() };
    match child {
        0 => end_with_parent(),
        1.. => wait_and_exit(child, at_the_end),
        _ => bail!("cannot fork: {}", std::io::Error::last_os_error()),
    }
}

/// To be said again after a change of user, which forgets it.
pub fn end_with_parent() -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot tie a process to its parent")
}

fn wait_and_exit(child: i32, at_the_end: impl FnOnce()) -> ! {
    let _ = rustix::process::setsid();
    // Nobody answers for the child: should it die, the silence says so.
    while let Err(Errno::INTR) = waitpid(Pid::from_raw(child), WaitOptions::empty()) {}
    at_the_end();
    std::process::exit(0)
}

/// One rtnetlink request: interface 1 (which `lo` always is) up, with an acknowledgement. The default
/// protocol of such a socket is rtnetlink.
pub fn bring_up_loopback() -> Result<()> {
    const REQUEST: [u32; 8] = [32, 16 | (1 | 4) << 16, 1, 0, 0, 1, 1, 1];
    let request: Vec<u8> = REQUEST.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    send(&socket, &request, SendFlags::empty())?;
    let mut answer = [0; 256];
    let (length, _) = recv(&socket, &mut answer, RecvFlags::empty())?;
    ensure!(length >= 20 && answer[16..20] == [0; 4], "refused");
    // Tests that run as root serve on ports that take a capability elsewhere. It is no harm in this network, and
    // no loss where it is not had.
    let _ = std::fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    Ok(())
}
