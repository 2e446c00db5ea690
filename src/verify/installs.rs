//! Where set-up of foreign code may install to: places of the attempt, never a directory from which the job's
//! later steps start programs.

use super::surroundings::{Env, get, set};
use crate::command::CommandLine;
use crate::process;
use std::path::{Path, PathBuf};

/// Variables that move a package manager's installs, and where to in the attempt's private folder.
const PREFIXES: &[(&str, &str)] = &[
    ("npm_config_prefix", "npm"),
    ("CARGO_INSTALL_ROOT", "cargo"),
    ("GOBIN", "go/bin"),
    ("DOTNET_CLI_HOME", "dotnet"),
    (USER_BASE, "python"),
];
const PROGRAMS: &[&str] = &["npm/bin", "cargo/bin", "go/bin", "dotnet/.dotnet/tools", "python/bin"];
const USER_BASE: &str = "PYTHONUSERBASE";

/// Where whole toolchains of one job lie, which set-up actions put on `PATH`.
const TOOL_CACHES: &[&str] = &["RUNNER_TOOL_CACHE", "AGENT_TOOLSDIRECTORY"];

/// What makes Python environments of its own, or names another place: `pip` refuses to do both.
const NO_USER_INSTALL: &[&str] =
    &["venv", "virtualenv", "tox", "nox", "hatch", "poetry", "pdm", "uv ", "conda", "--target", "--prefix", "--root"];

/// The environment in which package managers install below `scratch`, and what they installed is found.
pub fn private_env(env: &Env, scratch: &Path) -> Env {
    let mut own = env.clone();
    for (name, below) in PREFIXES {
        if get(env, name).is_none() && !(*name == USER_BASE && has_user_packages(env)) {
            set(&mut own, name, scratch.join(below));
        }
    }
    let programs = PROGRAMS.iter().map(|dir| scratch.join(dir));
    let path = get(env, "PATH").unwrap_or_default();
    if let Ok(path) = std::env::join_paths(programs.chain(std::env::split_paths(path))) {
        set(&mut own, "PATH", path);
    }
    own
}

/// Those of the job's earlier steps must stay in sight.
fn has_user_packages(env: &Env) -> bool {
    let lib = get(env, "HOME").map(|home| Path::new(home).join(".local/lib"));
    let entries = lib.and_then(|lib| std::fs::read_dir(lib).ok()).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("python"))
}

/// Toolchains in the runner's tool cache, and gems that are not on `PATH`.
pub fn install_places(env: &Env) -> Vec<PathBuf> {
    let gems = ["GEM_HOME", "BUNDLE_PATH"].iter().filter_map(|name| get(env, name)).map(PathBuf::from);
    let gems = off_path(env, gems.filter(|path| path.is_absolute() && path.is_dir()).collect());
    let programs = ["python3", "python", "pip", "node", "npm"].iter();
    programs.filter_map(|name| prefix(env, name)).filter(|place| is_cached_tool(env, place)).chain(gems).collect()
}

/// Without those that are, or hold, a directory on `PATH`.
pub fn off_path(env: &Env, places: Vec<PathBuf>) -> Vec<PathBuf> {
    let path = get(env, "PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(path).filter_map(|dir| dir.canonicalize().ok()).collect();
    let holds = |place: &Path| place.canonicalize().is_ok_and(|place| on_path.iter().any(|d| d.starts_with(&place)));
    places.into_iter().filter(|place| !holds(place)).collect()
}

fn prefix(env: &Env, program: &str) -> Option<PathBuf> {
    let found = process::find_program(program, get(env, "PATH")?)?;
    Some(found.parent()?.canonicalize().ok()?.parent()?.to_owned())
}

/// `<cache>/<tool>/<version>/…`
fn is_cached_tool(env: &Env, place: &Path) -> bool {
    let caches = TOOL_CACHES.iter().filter_map(|name| Path::new(get(env, name)?).canonicalize().ok());
    let mut caches = caches.filter(|cache| cache != Path::new("/") && cache != Path::new("/usr"));
    caches.any(|cache| place.strip_prefix(cache).is_ok_and(|below| below.components().count() >= 2))
}

/// Whether `pip` must be told to install for the user: root's would try the system's place, in vain.
pub fn wants_user_pip(env: &Env, command: &CommandLine) -> bool {
    let text = command.to_string();
    let installs = text.contains("pip install") || text.contains("pip3 install");
    let own = ["VIRTUAL_ENV", "CONDA_PREFIX", "PIP_USER"].iter().any(|name| get(env, name).is_some());
    let python = prefix(env, "python3").or_else(|| prefix(env, "python"));
    let system = python.is_some_and(|at| !at.join("pyvenv.cfg").exists() && !is_cached_tool(env, &at));
    installs && system && !own && !NO_USER_INSTALL.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;

    fn tool(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn env(pairs: &[(&str, &OsStr)]) -> Env {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_a_toolchain_of_the_tool_cache_is_installed_into() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (cache, python, node) = (root.join("cache"), root.join("cache/Python/3/x64"), root.join("local"));
        tool(&python.join("bin/python3"));
        tool(&node.join("bin/node"));
        tool(&root.join("gems/x"));
        let path = std::env::join_paths([python.join("bin"), node.join("bin")]).unwrap();
        let gems = root.join("gems");
        let with = |name: &str| {
            install_places(&env(&[("PATH", &path), (name, cache.as_os_str()), ("GEM_HOME", gems.as_os_str())]))
        };
        assert_eq!(with("RUNNER_TOOL_CACHE"), [python.clone(), gems.clone()]);
        assert_eq!(with("OTHER"), [gems.clone()]);
        let above = env(&[("PATH", &path), ("GEM_HOME", root.as_os_str())]);
        assert!(install_places(&above).is_empty());
    }

    #[test]
    fn installs_are_private_and_found() {
        let home = tempfile::tempdir().unwrap();
        let base = env(&[("PATH", OsStr::new("/bin")), ("HOME", home.path().as_os_str())]);
        let own = private_env(&base, Path::new("/scratch"));
        assert_eq!(get(&own, USER_BASE), Some(OsStr::new("/scratch/python")));
        let path = get(&own, "PATH").unwrap().to_str().unwrap();
        assert!(path.starts_with("/scratch/npm/bin:") && path.ends_with(":/bin"), "{path}");
        std::fs::create_dir_all(home.path().join(".local/lib/python3.12")).unwrap();
        assert_eq!(get(&private_env(&base, Path::new("/scratch")), USER_BASE), None);
    }

    #[test]
    fn pip_installs_for_the_user_only_beside_the_systems_python() {
        let dir = tempfile::tempdir().unwrap();
        tool(&dir.path().join("bin/python3"));
        let base = env(&[("PATH", dir.path().join("bin").as_os_str())]);
        let wants = |text: &str| wants_user_pip(&base, &CommandLine::new(["sh", "-c", text]));
        assert!(wants("pip install -r requirements.txt"));
        assert!(!wants("python3 -m venv v && v/bin/pip install x"));
        assert!(!wants("pip install --target x y") && !wants("make"));
        tool(&dir.path().join("pyvenv.cfg"));
        assert!(!wants("pip install -r requirements.txt"));
    }
}
