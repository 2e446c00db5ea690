//! What a child may know: environments without credentials, and finding a program the way a shell does.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

type Env = Vec<(OsString, OsString)>;

/// Names that a build needs and that carry no credential.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_JOBS",
    "CARGO_INCREMENTAL",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUST_BACKTRACE",
    "RUST_MIN_STACK",
    "GOPATH",
    "GOCACHE",
    "GOROOT",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "GOFLAGS",
    "GOPROXY",
    "GOPRIVATE",
    "GONOSUMDB",
    "GONOSUMCHECK",
    "GOSUMDB",
    "PIP_INDEX_URL",
    "PIP_CONFIG_FILE",
    "npm_config_registry",
    "CGO_ENABLED",
    "JAVA_HOME",
    "MAVEN_HOME",
    "M2_HOME",
    "MAVEN_OPTS",
    "GRADLE_HOME",
    "GRADLE_USER_HOME",
    "NVM_DIR",
    "NVM_BIN",
    "NODE_PATH",
    "NODE_ENV",
    "NODE_OPTIONS",
    "NODE_EXTRA_CA_CERTS",
    "COREPACK_HOME",
    "PNPM_HOME",
    "VOLTA_HOME",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONHASHSEED",
    "PYTHONUNBUFFERED",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "RBENV_ROOT",
    "GEM_HOME",
    "GEM_PATH",
    "BUNDLE_PATH",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "PKG_CONFIG_PATH",
    "MAKEFLAGS",
    "RUNNER_OS",
    "RUNNER_ARCH",
    "RUNNER_TOOL_CACHE",
    "AGENT_TOOLSDIRECTORY",
    "ImageOS",
];
const KEPT_PREFIXES: &[&str] = &["LC_"];

/// The environment of a child that runs foreign code: an allow-list, plus names that the trusted
/// configuration keeps. A credential-like name or value is dropped even when it is asked for.
pub fn base_env(parent: &[(OsString, OsString)], extra_keep: &[String]) -> Env {
    let kept = |name: &str| {
        KEPT.contains(&name)
            || KEPT_PREFIXES.iter().any(|p| name.starts_with(p))
            || extra_keep.iter().any(|k| k == name)
    };
    let mut env: Env = parent
        .iter()
        .filter(|(name, value)| name.to_str().is_some_and(kept) && !is_credential(name, value))
        .cloned()
        .collect();
    env.push(("CI".into(), "true".into()));
    env.push(("TERM".into(), "dumb".into()));
    env
}

/// The environment of the user's own command in a terminal: everything but credentials and the channels
/// through which a step talks to its runner.
pub fn terminal_env(parent: &[(OsString, OsString)]) -> Env {
    parent.iter().filter(|(name, value)| !is_credential(name, value)).cloned().collect()
}

const SECRET_PARTS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "AUTHORIZATION",
    "_AUTH",
    "COOKIE",
    "SESSION_KEY",
];
const SECRET_PREFIXES: &[&str] = &["AWS_", "AZURE_", "ACTIONS_", "VAULT_", "INPUT_", "NPM_CONFIG__", "KUBE"];
const SECRET_ENDS: &[&str] = &["_KEY", "_PAT", "_PWD"];
const SECRET_NAMES: &[&str] = &[
    "GITHUB_ENV",
    "GITHUB_PATH",
    "GITHUB_OUTPUT",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GPG_AGENT_INFO",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "NETRC",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "DATABASE_URL",
    "PGPASSFILE",
];
/// How published token formats begin.
const SECRET_VALUES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "xoxb-",
    "xoxp-",
    "npm_",
    "pypi-",
    "AKIA",
    "ASIA",
    "eyJ",
    "-----BEGIN",
];

fn is_credential(name: &OsStr, value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    names_credential(&name.to_string_lossy())
        || SECRET_VALUES.iter().any(|start| value.starts_with(start))
        || has_url_password(&value)
}

/// Whether a variable of this name holds a credential, whatever its value.
pub fn names_credential(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || SECRET_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || name == "KEY"
        || SECRET_ENDS.iter().any(|end| name.ends_with(end))
}

/// `scheme://user:password@host`, as proxies, indexes and databases are often given.
fn has_url_password(value: &str) -> bool {
    value.match_indices("://").any(|(at, mark)| {
        let authority = value[at + mark.len()..].split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// Where `name` would be found: as given when it holds a slash, else the first executable on `path_env`.
pub fn find_program(name: impl AsRef<OsStr>, path_env: &OsStr) -> Option<PathBuf> {
    let name = Path::new(name.as_ref());
    if name.components().count() > 1 || name.as_os_str().is_empty() {
        return is_executable(name).then(|| name.to_owned());
    }
    std::env::split_paths(path_env).map(|dir| dir.join(name)).find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    const PARENT: &[(&str, &str)] = &[
        ("PATH", "/bin"),
        ("LC_ALL", "C"),
        ("CARGO_HOME", "/c"),
        ("EDITOR", "vi"),
        ("FEATURE", "on"),
        ("GITHUB_TOKEN", "x"),
        ("GITHUB_OUTPUT", "/x"),
        ("ACTIONS_RUNTIME_URL", "x"),
        ("AWS_REGION", "x"),
        ("npm_config__authToken", "x"),
        ("DEPLOY_KEY", "x"),
        ("GITHUB_ENV", "/x"),
        ("GITHUB_PATH", "/x"),
        ("GITHUB_STATE", "/x"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "x"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/x"),
        ("AZURE_CLIENT_ID", "x"),
        ("NODE_AUTH_TOKEN", "x"),
        ("CARGO_REGISTRY_TOKEN", "x"),
        ("TWINE_PASSWORD", "x"),
        ("MYSQL_PWD", "x"),
        ("GH_PAT", "x"),
        ("KUBECONFIG", "/x"),
        ("SSH_AUTH_SOCK", "/x"),
        ("Db_Password", "x"),
        ("MAVEN_OPTS", "-Drepo=https://me:word@example.com/m"),
        ("PLAIN", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    ];

    #[test]
    fn foreign_code_gets_a_short_list() {
        let expected = env(&[
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("CARGO_HOME", "/c"),
            ("FEATURE", "on"),
            ("CI", "true"),
            ("TERM", "dumb"),
        ]);
        assert_eq!(base_env(&env(PARENT), &["FEATURE".into(), "DEPLOY_KEY".into()]), expected);
    }

    #[test]
    fn a_terminal_keeps_all_but_credentials() {
        assert_eq!(terminal_env(&env(PARENT)), env(&PARENT[..5]));
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let dir = tempfile::tempdir().unwrap();
        let tool = dir.path().join("tool");
        std::fs::write(&tool, "").unwrap();
        assert_eq!(find_program("tool", dir.path().as_os_str()), None);
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_program("tool", dir.path().as_os_str()), Some(tool.clone()));
        assert_eq!(find_program(&tool, OsStr::new("")), Some(tool));
        assert_eq!(find_program("", dir.path().as_os_str()), None);
    }
}
