//! What the sandbox costs: `true` started plainly and in each sandbox, in turn: `cargo bench --bench sandbox`; the
//! weaker tier with `-- landlock`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first surprise and prints")]
#![allow(clippy::disallowed_methods, reason = "what is compared with is a plain start")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thanos_fix::process::{self, Limits, Sandbox, Spec};

const ROUNDS: usize = 300;

fn main() {
    if std::env::args().any(|word| word == "landlock") {
        refuse_mounts();
    }
    let helper = std::env::var_os("THANOS_FIX_BIN").map(PathBuf::from);
    process::set_helper(&helper.unwrap_or_else(|| env!("CARGO_BIN_EXE_thanos-fix").into()));
    println!("tier: {}", process::tier().describe(process::Network::Off));
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("tree/.git")).unwrap();
    std::fs::create_dir_all(dir.path().join("tmp")).unwrap();
    let kinds =
        [("off", Sandbox::Off), ("light", Sandbox::Light), ("full", Sandbox::Full), ("set-up", Sandbox::Install)];
    let mut times = vec![Vec::new(); kinds.len() + 1];
    for _ in 0..ROUNDS {
        times[0].push(timed(|| assert!(std::process::Command::new("/bin/true").status().unwrap().success())));
        for (at, (_, sandbox)) in kinds.iter().enumerate() {
            times[at + 1].push(timed(|| confined(dir.path(), *sandbox)));
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    println!("plain start {:6.2} ms", medians[0]);
    for ((name, _), median) in kinds.iter().zip(&medians[1..]) {
        println!("{name:11} {median:6.2} ms, {:.2} ms over it", median - medians[0]);
    }
}

fn timed(act: impl FnOnce()) -> Duration {
    let began = Instant::now();
    act();
    began.elapsed()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
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
