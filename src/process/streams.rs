//! Our ends of a child's pipes. They never block: nothing that the child does with its own can hang us.

use super::Spec;
use super::keep::Keep;
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

const STDIN: usize = 2;
const ENDED: usize = 3;
/// A line that grows longer than this no longer waits for its end.
const LONG_LINE: usize = 64 << 10;

/// One of the two output streams.
struct Source {
    /// `None` once closed.
    pipe: Option<File>,
    kept: Keep,
    /// The line that has begun and not ended.
    begun: Vec<u8>,
}

pub struct Streams<'a> {
    spec: &'a Spec<'a>,
    sources: [Source; 2],
    combined: Keep,
    stdin: Option<File>,
    rest: Vec<u8>,
    written: usize,
    buffer: Vec<u8>,
}

/// What was kept of the output.
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub combined: Vec<u8>,
    pub truncated: bool,
}

impl<'a> Streams<'a> {
    pub fn new(spec: &'a Spec<'a>, pipes: [Option<OwnedFd>; 2], stdin: Option<OwnedFd>, rest: Vec<u8>) -> Result<Self> {
        let [out, err] = pipes;
        let keep = || Keep::new(spec.limits.output_bytes);
        let source = |pipe| Ok::<_, anyhow::Error>(Source { pipe: open(pipe)?, kept: keep(), begun: Vec::new() });
        Ok(Self {
            spec,
            sources: [source(out)?, source(err)?],
            combined: keep(),
            stdin: open(stdin)?,
            rest,
            written: 0,
            buffer: vec![0; 64 << 10],
        })
    }

    /// Waits for something to happen, at most `timeout`; true when the child has ended.
    pub fn step(&mut self, pidfd: Option<&OwnedFd>, timeout: Duration) -> Result<bool> {
        let ready = self.wait(pidfd, timeout)?;
        for which in &ready {
            match *which {
                STDIN => self.feed(),
                ENDED => {}
                which => self.read(which),
            }
        }
        Ok(ready.contains(&ENDED))
    }

    /// Which of the pipes 0 and 1, `STDIN` and `ENDED` are ready.
    fn wait(&self, pidfd: Option<&OwnedFd>, timeout: Duration) -> Result<Vec<usize>> {
        let outputs = self.sources.iter().enumerate().filter_map(|(at, s)| Some((at, s.pipe.as_ref()?.as_fd())));
        let mut fds: Vec<_> = outputs.map(|(at, fd)| (at, PollFd::from_borrowed_fd(fd, PollFlags::IN))).collect();
        fds.extend(self.stdin.as_ref().map(|fd| (STDIN, PollFd::new(fd, PollFlags::OUT))));
        fds.extend(pidfd.map(|fd| (ENDED, PollFd::new(fd, PollFlags::IN))));
        let (whose, mut fds): (Vec<_>, Vec<_>) = fds.into_iter().unzip();
        let timeout = Timespec::try_from(timeout).context("limit out of range")?;
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) => {
                Ok(whose.into_iter().zip(&fds).filter(|(_, fd)| !fd.revents().is_empty()).map(|(at, _)| at).collect())
            }
            Err(rustix::io::Errno::INTR) => Ok(Vec::new()),
            Err(error) => Err(error).context("cannot wait for a child"),
        }
    }

    fn read(&mut self, which: usize) {
        let source = &mut self.sources[which];
        let Some(pipe) = &mut source.pipe else { return };
        match pipe.read(&mut self.buffer) {
            Ok(n) if n > 0 => {
                let bytes = &self.buffer[..n];
                source.kept.push(bytes);
                source.combine(bytes, &mut self.combined);
                if let Some(tell) = self.spec.on_output {
                    tell(bytes);
                }
            }
            Err(error) if not_now(&error) => {}
            _ => source.pipe = None,
        }
    }

    fn feed(&mut self) {
        let Some(stdin) = &mut self.stdin else { return };
        let left = &self.rest[self.written..];
        match stdin.write(left) {
            Ok(n) => self.written += n,
            Err(error) if not_now(&error) => return,
            Err(_) => self.written = self.rest.len(),
        }
        if self.written == self.rest.len() {
            self.stdin = None;
        }
    }

    pub fn total(&self) -> usize {
        self.sources.iter().map(|source| source.kept.total()).sum()
    }

    pub fn all_closed(&self) -> bool {
        self.sources.iter().all(|source| source.pipe.is_none())
    }

    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// The numbers by which the system knows the pipes.
    pub fn inodes(&self) -> Vec<u64> {
        let pipes = self.sources.iter().filter_map(|source| source.pipe.as_ref());
        pipes.filter_map(|pipe| Some(rustix::fs::fstat(pipe).ok()?.st_ino)).collect()
    }

    pub fn into_output(mut self) -> Output {
        self.sources.iter().for_each(|source| self.combined.push(&source.begun));
        let [out, err] = self.sources;
        let ((stdout, cut_out), (stderr, cut_err)) = (out.kept.finish(), err.kept.finish());
        let (combined, cut) = self.combined.finish();
        Output { stdout, stderr, combined, truncated: cut_out || cut_err || cut }
    }
}

impl Source {
    /// Whole lines only: what a test prints must not fall into the line in which the other stream tells its result.
    fn combine(&mut self, bytes: &[u8], combined: &mut Keep) {
        let ended = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        let (lines, rest) = bytes.split_at(ended);
        if ended > 0 || self.begun.len() + rest.len() > LONG_LINE {
            combined.push(&self.begun);
            combined.push(lines);
            self.begun.clear();
        }
        self.begun.extend_from_slice(rest);
    }
}

fn not_now(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

fn open(fd: Option<OwnedFd>) -> Result<Option<File>> {
    let Some(fd) = fd else { return Ok(None) };
    let flags = fcntl_getfl(&fd).context("cannot read a pipe's flags")?;
    fcntl_setfl(&fd, flags | OFlags::NONBLOCK).context("cannot set a pipe's flags")?;
    Ok(Some(File::from(fd)))
}
