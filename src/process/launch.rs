//! How a child is started: directly, or by the sandbox helper.

use super::door::{Attended, Door};
use super::job::{Answer, Job};
use super::privileges::Owner;
use super::proxy::{self, Proxy, Rules};
use super::{Network, Sandbox, Spec, Tier, environment, fence, helper, sweep};
use anyhow::{Context, Result, bail};
use rustix::net::{SendFlags, send};
use rustix::process::{Pid, Signal};
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

static HELPER: OnceLock<PathBuf> = OnceLock::new();

/// The first helper that is named stays.
pub fn set_helper(path: &Path) {
    name_posix_spawn();
    let _ = HELPER.set(path.to_owned());
}

/// The standard library starts children by `posix_spawn` where the C library has these two. A static program has only
/// what somebody names; without them every start copies the tables of our whole memory, and ours is large.
fn name_posix_spawn() {
    use std::hint::black_box;
    black_box(libc::gnu_get_libc_version as unsafe extern "C" fn() -> *const libc::c_char);
    black_box(
        libc::posix_spawn_file_actions_addchdir_np
            as unsafe extern "C" fn(*mut libc::posix_spawn_file_actions_t, *const libc::c_char) -> libc::c_int,
    );
}

/// What stands between us and the child.
pub struct Started {
    pub child: Child,
    /// Our end of the helper's lifeline.
    pub control: Option<UnixStream>,
    pub tier: Tier,
    /// The sandbox in force, for people.
    pub named: &'static str,
    /// Serves as long as the child runs.
    _proxy: Option<Proxy>,
    _door: Option<Attended>,
}

/// Whatever fails on our side, no child is left running.
impl Drop for Started {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = Pid::from_child(&self.child);
            kill(pid);
            let _ = self.child.wait();
            sweep::end(pid, &[]);
        }
    }
}

/// The child and its group: a helper that has only just begun has none yet.
pub fn kill(pid: Pid) {
    let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    let _ = rustix::process::kill_process(pid, Signal::KILL);
}

/// A command that cannot be started: how a shell would answer.
pub struct NotStarted {
    pub exit: i32,
    pub sentence: String,
}

/// Starts the child; the second value is what must be written to its standard input.
pub fn start(spec: &Spec, door: Option<&Door>) -> Result<Result<(Started, Vec<u8>), NotStarted>> {
    let (tier, means) = tier_for(spec.sandbox)?;
    let listed = spec.sandbox == Sandbox::Full && !spec.hosts.is_empty();
    let named = tier.describe(match spec.sandbox {
        Sandbox::Install => Network::On,
        _ if door.is_some() => Network::Door,
        _ if listed => Network::Listed,
        _ => Network::Off,
    });
    let program = match resolve(spec) {
        Ok(program) => program,
        Err(reason) => return Ok(Err(reason)),
    };
    // Without a sandbox too: the helper ends everything when we are killed, and tells one run's orphans from
    // another's. Programs that are no helper themselves (tests) do without.
    if tier != Tier::None || HELPER.get().is_some() {
        let mut job = Job::new(spec, &program, tier, door.map(Door::port)).of(means.owner()).encode()?;
        let (child, control, told) = start_helper(means, true, &job)?;
        job.drain(..told);
        let mut started = Started { child, control: Some(control), tier, named, _proxy: None, _door: None };
        started._door = match (door, &started.control) {
            (Some(door), Some(control)) => Some(door.attend(control)?),
            _ => None,
        };
        if let Some(control) = started.control.as_ref().filter(|_| listed && tier == Tier::Namespaces) {
            started._proxy = Some(proxy::serve(control, Rules::new(spec.hosts, spec.env))?);
        }
        return Ok(Ok((started, job)));
    }
    match sweep::register(|| direct(spec, &program).spawn()) {
        Ok(child) => Ok(Ok((
            Started { child, control: None, tier, named, _proxy: None, _door: None },
            spec.stdin.unwrap_or_default().to_vec(),
        ))),
        Err(error) => Ok(Err(not_started(&program, &error.to_string()))),
    }
}

pub fn not_started(program: impl AsRef<Path>, why: &str) -> NotStarted {
    NotStarted { exit: 126, sentence: format!("cannot start {}: {why}", program.as_ref().display()) }
}

