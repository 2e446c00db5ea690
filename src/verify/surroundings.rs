//! What a verified command finds around it: its environment, and the places where it may write.

use crate::command::CommandLine;
use std::ffi::{OsStr, OsString};
use std::path::Path;

pub(super) type Env = Vec<(OsString, OsString)>;

/// Sets a variable; the last one counts.
pub(super) fn set(env: &mut Env, name: &str, value: impl Into<OsString>) {
    env.retain(|(key, _)| key != name);
    env.push((name.into(), value.into()));
}

pub(super) fn get<'a>(env: &'a Env, name: &str) -> Option<&'a OsStr> {
    env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
}

/// The environment of one run. Python writes no bytecode: a cache that outlives a candidate could be taken
/// for the next one, and a private one costs every start the standard library's compilation.
pub fn environment(base: &Env, command: &CommandLine, added: &[(&str, String)], temp: Option<&Path>) -> Env {
    let mut env = base.clone();
    if let Some(temp) = temp {
        set(&mut env, "TMPDIR", temp);
    }
    set(&mut env, "PYTHONDONTWRITEBYTECODE", "1");
    for (name, value) in &command.env {
        set(&mut env, name, value);
    }
    for (name, value) in added {
        let mut joined = get(&env, name).map(OsStr::to_owned).unwrap_or_default();
        joined.push(" ");
        joined.push(value);
        set(&mut env, name, joined);
    }
    env
}
