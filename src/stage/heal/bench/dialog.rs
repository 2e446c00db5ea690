//! A command that is talked with while it runs, confined like every other. What it is told goes through a named pipe, so
//! that who starts children needs to know nothing of it.

use super::Bench;
use crate::command::CommandLine;
use crate::hand::Dialog;
use crate::process::Finished;
use crate::workspace::Tree;
use anyhow::{Context as _, Result};
use rustix::fs::{CWD, FileType, mknodat};
use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// So long may it take to end after the last word.
const GRACE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

impl Bench<'_> {
    /// For people: what the last command was confined by.
    pub fn in_force(&self) -> Option<String> {
        self.in_force.borrow().clone()
    }

    pub fn note_sandbox(&self, done: &Finished) {
        let gaps: Vec<&str> = done.gaps.iter().map(|gap| gap.text).collect();
        *self.in_force.borrow_mut() = Some(crate::report::confinement(done.tier, &gaps));
    }

    /// Without the network; what it writes into the tree is undone. Its standard error is nobody's.
    pub(super) fn talk(&self, command: &CommandLine, limit: Duration, dialog: Dialog) -> Result<Finished> {
        let folder = tempfile::Builder::new().prefix("dialog-").tempdir_in(&self.job.scratch)?;
        let pipe = folder.path().join("in");
        mknodat(CWD, &pipe, FileType::Fifo, 0o600.into(), 0).context("cannot make a named pipe")?;
        // Open for both, so that neither side waits for the other; it ends when this end is closed.
        let mut to = File::options().read(true).write(true).open(&pipe)?;
        let script = "exec \"$@\" <\"$0\" 2>/dev/null";
        let argv = ["sh".to_owned(), "-c".to_owned(), script.to_owned(), pipe.to_string_lossy().into_owned()];
        let argv = argv.into_iter().chain(command.argv.iter().cloned());
        let command = CommandLine { argv: argv.collect(), ..command.clone() };
        let (sender, pieces) = mpsc::channel::<Vec<u8>>();
        let (over, stop) = (AtomicBool::new(false), self.cancel);
        let deadline = Instant::now() + limit;
        let is_over = || stop.load(Ordering::Relaxed) || Instant::now() >= deadline;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let from = Pieces { pieces, piece: Vec::new(), is_over: &is_over };
                let mut from = BufReader::new(from);
                dialog(&mut to, &mut from);
                drop(to);
                // Until it has ended by itself.
                let until = Instant::now() + GRACE;
                while Instant::now() < until && from.get_mut().next() {}
                over.store(true, Ordering::Relaxed);
            });
            let heard = |output: &[u8]| drop(sender.send(output.to_owned()));
            let done = self.protected_by(Tree::repair_whole, || {
                let root = self.tree.borrow().root().to_owned();
                self.spawn_as(&root, &command, None, limit, false, (&over, &heard))
            });
            drop(sender);
            done
        })
    }
}

/// What the command says, as it comes.
struct Pieces<'a> {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    is_over: &'a (dyn Fn() -> bool + Sync),
}

impl Pieces<'_> {
    /// `false`: nothing more comes.
    fn next(&mut self) -> bool {
        loop {
            match self.pieces.recv_timeout(LOOK) {
                Ok(piece) => {
                    self.piece.extend(piece);
                    return true;
                }
                Err(RecvTimeoutError::Timeout) if !(self.is_over)() => {}
                Err(_) => return false,
            }
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.piece.is_empty() && !self.next() {
            return Ok(0);
        }
        let length = into.len().min(self.piece.len());
        into[..length].copy_from_slice(&self.piece[..length]);
        self.piece.drain(..length);
        Ok(length)
    }
}
