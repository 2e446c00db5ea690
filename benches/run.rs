//! What `run` costs outside verification and the network, on a repository of 1,000 files:
//! `cargo bench --bench run [-- ROUNDS]`. The double stands in for GitHub, so the clock of the whole says little;
//! the processor time of our own processes does, and the clock of the heal stage.

#![allow(dead_code, unused_imports, reason = "the tests' own modules; their tests are not run here")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise and prints"
)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/e2e/look.rs"]
mod look;
#[path = "../tests/e2e/payload.rs"]
mod payload;
#[path = "../tests/e2e/project.rs"]
mod project;
#[path = "../tests/e2e/runner.rs"]
mod runner;

use common::doubles::Doubles;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

const FILES: usize = 1000;
/// So long is a tick of the kernel's clocks.
const TICK: f64 = 0.01;

fn main() {
    let rounds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(8);
    let mut runs: Vec<Run> = (0..rounds).map(|_| once()).collect();
    let mut median = |name: &str, unit: &str, of: fn(&Run) -> f64| {
        runs.sort_by(|a, b| of(a).total_cmp(&of(b)));
        let [first, middle, last] = [0, runs.len() / 2, runs.len() - 1].map(|at| of(&runs[at]));
        println!("{name:40} {middle:.3} {unit} ({first:.3} to {last:.3})");
    };
    println!("{rounds} runs, {FILES} files; medians");
    median("processor time of our processes", "s", |run| run.processor);
    median("heal by the clock, without verification", "s", |run| run.heal);
    median("largest process", "MB", |run| run.peak);
}

struct Run {
    processor: f64,
    heal: f64,
    peak: f64,
}

fn once() -> Run {
    let dir = project::shop(&[project::VERIFY]);
    for n in 0..FILES {
        let body: String = (0..60)
            .map(|m| format!("def step_{n}_{m}(value, limit=10):\n    return value + limit * {m}\n\n\n"))
            .collect();
        std::fs::create_dir_all(dir.path().join(format!("part{}", n % 40))).unwrap();
        std::fs::write(dir.path().join(format!("part{}/module_{n}.py", n % 40)), body).unwrap();
    }
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    let running = runner::Step::new(&world, "issues", &event).start();
    let (processor, peak) = watch(running.child.id());
    running.wait().expect(0, "fixed");
    let record = &look::records(&world)[0];
    let seconds = |key: &str| record["seconds"][key].as_f64().unwrap();
    Run { processor, heal: seconds("total") - seconds("verify"), peak }
}

/// Looks at every process of ours below `root` until it ends: processor seconds of all, megabytes of the largest.
fn watch(root: u32) -> (f64, f64) {
    let (mut ticks, mut peak) = (HashMap::new(), 0.0_f64);
    loop {
        let family = family(root);
        if family.is_empty() {
            return (ticks.values().sum::<f64>() * TICK, peak);
        }
        for pid in family {
            let Some(used) = ours(pid) else { continue };
            ticks.insert(pid, used);
            peak = peak.max(high_water(pid).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The process and its children's children, as long as it has not ended.
fn family(root: u32) -> Vec<u32> {
    let is_over = stat(root).is_none_or(|fields| fields[0] == "Z");
    let mut all = if is_over { Vec::new() } else { vec![root] };
    let mut next = 0;
    while let Some(pid) = all.get(next) {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|word| word.parse::<u32>().ok()));
        next += 1;
    }
    all
}

/// The clock ticks that it used, when it runs our program.
fn ours(pid: u32) -> Option<f64> {
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let name = Path::new(&program).file_name()?.to_str()?.to_owned();
    let fields = stat(pid).filter(|_| name == "thanos-fix" || name.starts_with("memfd:"))?;
    Some(fields[11].parse::<f64>().ok()? + fields[12].parse::<f64>().ok()?)
}

/// The fields of `/proc/PID/stat` behind the name.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}

fn high_water(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
