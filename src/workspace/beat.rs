//! A sign of life: while a tree is open, the time of one file moves on twice a second. After a kill it tells
//! the next start until when a change can have been ours; a later one is somebody else's.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

const EVERY: Duration = Duration::from_millis(500);
/// A beat, the two seconds in which what we started dies with us, and as much again for a busy machine.
pub const GRACE: Duration = Duration::from_secs(4);

/// Dropping it ends the beating and leaves the last beat.
pub struct Beat {
    path: PathBuf,
    /// Of the process before this one; `None` where it ended well or is older than the beat.
    last: Option<Duration>,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Beat {
    pub fn open(path: &Path) -> Self {
        let last = path.metadata().and_then(|meta| meta.modified()).ok().map(since_epoch);
        Self { path: path.to_owned(), last, thread: None }
    }

    /// Whether this time is too late for the killed process. A time to come is the user's, too: the clock
    /// was set back since, and nothing may be lost to that.
    pub fn ended_before(&self, time: Duration) -> bool {
        let now = since_epoch(SystemTime::now());
        self.last.is_some_and(|last| time > last + GRACE || time > now)
    }

    pub fn start(&mut self) -> Result<()> {
        let file = File::create(&self.path).with_context(|| format!("cannot open {}", self.path.display()))?;
        let beat = move || drop(file.set_modified(SystemTime::now()));
        beat();
        let (stop, stopped) = channel();
        let work = move || {
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                beat();
            }
        };
        let thread =
            std::thread::Builder::new().name("beat".to_owned()).spawn(work).context("cannot start a thread")?;
        self.thread = Some((stop, thread));
        Ok(())
    }

    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
    }

    #[cfg(test)]
    pub fn stop_at(&mut self, time: SystemTime) {
        self.stop();
        File::options().write(true).open(&self.path).and_then(|file| file.set_modified(time)).unwrap();
    }

    /// For an end that leaves nothing to put back.
    pub fn forget(&mut self) {
        self.stop();
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.stop();
    }
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
