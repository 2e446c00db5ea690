//! A battery of attempts to escape the sandbox, run for real in both tiers, as root and as an ordinary user. Each
//! attempt has a twin that must succeed without the sandbox, so that a test that proves nothing fails.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod attempts;
mod bombs;
mod hosts;
mod world;

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use thanos_fix::process::{self, Sandbox, Tier};
use world::World;

/// Tells the inner process which tier it is about.
const INNER: &str = "THANOS_TEST_ESCAPE";
/// Where a copy of our binary lies, and a program that makes its user root.
const SHARED: &str = "THANOS_TEST_SHARED";
const SOMEBODY: &str = "54321";

#[expect(clippy::disallowed_methods, reason = "the test talks to itself in another process")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn shared() -> PathBuf {
    told(SHARED).unwrap().into()
}

fn suid_program() -> Option<PathBuf> {
    // Where root may do nothing new, this program makes nobody root even without a sandbox.
    let program = shared().join("suid-id");
    (program.exists() && told(INNER).as_deref() == Some("namespaces")).then_some(program)
}

#[test]
fn nothing_escapes_from_namespaces_as_root() {
    battery(true, Tier::Namespaces);
}

#[test]
fn nothing_escapes_from_namespaces_as_somebody() {
    battery(false, Tier::Namespaces);
}

#[test]
fn only_what_is_listed_escapes_from_landlock_as_root() {
    battery(true, Tier::Landlock);
}

#[test]
fn only_what_is_listed_escapes_from_landlock_as_somebody() {
    battery(false, Tier::Landlock);
}

/// Starts this program again as the user and in the surroundings that the tier is about.
fn battery(root: bool, tier: Tier) {
    let shared = Shared::new();
    let own = shared.dir.join("battery");
    let mut argv: Vec<String> = Vec::new();
    match (rustix::process::geteuid().is_root(), root) {
        (true, true) | (false, false) => {}
        (true, false) => {
            argv.extend(["setpriv", "--reuid", SOMEBODY, "--regid", SOMEBODY, "--clear-groups", "--"].map(String::from))
        }
        (false, true) if sudo() => argv.extend(["sudo", "-n"].map(String::from)),
        // As root it is tried where root runs the tests.
        (false, true) => return,
    }
    let word = if tier == Tier::Namespaces { "namespaces" } else { "landlock" };
    argv.extend(["env".into(), format!("{INNER}={word}"), format!("{SHARED}={}", shared.dir.display())]);
    argv.extend([own.to_str().unwrap().into(), "--exact".into(), "inner".into(), "--nocapture".into()]);
    #[expect(clippy::disallowed_methods, reason = "the battery must not be a child of the sandbox")]
    let done = std::process::Command::new(&argv[0]).args(&argv[1..]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

fn sudo() -> bool {
    #[expect(clippy::disallowed_methods, reason = "asks the system, outside any sandbox")]
    let asked = std::process::Command::new("sudo").args(["-n", "true"]).output();
    asked.is_ok_and(|done| done.status.success())
}

/// Where another user finds our programs.
struct Shared {
    dir: PathBuf,
}

impl Shared {
    fn new() -> Self {
        let ours = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let open = |dir: &Path| dir.ancestors().all(|above| above.metadata().unwrap().mode() & 0o001 != 0);
        // Not in a temporary folder: what lies there is out of the sandbox's sight.
        let place = if open(ours) { ours } else { Path::new("/opt") };
        let dir = tempfile::Builder::new().prefix("escape-").tempdir_in(place).unwrap().keep();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir(dir.join("services")).unwrap();
        std::fs::set_permissions(dir.join("services"), std::fs::Permissions::from_mode(0o777)).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_thanos-fix"), dir.join("thanos-fix")).unwrap();
        std::fs::copy(std::env::current_exe().unwrap(), dir.join("battery")).unwrap();
        if rustix::process::geteuid().is_root() {
            std::fs::copy("/usr/bin/id", dir.join("suid-id")).unwrap();
            std::fs::set_permissions(dir.join("suid-id"), std::fs::Permissions::from_mode(0o4755)).unwrap();
        }
        Self { dir }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Runs in a process of its own, started by the tests above.
#[test]
fn inner() {
    let Some(word) = told(INNER) else { return };
    process::set_helper(&shared().join("thanos-fix"));
    if word == "landlock" {
        refuse_mounts();
    }
    let tier = if word == "namespaces" { Tier::Namespaces } else { Tier::Landlock };
    assert_eq!(process::tier(), tier, "the wanted tier cannot be had here");
    let world = World::new();
    let mut wrong = Vec::new();
    for (sandbox, network) in [(Sandbox::Full, false), (Sandbox::Install, true)] {
        let mut gaps = BTreeSet::new();
        for attempt in world::attempts() {
            match (world.confined(attempt, sandbox), attempt.gap) {
                (true, Some(gap)) => _ = gaps.insert(gap),
                (out, _) if out != (network && attempt.network) => {
                    wrong.push(format!("{sandbox:?}: {}: {}", attempt.id, if out { "escaped" } else { "was stopped" }));
                }
                _ => {}
            }
        }
        let listed: BTreeSet<&str> = tier.gaps().iter().map(|gap| gap.id).collect();
        if gaps != listed {
            wrong.push(format!("{sandbox:?}: it cannot stop {gaps:?}, and says {listed:?}"));
        }
    }
    for attempt in world::attempts().filter(|attempt| !world.free(attempt)) {
        wrong.push(format!("the twin of {} does not get out: it proves nothing", attempt.id));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    bombs::all(&world);
}

/// As a container without privileges does it.
fn refuse_mounts() {
    let refused = seccompiler::SeccompAction::Errno(1);
    let rules = [(libc::SYS_mount, Vec::new())].into_iter().collect();
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = seccompiler::SeccompFilter::new(rules, seccompiler::SeccompAction::Allow, refused, arch).unwrap();
    let program: seccompiler::BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter_all_threads(&program).unwrap();
}
