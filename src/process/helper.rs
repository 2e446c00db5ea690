//! The sandbox helper: our own binary, started again. It confines itself, starts the child, collects every
//! orphan of it, and ends them all when the child or the lifeline ends.

use super::fence::{self, Fence};
use super::job::{Answer, Job};
use super::namespaces::View;
use super::{Tier, credentials, namespaces, sweep, syscalls};
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{DumpableBehavior, Pid, PidfdFlags, Resource, Rlimit, Signal, pidfd_open, set_dumpable_behavior};
use rustix::thread::CapabilitySet;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

/// The first argument that makes this process the helper.
pub const WORD: &str = "--thanos-sandbox-helper";

/// How long a child that is cut short may take to clean up after itself.
const POLITELY: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };

pub fn main() -> ! {
    let answer = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    let Ok(mut lifeline) = answer else { std::process::exit(3) };
    let answer = serve(&mut lifeline).unwrap_or_else(|error| Answer::Refused(format!("{error:#}")));
    answer.send(&mut lifeline);
    std::process::exit(0)
}

fn serve(lifeline: &mut UnixStream) -> Result<Answer> {
    let job = Job::read(lifeline)?;
    confine(&job)?;
    if job.program().is_none() {
        return Ok(Answer::Exit(0));
    }
    sweep::become_reaper();
    let mut child = match sweep::register(|| start(&job)) {
        Ok(child) => child,
        Err(error) => return Ok(Answer::NotStarted(error.to_string())),
    };
    feed(&mut child, job.stdin);
    let status = attend(&mut child, lifeline)?;
    Ok(status.code().map_or_else(|| Answer::Signal(status.signal().unwrap_or_default()), Answer::Exit))
}

/// The order matters: mounts need the capabilities, the capabilities are dropped before Landlock, and only a
/// dumpable process may write its own user map.
fn confine(job: &Job) -> Result<()> {
    // A stop for what grows faster than it can be watched; the limit itself is kept by who watches.
    limit(Resource::Data, job.memory_bytes.map(|bytes| bytes.saturating_mul(4)))?;
    limit(Resource::Nproc, job.processes)?;
    limit(Resource::Fsize, job.file_bytes)?;
    limit(Resource::Core, Some(0))?;
    let writable = job.writable();
    let closed = matches!(job.tier, Tier::Landlock | Tier::Namespaces);
    let hidden = closed.then(|| credentials::places(&homes(job), job.hidden()));
    if job.tier == Tier::Namespaces {
        let mut needed = writable.clone();
        needed.extend([job.cwd().to_owned(), job.program().unwrap_or(job.cwd()).to_owned()]);
        let hidden = hidden.as_deref().unwrap_or_default();
        namespaces::enter(&View { writable: &writable, needed: &needed, hidden, online: job.online })?;
    }
    set_dumpable_behavior(DumpableBehavior::NotDumpable).context("cannot hide the helper's memory")?;
    if job.tier == Tier::None {
        return Ok(());
    }
    drop_capabilities();
    rustix::thread::set_no_new_privs(true).context("cannot give up new privileges")?;
    let alone = job.tier == Tier::Landlock;
    fence::enter(&Fence { writable: &writable, hidden: hidden.as_deref(), no_tcp: alone && !job.online })?;
    if alone { syscalls::limit_sockets(job.online) } else { Ok(()) }
}

fn limit(resource: Resource, value: Option<u64>) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    let most = rustix::process::getrlimit(resource).maximum.map_or(value, |most| most.min(value));
    rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
        .with_context(|| format!("cannot set the limit {resource:?}"))
}

/// What root needs to build as root: everything else (looking into other processes, mounting, the network's
/// administration) is taken from the programs that it starts. Who is not root has nothing to lose.
fn drop_capabilities() {
    let kept = CapabilitySet::CHOWN
        | CapabilitySet::DAC_OVERRIDE
        | CapabilitySet::FOWNER
        | CapabilitySet::FSETID
        | CapabilitySet::KILL
        | CapabilitySet::SETGID
        | CapabilitySet::SETUID
        | CapabilitySet::NET_BIND_SERVICE;
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if !kept.contains(capability) {
            let _ = rustix::thread::remove_capability_from_bounding_set(capability);
        }
    }
}

/// The home that the child is told of and the one that the user has.
fn homes(job: &Job) -> Vec<PathBuf> {
    let user = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let own = own
        .filter(|fields| fields.get(2) == Some(&user.as_str()))
        .filter_map(|fields| fields.get(5).map(PathBuf::from));
    let told = job.env().filter(|(key, _)| *key == "HOME").map(|(_, value)| PathBuf::from(value));
    own.chain(told).filter_map(|home| home.canonicalize().ok()).collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the room that starts children")]
fn start(job: &Job) -> std::io::Result<Child> {
    let mut command = Command::new(job.program().unwrap_or(job.cwd()));
    command.arg0(&job.argv[0]).args(&job.argv[1..]).current_dir(job.cwd()).env_clear().envs(job.env());
    command.stdin(if job.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    command.process_group(0).spawn()
}

/// From a thread of its own: the child may never read it.
fn feed(child: &mut Child, bytes: Option<Vec<u8>>) {
    if let (Some(mut stdin), Some(bytes)) = (child.stdin.take(), bytes) {
        std::thread::spawn(move || stdin.write_all(&bytes));
    }
}

/// Blocks until the child or the lifeline ends, then ends everything: politely first when it is cut short.
fn attend(child: &mut Child, lifeline: &UnixStream) -> Result<ExitStatus> {
    let pid = Pid::from_child(child);
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).context("cannot watch the child")?;
    let ended = PollFd::new(&pidfd, PollFlags::IN);
    let mut fds = [ended.clone(), PollFd::new(lifeline, PollFlags::IN)];
    while let Err(rustix::io::Errno::INTR) = poll(&mut fds, None) {}
    if fds[0].revents().is_empty() {
        let _ = rustix::process::kill_process_group(pid, Signal::TERM);
        let _ = poll(&mut [ended], Some(&POLITELY));
    }
    let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    let status = child.wait().context("cannot wait for the child")?;
    sweep::end(pid, &[]);
    Ok(status)
}
