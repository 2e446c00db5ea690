//! One child from start to end: a single loop over its pipes and its process descriptor, so that its end
//! is noticed at once and nothing that it does with its pipes can block us.

use super::keep::Keep;
use super::{Finished, LimitHit, Spec, environment, sweep};
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open};
use std::ffi::OsStr;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often a request to cancel is looked for.
const TICK: Duration = Duration::from_millis(20);
/// How long a killed child's pipes may take to close before they are given up.
const DRAIN: Duration = Duration::from_millis(500);
/// Output beyond this is no log any more.
const FLOOD: usize = 4 << 30;

pub fn run(spec: &Spec) -> Result<Finished> {
    sweep::become_reaper();
    let started = Instant::now();
    let program = match resolve(spec) {
        Ok(program) => program,
        Err((exit, sentence)) => return Ok(not_started(exit, &sentence)),
    };
    let mut child = match sweep::register(|| command(spec, &program).spawn()) {
        Ok(child) => child,
        Err(error) => return Ok(not_started(126, &format!("cannot start {}: {error}", program.display()))),
    };
    let mut streams = Streams::new(spec, &mut child)?;
    let limit = watch(spec, &mut child, &mut streams, started);
    let status = finish(&mut child, &mut streams)?;
    Ok(streams.into_finished(status, limit?, started))
}

