//! Looks from outside whether a running child keeps to its limits.

use super::streams::Streams;
use super::{LimitHit, Limits, Spec, tree};
use rustix::process::Pid;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often is looked, unless looking itself takes long.
const TICK: Duration = Duration::from_millis(20);
/// Looking takes about this part of the time, and is never put off for longer than that.
const SHARE: u32 = 20;
const LONGEST: Duration = Duration::from_millis(200);
/// Output beyond this is no log any more.
const FLOOD: usize = 4 << 30;
/// So much stays free whatever the limit: others need the disk too.
const RESERVE: u64 = 512 << 20;
/// The kernel may put off accounting for freed blocks; less is no sign of anything.
const NOISE: u64 = 16 << 20;

pub struct Watch<'a> {
    spec: &'a Spec<'a>,
    pid: Pid,
    began: Instant,
    disks: Vec<Disk>,
    next: Instant,
    pause: Duration,
}

/// A file system that the child can write to.
struct Disk {
    place: PathBuf,
    id: u64,
    free: u64,
}

impl<'a> Watch<'a> {
    pub fn new(spec: &'a Spec<'a>, pid: Pid, began: Instant) -> Self {
        let disks = if spec.limits.disk_bytes.is_some() { disks(spec.writable) } else { Vec::new() };
        Self { spec, pid, began, disks, next: began + TICK, pause: TICK }
    }

    /// How long may be waited before the next look.
    pub fn pause(&self) -> Duration {
        let left = self.spec.limits.wall.saturating_sub(self.began.elapsed());
        let Limits { memory_bytes, processes, cpu, disk_bytes, .. } = &self.spec.limits;
        let looks = memory_bytes.is_some() || processes.is_some() || cpu.is_some() || disk_bytes.is_some();
        match (self.spec.cancel.is_some(), looks) {
            (true, _) => left.min(TICK),
            (false, true) => {
                left.min(self.next.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
            }
            (false, false) => left,
        }
    }

    pub fn limit_hit(&mut self, streams: &Streams) -> Option<LimitHit> {
        if self.spec.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Some(LimitHit::Cancelled);
        }
        if streams.total() > FLOOD {
            return Some(LimitHit::Output);
        }
        if self.began.elapsed() >= self.spec.limits.wall {
            return Some(LimitHit::Wall);
        }
        let now = Instant::now();
        if now < self.next {
            return None;
        }
        let hit = self.used_up();
        self.pause = (now.elapsed() * SHARE).clamp(TICK, LONGEST);
        self.next = Instant::now() + self.pause;
        hit
    }

    fn used_up(&self) -> Option<LimitHit> {
        let Limits { memory_bytes, processes, cpu, disk_bytes, .. } = &self.spec.limits;
        if memory_bytes.is_some() || processes.is_some() || cpu.is_some() {
            let usage = tree::usage(self.pid, processes.unwrap_or(u64::MAX));
            if processes.is_some_and(|most| usage.processes > most) {
                return Some(LimitHit::Processes);
            }
            if memory_bytes.is_some_and(|most| usage.resident > most && tree::proportional(self.pid) > most) {
                return Some(LimitHit::Memory);
            }
            if cpu.is_some_and(|most| usage.cpu > most) {
                return Some(LimitHit::Cpu);
            }
        }
        let full = |most: u64| self.disks.iter().any(|disk| disk.is_used_up(most));
        disk_bytes.is_some_and(full).then_some(LimitHit::Disk)
    }
}

fn disks(writable: &[PathBuf]) -> Vec<Disk> {
    let mut found: Vec<Disk> = Vec::new();
    for place in writable {
        let Some((id, free)) = free(place) else { continue };
        if !found.iter().any(|disk| disk.id == id) {
            found.push(Disk { place: place.clone(), id, free });
        }
    }
    found
}

impl Disk {
    fn is_used_up(&self, most: u64) -> bool {
        let Some((_, now)) = free(&self.place) else { return false };
        let shrank = self.free.saturating_sub(now);
        shrank > NOISE && (shrank > most || now < RESERVE)
    }
}

/// The file system's number, and its free bytes.
fn free(place: &Path) -> Option<(u64, u64)> {
    let stat = rustix::fs::statvfs(place).ok()?;
    Some((stat.f_fsid, stat.f_bfree.saturating_mul(stat.f_frsize)))
}

/// What this machine has, or what its container may use of it.
pub fn machine_memory() -> Option<u64> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let total = total.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? << 10;
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| text.trim().parse::<u64>().ok());
    Some(limit.map_or(total, |limit| limit.min(total)))
}
