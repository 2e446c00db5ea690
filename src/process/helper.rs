//! The sandbox helper: our own binary, started again. It confines itself, starts the child, collects every
//! orphan of it, and ends them all when the child or the lifeline ends.

use super::cgroup::Group;
use super::fence::{self, Fence};
use super::job::{Answer, Job};
use super::mounts::{self, Services, View};
use super::places::Places;
use super::syscalls::{self, Sockets};
use super::{Tier, door, namespaces, privileges, proxy, sweep};
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{DumpableBehavior, Pid, PidfdFlags, Resource, Rlimit, Signal, pidfd_open, set_dumpable_behavior};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

/// The first argument that makes this process the helper.
pub const WORD: &str = "--thanos-sandbox-helper";

/// How long a child that is cut short may take to clean up after itself.
const POLITELY: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };

/// How often dead orphans are collected, which else would count as processes.
const REAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Foreign code makes way for who watches it.
const NICE: i32 = 10;

pub fn main() -> ! {
    let answer = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    let Ok(mut lifeline) = answer else { std::process::exit(3) };
    let answer = serve(&mut lifeline).unwrap_or_else(|error| Answer::Refused(format!("{error:#}")));
    answer.send(&mut lifeline);
    std::process::exit(0)
}

fn serve(lifeline: &mut UnixStream) -> Result<Answer> {
    let mut job = Job::read(lifeline)?;
    let group = confine(&mut job, lifeline)?;
    if job.program().is_none() {
        return Ok(Answer::Exit(0));
    }
    leave_session(job.tier)?;
    sweep::become_reaper();
    let mut child = match sweep::register(|| start(&job)) {
        Ok(child) => child,
        Err(error) => return Ok(Answer::NotStarted(error.to_string())),
    };
    feed(&mut child, job.stdin);
    let status = attend(&mut child, lifeline)?;
    if group.is_some_and(|group| group.ran_out()) {
        return Ok(Answer::OutOfMemory);
    }
    Ok(status.code().map_or_else(|| Answer::Signal(status.signal().unwrap_or_default()), Answer::Exit))
}

/// No terminal to read or type on, and where the system shares its processors out by session, one share for whatever
/// number of processes. Not before all else is done: a new session waits for its first turn.
fn leave_session(tier: Tier) -> Result<()> {
    match rustix::process::setsid() {
        Err(error) if tier == Tier::Namespaces => Err(error).context("cannot leave the terminal"),
        _ => Ok(()),
    }
}

/// The order matters: mounts need the capabilities, the capabilities are dropped before Landlock, and only a
/// dumpable process may write its own user map.
fn confine(job: &mut Job, lifeline: &UnixStream) -> Result<Option<Group>> {
    limit(Resource::Fsize, job.file_bytes)?;
    limit(Resource::Cpu, job.cpu_seconds)?;
    limit(Resource::Core, Some(0))?;
    let places = Places::of(job);
    let group = match job.tier {
        Tier::Namespaces => enter_namespaces(job, &places, lifeline)?,
        _ => None,
    };
    // Counted from here on in a user namespace of our own, and for the whole user without one.
    limit(Resource::Nproc, job.processes.map(|most| most.saturating_mul(2)))?;
    if job.tier == Tier::None {
        set_dumpable_behavior(DumpableBehavior::NotDumpable).context("cannot hide the helper's memory")?;
        return Ok(None);
    }
    let foreign = matches!(job.tier, Tier::Landlock | Tier::Namespaces);
    privileges::give_up(privileges::kept(foreign, &places.writable))?;
    let alone = job.tier == Tier::Landlock;
    fence::enter(&Fence {
        writable: &places.writable,
        readable: &places.kept,
        hidden: places.hidden.as_ref(),
        no_tcp: alone && !job.online,
        port: job.door,
    })?;
    match job.tier {
        Tier::Namespaces => syscalls::limit(Sockets::All),
        Tier::Landlock if job.online => syscalls::limit(Sockets::Internet),
        Tier::Landlock if fence::knows_tcp() => syscalls::limit(Sockets::Tcp),
        Tier::Landlock => syscalls::limit(Sockets::None),
        _ => Ok(()),
    }?;
    // Last: until the command is started it is we who are waited for.
    if foreign {
        let _ = rustix::process::setpriority_process(None, NICE);
    }
    Ok(group)
}

fn enter_namespaces(job: &mut Job, places: &Places, lifeline: &UnixStream) -> Result<Option<Group>> {
    let group = Group::make(job);
    let services = Services::of_this_network();
    namespaces::enter(job.online)?;
    namespaces::become_first(|| group.iter().for_each(Group::remove))?;
    let group = group.filter(Group::enter);
    if !job.online {
        namespaces::bring_up_loopback().context("cannot bring the loopback interface up")?;
    }
    if job.proxy {
        job.add_env(proxy::open(lifeline)?);
    }
    if let Some(port) = job.door {
        door::open(port, lifeline)?;
    }
    let (git, aside) = (job.git.as_ref(), job.aside());
    mounts::arrange(&View { places, services: &services, git, aside, online: job.online })?;
    mounts::fresh_proc()?;
    if let Some(owner) = job.owner {
        owner.become_it()?;
        namespaces::end_with_parent()?;
    }
    Ok(group)
}

fn limit(resource: Resource, value: Option<u64>) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    let most = rustix::process::getrlimit(resource).maximum.map_or(value, |most| most.min(value));
    rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
        .with_context(|| format!("cannot set the limit {resource:?}"))
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
    while matches!(poll(&mut fds, Some(&REAP)), Ok(0) | Err(rustix::io::Errno::INTR)) {
        sweep::reap_orphans(pid);
    }
    if fds[0].revents().is_empty() {
        let _ = rustix::process::kill_process_group(pid, Signal::TERM);
        let _ = poll(&mut [ended], Some(&POLITELY));
    }
    let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    let status = child.wait().context("cannot wait for the child")?;
    sweep::end(pid, &[]);
    Ok(status)
}
