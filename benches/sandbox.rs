//! What the sandbox costs: `true` started plainly and in each sandbox, in turn: `cargo bench --bench sandbox`; the
//! weaker tier with `-- landlock`, more or fewer rounds with a number. Without a quiet machine the clock tells of the
//! neighbours too, the processor time hardly.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first surprise and prints")]
#![allow(clippy::disallowed_methods, reason = "what is compared with is a plain start")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use thanos_fix::process::{self, Limits, Sandbox, Spec};

const ROUNDS: usize = 500;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if words.iter().any(|word| word == "landlock") {
        refuse_mounts();
    }
    let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(ROUNDS);
    let helper = std::env::var_os("THANOS_FIX_BIN").map(PathBuf::from);
    process::set_helper(&helper.unwrap_or_else(|| env!("CARGO_BIN_EXE_thanos-fix").into()));
    println!("tier: {}", process::tier().describe(process::Network::Off));
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("tree/.git")).unwrap();
    std::fs::create_dir_all(dir.path().join("tmp")).unwrap();
    let kinds =
        [("off", Sandbox::Off), ("light", Sandbox::Light), ("full", Sandbox::Full), ("set-up", Sandbox::Install)];
    let mut costs = vec![Vec::new(); kinds.len() + 1];
    for _ in 0..rounds {
        costs[0].push(cost(|| assert!(std::process::Command::new("/bin/true").status().unwrap().success())));
        for (at, (_, sandbox)) in kinds.iter().enumerate() {
            costs[at + 1].push(cost(|| confined(dir.path(), *sandbox)));
        }
    }
    let plain = Cost::median(&costs[0]);
    println!("medians of {rounds} starts in turn, load {}", load());
    println!("plain start {:6.2} ms by the clock, {:5.2} ms of processor time", plain.clock, plain.processor);
    for ((name, _), costs) in kinds.iter().zip(&costs[1..]) {
        let of = Cost::median(costs);
        let (clock, processor) = (of.clock - plain.clock, of.processor - plain.processor);
        println!(
            "{name:11} {:6.2} ms by the clock, {clock:5.2} ms over it; {:5.2} ms of processor time, {processor:5.2} ms \
             over it",
            of.clock, of.processor
        );
    }
}

/// Of one start, in milliseconds.
#[derive(Clone, Copy)]
struct Cost {
    clock: f64,
    /// Of this process and all it started.
    processor: f64,
}

impl Cost {
    fn median(costs: &[Cost]) -> Cost {
        let middle = |of: fn(&Cost) -> f64| {
            let mut all: Vec<f64> = costs.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Cost { clock: middle(|cost| cost.clock), processor: middle(|cost| cost.processor) }
    }
}

fn cost(act: impl FnOnce()) -> Cost {
    let (began, used) = (Instant::now(), processor());
    act();
    Cost { clock: began.elapsed().as_secs_f64() * 1000.0, processor: processor() - used }
}

fn processor() -> f64 {
    [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN].into_iter().map(used).sum()
}

#[expect(unsafe_code, reason = "no crate of ours asks this")]
fn used(whose: libc::c_int) -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the call fills what it is given; all zeros are a value too.
    let usage = unsafe {
        libc::getrusage(whose, usage.as_mut_ptr());
        usage.assume_init()
    };
    let milliseconds = |time: libc::timeval| time.tv_sec as f64 * 1000.0 + time.tv_usec as f64 / 1000.0;
    milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn confined(dir: &Path, sandbox: Sandbox) {
    let done = process::run(&Spec {
        argv: &["/bin/true".into()],
        cwd: &dir.join("tree"),
        env: &[("TMPDIR".into(), dir.join("tmp").into()), ("HOME".into(), "/root".into())],
        stdin: None,
        // As the heal stage limits it.
        limits: Limits {
            memory_bytes: Some(8 << 30),
            processes: Some(4096),
            disk_bytes: Some(20 << 30),
            ..Limits::default()
        },
        sandbox,
        writable: &[dir.join("tree"), dir.join("tmp")],
        hosts: &[],
        git: None,
        aside: None,
        hidden: &[],
        cancel: None,
        on_output: None,
    });
    assert!(done.unwrap().success());
}

/// As a container without privileges does it.
fn refuse_mounts() {
    let refused = seccompiler::SeccompAction::Errno(1);
    let rules = [(libc::SYS_mount, Vec::new())].into_iter().collect();
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = seccompiler::SeccompFilter::new(rules, seccompiler::SeccompAction::Allow, refused, arch).unwrap();
    let program: seccompiler::BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
}
