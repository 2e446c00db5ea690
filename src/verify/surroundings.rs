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

/// What may stand in a variable's value of a replayed step: places that only the run itself has.
const PLACES: &[&str] = &["GITHUB_WORKSPACE", "RUNNER_TEMP"];

/// Sets the command's own variables, with the places that they name.
pub fn set_own(env: &mut Env, command: &CommandLine) {
    let places = PLACES.iter().filter_map(|name| Some((format!("${name}"), get(env, name)?.to_str()?.to_owned())));
    let places: Vec<(String, String)> = places.collect();
    for (name, value) in &command.env {
        let filled = places.iter().fold(value.clone(), |value, (name, place)| value.replace(name, place));
        set(env, name, filled);
    }
}

/// The environment of one run. Python writes no bytecode: a cache that outlives a candidate could be taken
/// for the next one, and a private one costs every start the standard library's compilation.
pub fn environment(base: &Env, command: &CommandLine, added: &[(&str, String)], temp: Option<&Path>) -> Env {
    let mut env = base.clone();
    if let Some(temp) = temp {
        set(&mut env, "TMPDIR", temp);
    }
    set(&mut env, "PYTHONDONTWRITEBYTECODE", "1");
    set_own(&mut env, command);
    for (name, value) in added {
        let mut joined = get(&env, name).map(OsStr::to_owned).unwrap_or_default();
        joined.push(" ");
        joined.push(value);
        set(&mut env, name, joined);
    }
    env
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steps_variables_name_places_of_this_run() {
        let mut env: Env = vec![("GITHUB_WORKSPACE".into(), "/here".into()), ("A".into(), "0".into())];
        let mut command = CommandLine::new(["x"]);
        command.env = [("A", "$GITHUB_WORKSPACE/src:$HOME"), ("B", "$RUNNER_TEMP")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into();
        set_own(&mut env, &command);
        assert_eq!(get(&env, "A").unwrap(), "/here/src:$HOME");
        assert_eq!(get(&env, "B").unwrap(), "$RUNNER_TEMP");
    }
}