/// The program as the child would find it: relative names against its directory, bare ones on its `PATH`.
fn resolve(spec: &Spec) -> std::result::Result<PathBuf, (i32, String)> {
    let name = spec.argv.first().map(String::as_str).unwrap_or_default();
    if !spec.cwd.is_dir() {
        return Err((126, format!("cannot run {name}: directory {} does not exist", spec.cwd.display())));
    }
    let path = spec.env.iter().find(|(key, _)| key == "PATH").map(|(_, value)| value.as_os_str());
    let sought = if name.contains('/') { spec.cwd.join(name).into_os_string() } else { name.into() };
    environment::find_program(sought, path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin")))
        .ok_or_else(|| (127, format!("{name}: command not found")))
}

fn not_started(exit: i32, sentence: &str) -> Finished {
    let text = format!("{sentence}\n").into_bytes();
    Finished {
        exit: Some(exit),
        signal: None,
        limit: None,
        stdout: Vec::new(),
        stderr: text.clone(),
        combined: text,
        truncated: false,
        seconds: 0.0,
        tier: "not started",
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the room that starts children")]
fn command(spec: &Spec, program: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command.arg0(&spec.argv[0]).args(&spec.argv[1..]).current_dir(spec.cwd);
    command.env_clear().envs(spec.env.iter().map(|(key, value)| (key, value)));
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if spec.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    command
}

/// Our ends of the child's pipes; `None` once closed.
struct Streams<'a> {
    spec: &'a Spec<'a>,
    pipes: [Option<std::fs::File>; 2],
    kept: [Keep; 2],
    combined: Keep,
    stdin: Option<std::fs::File>,
    rest: &'a [u8],
    buffer: Vec<u8>,
}

impl<'a> Streams<'a> {
    fn new(spec: &'a Spec<'a>, child: &mut Child) -> Result<Self> {
        let out = child.stdout.take().map(OwnedFd::from);
        let err = child.stderr.take().map(OwnedFd::from);
        let stdin = child.stdin.take().map(OwnedFd::from);
        let keep = || Keep::new(spec.limits.output_bytes);
        Ok(Self {
            spec,
            pipes: [open(out)?, open(err)?],
            kept: [keep(), keep()],
            combined: keep(),
            stdin: open(stdin)?,
            rest: spec.stdin.unwrap_or_default(),
            buffer: vec![0; 64 << 10],
        })
    }

    /// Waits for something to happen, at most `timeout`; true when the child has ended.
    fn step(&mut self, pidfd: Option<&OwnedFd>, timeout: Duration) -> Result<bool> {
        let mut fds = Vec::with_capacity(4);
        let mut whose = Vec::with_capacity(4);
        for (which, pipe) in self.pipes.iter().enumerate() {
            if let Some(pipe) = pipe {
                fds.push(PollFd::new(pipe, PollFlags::IN));
                whose.push(which);
            }
        }
        if let Some(stdin) = &self.stdin {
            fds.push(PollFd::new(stdin, PollFlags::OUT));
            whose.push(2);
        }
        if let Some(pidfd) = pidfd {
            fds.push(PollFd::new(pidfd, PollFlags::IN));
            whose.push(3);
        }
        let timeout = Timespec::try_from(timeout).context("limit out of range")?;
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot wait for a child"),
        }
        let ready: Vec<usize> =
            fds.iter().zip(whose).filter(|(fd, _)| !fd.revents().is_empty()).map(|(_, which)| which).collect();
        drop(fds);
        for which in ready.iter().filter(|which| **which < 2) {
            self.read(*which);
        }
        if ready.contains(&2) {
            self.feed();
        }
        Ok(ready.contains(&3))
    }

    fn read(&mut self, which: usize) {
        let Some(pipe) = &mut self.pipes[which] else { return };
        match pipe.read(&mut self.buffer) {
            Ok(n) if n > 0 => {
                let bytes = &self.buffer[..n];
                self.kept[which].push(bytes);
                self.combined.push(bytes);
                if let Some(tell) = self.spec.on_output {
                    tell(bytes);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            _ => self.pipes[which] = None,
        }
    }

    fn feed(&mut self) {
        let Some(stdin) = &mut self.stdin else { return };
        match stdin.write(self.rest) {
            Ok(n) => self.rest = &self.rest[n..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return,
            Err(_) => self.rest = &[],
        }
        if self.rest.is_empty() {
            self.stdin = None;
        }
    }

    fn into_finished(self, status: ExitStatus, limit: Option<LimitHit>, started: Instant) -> Finished {
        let [out, err] = self.kept;
        let ((stdout, cut_out), (stderr, cut_err)) = (out.finish(), err.finish());
        let (combined, cut) = self.combined.finish();
        Finished {
            exit: status.code(),
            signal: status.signal(),
            limit,
            stdout,
            stderr,
            combined,
            truncated: cut_out || cut_err || cut,
            seconds: started.elapsed().as_secs_f64(),
            tier: "none",
        }
    }
}

/// A blocking pipe end could hang us; these never do.
fn open(fd: Option<OwnedFd>) -> Result<Option<std::fs::File>> {
    let Some(fd) = fd else { return Ok(None) };
    let flags = fcntl_getfl(fd.as_fd()).context("cannot read a pipe's flags")?;
    fcntl_setfl(fd.as_fd(), flags | OFlags::NONBLOCK).context("cannot set a pipe's flags")?;
    Ok(Some(std::fs::File::from(fd)))
}

/// Passes output along until the child ends or a limit is hit, which is returned.
fn watch(spec: &Spec, child: &mut Child, streams: &mut Streams, started: Instant) -> Result<Option<LimitHit>> {
    let pidfd = pidfd_open(pid(child), PidfdFlags::empty()).context("cannot watch a child")?;
    loop {
        if spec.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Ok(Some(LimitHit::Cancelled));
        }
        let left = spec.limits.wall.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Ok(Some(LimitHit::Wall));
        }
        if streams.combined.total() > FLOOD {
            return Ok(Some(LimitHit::Output));
        }
        let timeout = if spec.cancel.is_some() { left.min(TICK) } else { left };
        if streams.step(Some(&pidfd), timeout)? {
            return Ok(None);
        }
    }
}

/// Ends the child and its offspring, then takes what is still in the pipes.
fn finish(child: &mut Child, streams: &mut Streams) -> Result<ExitStatus> {
    let pid = pid(child);
    // Before the wait: until then the number cannot belong to anybody else.
    let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    let status = child.wait().context("cannot wait for a child")?;
    sweep::end(pid);
    streams.stdin = None;
    let deadline = Instant::now() + DRAIN;
    while streams.pipes.iter().any(Option::is_some) && Instant::now() < deadline {
        streams.step(None, deadline - Instant::now())?;
    }
    Ok(status)
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}