/// The program as the child would find it: relative names against its directory, bare ones on its `PATH`.
fn resolve(spec: &Spec) -> Result<PathBuf, NotStarted> {
    let name = spec.argv.first().map(String::as_str).unwrap_or_default();
    if !spec.cwd.is_dir() {
        return Err(not_started(name, &format!("directory {} does not exist", spec.cwd.display())));
    }
    let path = spec.env.iter().find(|(key, _)| key == "PATH").map(|(_, value)| value.as_os_str());
    let sought = if name.contains('/') { spec.cwd.join(name).into_os_string() } else { name.into() };
    environment::find_program(sought, path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin")))
        .ok_or_else(|| NotStarted { exit: 127, sentence: format!("{name}: command not found") })
}

#[expect(clippy::disallowed_methods, reason = "this is the room that starts children")]
fn direct(spec: &Spec, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg0(&spec.argv[0]).args(&spec.argv[1..]).current_dir(spec.cwd);
    command.env_clear().envs(spec.env.iter().map(|(key, value)| (key, value)));
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if spec.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    command
}

/// How the helper is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    Own,
    /// As root, who may make namespaces where users may not; it becomes this user again before anything runs.
    Sudo,
}

/// Never looked for on a `PATH`, which an earlier step may have changed.
const SUDO: &str = "/usr/bin/sudo";

impl Means {
    fn owner(self) -> Option<Owner> {
        (self == Self::Sudo).then(Owner::this)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the room that starts children")]
    fn command(self, helper: &Path) -> Result<Command> {
        if self == Self::Own {
            return Ok(Command::new(helper));
        }
        let mut command = Command::new(SUDO);
        // What is `self` here is somebody else there.
        command.args(["-n", "--"]).arg(helper.canonicalize().context("cannot find our own binary")?);
        Ok(command)
    }
}

/// The helper, our end of its lifeline, and how much of its job it has been told: all, unless that is long. It is
/// told before it begins, and so need not wait for us.
fn start_helper(means: Means, piped: bool, job: &[u8]) -> Result<(Child, UnixStream, usize)> {
    let path = HELPER.get().context("no sandbox helper is known to this program")?;
    let (ours, theirs) = UnixStream::pair().context("cannot make a socket")?;
    let told = send(&ours, job, SendFlags::DONTWAIT).context("cannot tell the sandbox helper its job")?;
    let output = || if piped { Stdio::piped() } else { Stdio::null() };
    let mut command = means.command(path)?;
    command.arg(helper::WORD).env_clear().current_dir("/");
    command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(output()).stderr(output());
    let child = sweep::register(|| command.spawn())
        .with_context(|| format!("cannot start the sandbox helper {}", path.display()))?;
    Ok((child, ours, told))
}

/// What the wanted sandbox comes to here. Foreign code is not run without one; a terminal user's own is.
fn tier_for(sandbox: Sandbox) -> Result<(Tier, Means)> {
    match sandbox {
        Sandbox::Off => Ok((Tier::None, Means::Own)),
        Sandbox::Light => {
            HELPER.get().context("no sandbox helper is known to this program")?;
            let tier = if fence::can_limit_writes() { Tier::WriteLimits } else { Tier::None };
            Ok((tier, Means::Own))
        }
        Sandbox::Full | Sandbox::Install => match full() {
            Ok(strongest) => Ok(*strongest),
            Err(why) => bail!("no sandbox can be had here ({why}); `--sandbox off` runs the command without one"),
        },
    }
}

/// From the strongest.
const LADDER: [(Tier, Means); 3] =
    [(Tier::Namespaces, Means::Own), (Tier::Namespaces, Means::Sudo), (Tier::Landlock, Means::Own)];

/// The strongest tier that works, asked once by trying; else why not.
pub fn full() -> &'static Result<(Tier, Means), String> {
    static FULL: OnceLock<Result<(Tier, Means), String>> = OnceLock::new();
    FULL.get_or_init(|| {
        let mut why = String::new();
        for (tier, means) in LADDER {
            match probe(tier, means) {
                Ok(()) => return Ok((tier, means)),
                Err(error) => why = format!("{error:#}"),
            }
        }
        Err(why)
    })
}

/// The whole way but the child.
fn probe(tier: Tier, means: Means) -> Result<()> {
    sweep::become_reaper();
    let (mut child, mut control, _) = start_helper(means, false, &Job::probe(tier).of(means.owner()).encode()?)?;
    let _ = child.wait();
    sweep::forget(&child);
    match Answer::read(&mut control)? {
        Answer::Exit(0) => Ok(()),
        Answer::Refused(why) => bail!("{why}"),
        other => bail!("the sandbox helper answered {other:?}"),
    }
}
