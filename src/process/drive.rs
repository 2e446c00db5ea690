//! One child from start to end: a single loop over its pipes and its process descriptor, so that its end
//! is noticed at once.

use super::door::Door;
use super::job::Answer;
use super::launch::{self, NotStarted, Started};
use super::streams::Streams;
use super::watch::Watch;
use super::{Finished, LimitHit, Spec, Tier, sweep, tree};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// How long the helper may take to end everything before it is ended itself.
const GRACE: Duration = Duration::from_secs(4);
/// How long a killed child's pipes may take to close before they are given up.
const DRAIN: Duration = Duration::from_millis(500);

pub fn run(spec: &Spec, door: Option<&Door>) -> Result<Finished> {
    sweep::become_reaper();
    let began = Instant::now();
    let (mut started, input) = match launch::start(spec, door)? {
        Ok(started) => started,
        Err(reason) => return Ok(not_started(reason)),
    };
    let (streams, limit, status) = attend(spec, &mut started, input, began)?;
    let output = streams.into_output();
    let finished = Finished {
        exit: status.code(),
        signal: status.signal(),
        limit,
        stdout: output.stdout,
        stderr: output.stderr,
        combined: output.combined,
        truncated: output.truncated,
        seconds: began.elapsed().as_secs_f64(),
        tier: started.named,
        gaps: started.tier.gaps_with(door.is_some()),
    };
    match started.control.as_mut().map(Answer::read) {
        Some(answer) => answered(finished, answer),
        None => Ok(finished),
    }
}

/// The end as the helper saw it.
fn answered(finished: Finished, answer: Result<Answer>) -> Result<Finished> {
    match answer {
        Ok(Answer::Exit(code)) => Ok(Finished { exit: Some(code), signal: None, ..finished }),
        Ok(Answer::Signal(signal)) => Ok(Finished { exit: None, signal: Some(signal), ..finished }),
        Ok(Answer::OutOfMemory) => {
            Ok(Finished { exit: None, limit: finished.limit.or(Some(LimitHit::Memory)), ..finished })
        }
        Ok(Answer::NotStarted(sentence)) => Ok(not_started(NotStarted { exit: 126, sentence })),
        Ok(Answer::Refused(why)) => bail!("cannot confine the command: {why}"),
        // The child may kill its helper; that must never look like success.
        Err(_) => Ok(Finished { exit: None, signal: finished.signal.or(Some(Signal::KILL.as_raw())), ..finished }),
    }
}

fn not_started(reason: NotStarted) -> Finished {
    let text = format!("{}\n", reason.sentence).into_bytes();
    Finished {
        exit: Some(reason.exit),
        signal: None,
        limit: None,
        stdout: Vec::new(),
        stderr: text.clone(),
        combined: text,
        truncated: false,
        seconds: 0.0,
        tier: "not started",
        gaps: Vec::new(),
    }
}

/// Everything between start and end.
fn attend<'a>(
    spec: &'a Spec<'a>,
    started: &mut Started,
    input: Vec<u8>,
    began: Instant,
) -> Result<(Streams<'a>, Option<LimitHit>, ExitStatus)> {
    let pid = Pid::from_child(&started.child);
    let mut streams = open(spec, started, input)?;
    let inodes = streams.inodes();
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).context("cannot watch a child")?;
    let limit = watch(spec, pid, &pidfd, &mut streams, began);
    match limit {
        Ok(None) => {}
        // Who takes more than is there gets no time to take yet more.
        Ok(Some(LimitHit::Memory | LimitHit::Processes | LimitHit::Disk | LimitHit::Output)) => {
            end_at_once(started, pid, &pidfd, &mut streams);
        }
        _ => ask_to_end(started, &pidfd, &mut streams),
    }
    // Before the wait: until then the number cannot belong to anybody else.
    launch::kill(pid);
    let status = started.child.wait().context("cannot wait for a child")?;
    sweep::end(pid, &inodes);
    drain(&mut streams)?;
    Ok((streams, limit?, status))
}

fn open<'a>(spec: &'a Spec<'a>, started: &mut Started, input: Vec<u8>) -> Result<Streams<'a>> {
    let out = started.child.stdout.take().map(OwnedFd::from);
    let err = started.child.stderr.take().map(OwnedFd::from);
    let stdin = match &started.control {
        Some(control) => Some(OwnedFd::from(control.try_clone().context("cannot share a socket")?)),
        None => started.child.stdin.take().map(OwnedFd::from),
    };
    Streams::new(spec, [out, err], stdin, input)
}

/// Passes output along until the child ends or a limit is hit, which is returned.
fn watch(spec: &Spec, pid: Pid, pidfd: &OwnedFd, streams: &mut Streams, began: Instant) -> Result<Option<LimitHit>> {
    let mut watch = Watch::new(spec, pid, began);
    loop {
        if let Some(limit) = watch.limit_hit(streams) {
            return Ok(Some(limit));
        }
        if streams.step(Some(pidfd), watch.pause())? {
            return Ok(None);
        }
    }
}

/// With the first process of a process namespace all others end; elsewhere they are stopped before they are killed.
fn end_at_once(started: &Started, pid: Pid, pidfd: &OwnedFd, streams: &mut Streams) {
    match started.tier {
        Tier::Namespaces => tree::kill_downwards(pid),
        _ => tree::kill_below(pid),
    }
    ask_to_end(started, pidfd, streams);
}

/// Cuts the helper's lifeline and waits for it to have ended everything.
fn ask_to_end(started: &Started, pidfd: &OwnedFd, streams: &mut Streams) {
    streams.close_stdin();
    let Some(control) = &started.control else { return };
    let _ = control.shutdown(Shutdown::Write);
    let deadline = Instant::now() + GRACE;
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        if !matches!(streams.step(Some(pidfd), left), Ok(false)) {
            return;
        }
    }
}

/// Takes what is still in the pipes.
fn drain(streams: &mut Streams) -> Result<()> {
    streams.close_stdin();
    let deadline = Instant::now() + DRAIN;
    while let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|_| !streams.all_closed()) {
        streams.step(None, left)?;
    }
    Ok(())
}
