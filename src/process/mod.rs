//! The only room that starts children: argument vector, complete environment, limits, sandbox, and the
//! end of everything a child left behind.

mod cgroup;
mod credentials;
mod door;
mod drive;
mod environment;
mod fence;
mod helper;
mod job;
mod keep;
mod launch;
mod mounts;
mod namespaces;
mod places;
mod privileges;
mod proxy;
mod replace;
mod streams;
mod sweep;
mod syscalls;
mod tier;
mod tree;
mod watch;

pub use credentials::{git_settings, without_credentials};
pub use door::Door;
pub use environment::{base_env, find_program, names_credential, terminal_env};
pub use launch::set_helper;
pub use replace::{hide_memory, replace_self, take_handed_over};
pub use tier::{Gap, Network, Tier};
pub use watch::machine_memory;

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How much of the system a child may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// No network but localhost where the system lets us say so; credentials unreadable; writes only to
    /// [`Spec::writable`].
    Full,
    /// [`Sandbox::Full`] with the network on: for set-up that downloads and installs.
    Install,
    /// The network stays; only writing is limited.
    Light,
    Off,
}

#[derive(Debug, Clone)]
pub struct Limits {
    pub wall: Duration,
    /// Processor time of all processes together.
    pub cpu: Option<Duration>,
    /// What is kept of each stream: the head and the tail, half each.
    pub output_bytes: usize,
    /// Resident memory of all processes together. No limit of addresses: sanitizers reserve terabytes.
    pub memory_bytes: Option<u64>,
    /// At one time.
    pub processes: Option<u64>,
    /// Of a single file.
    pub file_bytes: Option<u64>,
    /// By how much the free space of a disk that can be written may shrink meanwhile.
    pub disk_bytes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(20 * 60),
            cpu: None,
            output_bytes: 8 << 20,
            memory_bytes: None,
            processes: None,
            file_bytes: Some(32 << 30),
            disk_bytes: None,
        }
    }
}

/// Told of every piece of output as it arrives.
pub type OnOutput<'a> = dyn Fn(&[u8]) + Sync + 'a;

#[derive(Clone)]
pub struct Spec<'a> {
    pub argv: &'a [String],
    pub cwd: &'a Path,
    /// The complete environment: the child gets this and nothing else.
    pub env: &'a [(OsString, OsString)],
    pub stdin: Option<&'a [u8]>,
    pub limits: Limits,
    pub sandbox: Sandbox,
    pub writable: &'a [PathBuf],
    /// Reached under [`Sandbox::Full`] through a proxy, where [`Tier::Namespaces`] is had: `name`, `*.name`,
    /// either with `:port`.
    pub hosts: &'a [String],
    /// Where [`Tier::Namespaces`] is had, the command may write to a repository in `writable` as it sees it: what it
    /// writes lies here. Without one, and where the kernel refuses, `.git` is read-only there.
    pub git: Option<&'a Layer>,
    /// One of `writable`. Where [`Tier::Namespaces`] is had, what the command writes to the others lies below it and
    /// nowhere else; where the kernel refuses that, they are read-only.
    pub aside: Option<&'a Path>,
    /// Unreadable under [`Sandbox::Full`] and [`Sandbox::Install`], beside the usual places of credentials;
    /// what is writable below stays reachable.
    pub hidden: &'a [PathBuf],
    pub cancel: Option<&'a AtomicBool>,
    pub on_output: Option<&'a OnOutput<'a>>,
}

/// What commands wrote to `.git`, which itself stays as it is. The folders exist, on one file system, and are below
/// something writable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// What is written goes here.
    pub upper: PathBuf,
    /// The kernel's own scratch, empty.
    pub work: PathBuf,
    /// What earlier commands wrote, seen and only read.
    pub lower: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitHit {
    Wall,
    Output,
    Memory,
    Cpu,
    Processes,
    Disk,
    Cancelled,
}

#[derive(Debug, Clone)]
pub struct Finished {
    pub exit: Option<i32>,
    pub signal: Option<i32>,
    pub limit: Option<LimitHit>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Both streams, line by line in order of arrival.
    pub combined: Vec<u8>,
    /// Something was left out of the middle of a stream.
    pub truncated: bool,
    pub seconds: f64,
    /// The sandbox that was in force, for people.
    pub tier: &'static str,
    /// What it could not stop.
    pub gaps: Vec<Gap>,
}

impl Finished {
    pub fn success(&self) -> bool {
        self.exit == Some(0) && self.limit.is_none()
    }

    /// Of a program that exists in a test alone.
    #[cfg(test)]
    pub fn imagined(exit: i32, stdout: &str) -> Self {
        Self {
            exit: Some(exit),
            signal: None,
            limit: None,
            stdout: stdout.into(),
            stderr: Vec::new(),
            combined: stdout.into(),
            truncated: false,
            seconds: 0.1,
            tier: "none",
            gaps: Vec::new(),
        }
    }
}

/// What [`Sandbox::Full`] gives here: found out once, by trying.
pub fn tier() -> Tier {
    strongest().unwrap_or(Tier::None)
}

/// The same, or why there is none.
pub fn strongest() -> Result<Tier, &'static str> {
    launch::full().as_ref().map(|(tier, _)| *tier).map_err(String::as_str)
}

/// The first statement of `main`: when this process was started as the sandbox helper, does that and never
/// returns. Otherwise this program is known to be able to be the helper.
///
/// What whoever started us left open is no child's: it may be a file that they must not read.
pub fn enter_helper_if_asked() {
    if std::env::args_os().nth(1).is_some_and(|word| word == helper::WORD) {
        helper::main();
    }
    set_helper(Path::new("/proc/self/exe"));
    close_on_exec();
}

/// All descriptors but the standard three; a kernel before 5.11 knows no such call and leaves them as they are.
fn close_on_exec() {
    const CLOSE_ON_EXEC: libc::c_uint = 4;
    #[expect(unsafe_code, reason = "nobody wraps the call")]
    // SAFETY: it takes three numbers and changes nothing but a flag of each descriptor.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3 as libc::c_uint, libc::c_uint::MAX, CLOSE_ON_EXEC)
    };
}

/// Runs a child to its end, and ends whatever it left behind. A command that cannot be started is a result
/// (exit 127 or 126 and a sentence in `stderr`), not an error.
pub fn run(spec: &Spec) -> anyhow::Result<Finished> {
    drive::run(spec, None)
}

/// The same with a door to one who is served from outside: the only way out of the sandbox. [`Spec::hosts`] have no
/// other one.
pub fn run_with_door(spec: &Spec, door: &Door) -> anyhow::Result<Finished> {
    drive::run(&Spec { hosts: &[], ..spec.clone() }, Some(door))
}
