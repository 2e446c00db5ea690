//! Ends what a finished child left behind. As a child subreaper we inherit every orphan, double forks too.

use super::tree;
use rustix::process::{Pid, Signal, WaitOptions};
use std::collections::BTreeSet;
use std::sync::{Mutex, Once, PoisonError};

/// The children that some run is waiting for; all other children of ours are orphans.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
static REAPER: Once = Once::new();

/// A fork storm is killed generation by generation; this many is far beyond any honest program.
const GENERATIONS: usize = 2000;

/// From now on orphans come to us. Must precede the first child.
pub fn become_reaper() {
    REAPER.call_once(|| {
        let ours = rustix::process::getpid();
        if let Err(error) = rustix::process::set_child_subreaper(Some(ours)) {
            tracing::warn!(%error, "orphans of children cannot be collected");
        }
    });
}

/// Starts a child with the table locked: no sweep may see it before it is in the table.
pub fn register(start: impl FnOnce() -> std::io::Result<std::process::Child>) -> std::io::Result<std::process::Child> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let child = start()?;
    running.insert(child.id().cast_signed());
    Ok(child)
}

/// Forgets a child that was waited for elsewhere and can have left nothing.
pub fn forget(child: &std::process::Child) {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&child.id().cast_signed());
}

/// Forgets a finished child and kills the orphans it left: those of its process group and those that hold one
/// of its pipes. While other runs are active, other orphans cannot be told from theirs; the last of them ends
/// them.
pub fn end(child: Pid, pipes: &[u64]) {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.remove(&child.as_raw_nonzero().get());
    for _ in 0..GENERATIONS {
        let alone = running.is_empty();
        let orphans: Vec<Pid> = tree::children("self")
            .into_iter()
            .filter(|pid| !running.contains(pid))
            .filter_map(Pid::from_raw)
            .filter(|pid| is_left_by(child, *pid, alone) || holds(*pid, pipes))
            .collect();
        if orphans.is_empty() {
            return;
        }
        orphans.into_iter().for_each(kill_and_reap);
    }
}

/// Collects the dead that are nobody's but ours; `child`, whom somebody waits for, is left.
pub fn reap_orphans(child: Pid) {
    for pid in tree::children("self").into_iter().filter_map(Pid::from_raw).filter(|pid| *pid != child) {
        let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

/// A process in our own group was started by somebody else in this program: our children get groups of their own.
fn is_left_by(child: Pid, pid: Pid, alone: bool) -> bool {
    let group = rustix::process::getpgid(Some(pid));
    group == Ok(child) || (alone && group != Ok(rustix::process::getpgrp()))
}

fn holds(pid: Pid, pipes: &[u64]) -> bool {
    let links = std::fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).into_iter().flatten().flatten();
    let names: Vec<String> = pipes.iter().map(|inode| format!("pipe:[{inode}]")).collect();
    links
        .filter_map(|link| std::fs::read_link(link.path()).ok())
        .any(|to| names.iter().any(|name| to.as_os_str() == name.as_str()))
}

fn kill_and_reap(pid: Pid) {
    let _ = rustix::process::kill_process(pid, Signal::KILL);
    let _ = rustix::process::waitpid(Some(pid), WaitOptions::empty());
}
