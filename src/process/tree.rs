//! What a child and all its offspring use together, and how they are ended all at once: the kernel's own limits
//! know single processes.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::time::Duration;

/// Of all processes of a tree.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub processes: u64,
    /// Resident bytes, pages that processes share counted for each.
    pub resident: u64,
    /// Processor time, with that of offspring that has ended.
    pub cpu: Duration,
}

/// Looks at every process of the tree, and no further when there are more than `most`.
pub fn usage(root: Pid, most: u64) -> Usage {
    let (mut pages, mut ticks, mut processes) = (0, 0, 0);
    walk(root, &mut |pid| {
        let (of_it, time) = pages_and_ticks(pid).unwrap_or_default();
        pages += of_it;
        ticks += time;
        processes += 1;
        processes <= most
    });
    let second = rustix::param::clock_ticks_per_second().max(1);
    let cpu = Duration::from_millis(ticks.saturating_mul(1000) / second);
    Usage { processes, resident: pages * rustix::param::page_size() as u64, cpu }
}

/// Resident bytes with shared pages shared out: dear, and asked only before somebody is ended for it.
pub fn proportional(root: Pid) -> u64 {
    let page = rustix::param::page_size() as u64;
    let mut bytes = 0;
    walk(root, &mut |pid| {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok();
        let shared_out = rollup.as_deref().and_then(pss);
        bytes += shared_out.unwrap_or_else(|| pages_and_ticks(pid).unwrap_or_default().0 * page);
        true
    });
    bytes
}

fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? << 10)
}

/// Kills everything below `root`, `root` itself not. What forks faster than it can be killed is stopped first:
/// nobody who is stopped forks.
pub fn kill_below(root: Pid) {
    const PASSES: usize = 1000;
    let own = root.as_raw_nonzero().get();
    let mut seen = BTreeSet::new();
    for _ in 0..PASSES {
        let before = seen.len();
        walk(root, &mut |pid| {
            if pid != own && seen.insert(pid) {
                signal(pid, Signal::STOP);
            }
            true
        });
        if seen.len() == before {
            break;
        }
    }
    kill_downwards(root);
}

/// Kills everything below `root`, parents first: the first process of a namespace takes the others with it.
pub fn kill_downwards(root: Pid) {
    let own = root.as_raw_nonzero().get();
    walk(root, &mut |pid| {
        if pid != own {
            signal(pid, Signal::KILL);
        }
        true
    });
}

fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// Parents before their children, until `tell` has heard enough; it hears of a process before its children are
/// asked for.
fn walk(root: Pid, tell: &mut dyn FnMut(i32) -> bool) {
    let mut pending = vec![root.as_raw_nonzero().get()];
    while let Some(pid) = pending.pop() {
        if !tell(pid) {
            return;
        }
        pending.extend(children(&pid.to_string()));
    }
}

/// The fields of `stat` that follow the name, which may hold anything.
fn pages_and_ticks(pid: i32) -> Option<(u64, u64)> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(stat: &str) -> Option<(u64, u64)> {
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let ticks = (11..15).map(number).sum::<Option<u64>>()?;
    Some((number(21)?, ticks))
}

/// The direct children of every thread of a process, which may be `self`.
pub fn children(process: &str) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 5 6 7 8 20 0 1 0 100 1000 42 18446744073709551615";
        assert_eq!(parse_stat(stat), Some((42, 26)));
        assert_eq!(parse_stat("7 (short) S 1"), None);
    }

    #[test]
    fn this_process_is_a_tree_of_at_least_one() {
        let own = rustix::process::getpid();
        let usage = usage(own, u64::MAX);
        assert!(usage.processes >= 1 && usage.resident > 1 << 20, "{usage:?}");
        assert!(proportional(own) > 1 << 20);
        assert_eq!(pss("Rss: 9 kB\nPss:   3 kB\n"), Some(3072));
    }
}
