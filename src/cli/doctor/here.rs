//! This machine: variables, proxies, disk, kernel, sandbox, our own binary.

use super::super::Door;
use super::{Checkup, fine, missing, unknown};
use crate::process::{self, Gap, Tier};
use std::path::Path;

/// What GitHub's runner sets, and what stops without it.
const VARIABLES: &[(&str, &str)] = &[
    ("GITHUB_EVENT_NAME", "the event is guessed from its payload"),
    ("GITHUB_EVENT_PATH", "there is no event to act on"),
    ("GITHUB_REPOSITORY", "the repository is not known: nothing on GitHub can be asked"),
    ("GITHUB_API_URL", "api.github.com is asked, also on GitHub Enterprise"),
    ("GITHUB_SERVER_URL", "links and checkouts go to github.com, also on GitHub Enterprise"),
    ("GITHUB_WORKSPACE", "the job's own checkout is not known"),
    ("GITHUB_RUN_ID", "attempts cannot be told apart in the ledger, and retries do not work"),
    ("GITHUB_RUN_ATTEMPT", "every attempt takes itself for the first"),
    ("GITHUB_JOB", "two jobs of one run cannot be told apart in the ledger"),
    ("GITHUB_OUTPUT", "the step has no outputs"),
    ("GITHUB_STEP_SUMMARY", "the run has no summary"),
    ("RUNNER_TEMP", "the system's temporary folder is used, which later steps do not look into"),
];
/// Landlock's first kernel.
const OLDEST_KERNEL: (u32, u32) = (5, 13);
const GIGABYTE: u64 = 1 << 30;

pub fn check(door: &Door) -> Vec<Checkup> {
    let mut found = variables(door);
    found.extend(proxies(door));
    found.extend(binary(door));
    found.push(disk(door));
    found.extend(kernel());
    found.push(sandbox(process::tier()));
    found
}

fn variables(door: &Door) -> Vec<Checkup> {
    if !door.env.in_actions() {
        return vec![fine("outside GitHub Actions: `run` has no event here; `heal`, `fix` and `demo` need none")];
    }
    let unset = VARIABLES.iter().filter(|(name, _)| door.env.get(name).is_none());
    let mut found: Vec<Checkup> = unset
        .map(|(name, without)| missing(format!("{name} is not set"), without, format!("pass {name} on to this step")))
        .collect();
    let event = door.env.path("GITHUB_EVENT_PATH");
    if let Some(path) = event.filter(|path| !path.is_file()) {
        let mend = "in a container, mount the runner's folders as GitHub's own `container:` does";
        found.push(missing(
            format!("GITHUB_EVENT_PATH: there is no {}", path.display()),
            "there is no event to act on",
            mend,
        ));
    }
    if found.is_empty() {
        found.push(fine("GitHub's variables are set"));
    }
    found
}

/// The value may hold a password, so only the name is told.
fn proxies(door: &Door) -> Option<Checkup> {
    let names =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];
    let set: Vec<&str> = names.into_iter().filter(|name| door.env.get(name).is_some()).collect();
    (!set.is_empty()).then(|| fine(format!("requests to GitHub honour {}", set.join(", "))))
}

fn binary(door: &Door) -> Option<Checkup> {
    let path = door.env.path("THANOS_FIX_BIN")?;
    let usable = process::find_program(&path, "".as_ref()).is_some_and(|found| found.is_absolute());
    Some(if usable {
        fine(format!("THANOS_FIX_BIN: {} is used in place of a release", path.display()))
    } else {
        let what = format!("THANOS_FIX_BIN: {} is not the absolute path of a program", path.display());
        missing(what, "the Action stops at once", "build it before (cargo build --release), or unset THANOS_FIX_BIN")
    })
}

fn disk(door: &Door) -> Checkup {
    let place = door.env.path("RUNNER_TEMP").unwrap_or_else(std::env::temp_dir);
    judge_disk(&place, free_space(&place))
}

fn free_space(place: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(place).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn judge_disk(place: &Path, free: Option<u64>) -> Checkup {
    let place = place.display();
    match free {
        Some(free) if free < GIGABYTE => missing(
            format!("only {} MB are free in {place}", free >> 20),
            "checkouts and builds of the repository fail",
            "free some in an earlier step, or take a runner with a larger disk",
        ),
        Some(_) => fine(format!("at least 1 GB is free in {place}")),
        None => missing(
            format!("the temporary folder {place} cannot be read"),
            "there is no place for the checkout",
            "set RUNNER_TEMP (outside Actions: TMPDIR) to a folder that can be written",
        ),
    }
}

fn kernel() -> Option<Checkup> {
    let name = rustix::system::uname();
    judge_kernel(&name.release().to_string_lossy())
}

fn judge_kernel(release: &str) -> Option<Checkup> {
    let mut numbers = release.split(['.', '-']).map(|part| part.parse::<u32>().ok());
    let version = (numbers.next()??, numbers.next()??);
    (version < OLDEST_KERNEL).then(|| {
        missing(
            format!("the kernel {release} has no Landlock"),
            "repository code cannot be fenced in, and so is not run in Actions",
            "use Linux 5.13 or newer, such as ubuntu-latest",
        )
    })
}

fn sandbox(tier: Tier) -> Checkup {
    let what = format!("sandbox: {}", tier.describe(process::Network::Off));
    match tier {
        Tier::Namespaces => fine(what),
        Tier::None => missing(
            "no sandbox works here",
            "the repository's code is not run",
            "use a Linux runner with Landlock (kernel 5.13 or newer), or set `sandbox: off` in .github/thanos.yml",
        ),
        Tier::Landlock | Tier::WriteLimits => unknown(
            what,
            &format!("tests that need localhost fail, and the command could {}", texts(&tier.gaps())),
            "allow user namespaces (sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 in an earlier \
             step; in Docker --security-opt seccomp=unconfined), or set `sandbox: light` in .github/thanos.yml",
        ),
    }
}

fn texts(gaps: &[Gap]) -> String {
    gaps.iter().map(|gap| gap.text).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn little_disk_an_old_kernel_and_no_sandbox_are_missing() {
        let temp = Path::new("/tmp");
        for (free, state) in [(Some(GIGABYTE - 1), State::Missing), (Some(GIGABYTE), State::Ok), (None, State::Missing)]
        {
            assert_eq!(judge_disk(temp, free).state, state, "{free:?}");
        }
        for (release, old) in
            [("5.10.0-28-amd64", true), ("4.4.0", true), ("5.13.0", false), ("6.1.0-x", false), ("odd", false)]
        {
            assert_eq!(judge_kernel(release).is_some(), old, "{release}");
        }
        assert_eq!(sandbox(Tier::None).state, State::Missing);
        assert_eq!(sandbox(Tier::Landlock).state, State::Unknown);
    }
}
