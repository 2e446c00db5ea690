//! Becoming another process: the supervisor starts itself again with nothing in its environment and is
//! handed what it needs through an anonymous file, so that `/proc/<pid>/environ` holds no secret.

use anyhow::{Context as _, Result};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;

/// Replaces this process by our own binary with `args`, the environment `env` and `input` as its standard
/// input. Returns only when that failed.
pub fn replace_self(args: &[OsString], env: &[(OsString, OsString)], input: &[u8]) -> Result<std::convert::Infallible> {
    let memory = rustix::fs::memfd_create("thanos-fix", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = File::from(memory);
    file.write_all(input)?;
    file.rewind()?;
    let own = std::env::current_exe().context("cannot find our own binary")?;
    #[expect(clippy::disallowed_methods, reason = "this is the process room")]
    let mut command = std::process::Command::new(own);
    let error = command.args(args).env_clear().envs(env.iter().map(|(k, v)| (k, v))).stdin(file).exec();
    Err(error).context("cannot start our own binary again")
}

/// Reads what [`replace_self`] handed over, wipes it, and makes this process unreadable to others of the
/// same user.
pub fn take_handed_over() -> Result<Vec<u8>> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    if let Ok(file) = File::options().write(true).open(OsStr::new("/proc/self/fd/0")) {
        file.set_len(0)?;
    }
    hide_memory();
    Ok(input)
}

/// Memory and environment of this process cannot be read by others of the same user.
pub fn hide_memory() {
    let hidden = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    if let Err(error) = hidden {
        tracing::warn!(%error, "others of the same user can read this process");
    }
}
