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

/// Words that speak of a credential wherever they stand in a name.
const SECRET_PARTS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "PRIVATE_KEY",
    "PRIVATEKEY",
    "ACCESS_KEY",
    "AUTHORIZATION",
    "COOKIE",
    "WEBHOOK",
    "KEYSTORE",
];
/// Shorter ones, which count only between underscores: `DB_PASS`, not `BYPASS`.
const SECRET_WORDS: &[&str] = &[
    "AUTH", "CRED", "CREDS", "DBPASS", "DSN", "FERNET", "JWT", "KEY", "KEYS", "PASS", "PAT", "PGPASS", "PW", "PWD",
    "SESSION",
];
/// The ends of short words: `PGPW`.
const SECRET_ENDS: &[&str] = &["PW", "PWD"];
const SECRET_PREFIXES: &[&str] = &[
    "AWS_",
    "AZURE_",
    "ACTIONS_",
    "VAULT_",
    "INPUT_",
    "NPM_CONFIG__",
    "KUBE",
    // Settings handed to git by its caller: headers and helpers, mostly.
    "GIT_CONFIG_VALUE_",
];
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
    // Without its keys and values, the number of them would only make git fail.
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "DATABASE_URL",
    "THANOS_LEDGER_URL",
    "PGPASSFILE",
    "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS",
];
/// Names that only look like one: the working directory, the desktop's session, settings of tools.
const NO_SECRETS: &[&str] = &[
    "PWD",
    "OLDPWD",
    "DESKTOP_SESSION",
    "GDMSESSION",
    "XDG_SESSION_CLASS",
    "XDG_SESSION_DESKTOP",
    "XDG_SESSION_ID",
    "XDG_SESSION_PATH",
    "XDG_SESSION_TYPE",
    "SESSION_MANAGER",
    "TERM_SESSION_ID",
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
/// How a header carries a credential.
const SCHEMES: &[&str] = &["bearer ", "basic ", "token "];
/// From this length on `user:…` without a word in it is a credential.
const SHORTEST_RANDOM: usize = 16;

fn is_credential(name: &OsStr, value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    let scheme = |scheme: &&str| {
        let (start, word) = value.split_at_checked(scheme.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(scheme) && word.len() >= SHORTEST_RANDOM && !word.contains(char::is_whitespace)
    };
    names_credential(&name.to_string_lossy())
        || SECRET_VALUES.iter().any(|start| value.starts_with(start))
        || SCHEMES.iter().any(scheme)
        || has_url_password(&value)
        || is_pair(&value)
}

/// Whether a variable of this name holds a credential, whatever its value.
pub fn names_credential(name: &str) -> bool {
    let name = name.to_uppercase();
    if NO_SECRETS.contains(&name.as_str()) {
        return false;
    }
    let mut words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let glued = |word: &str| SECRET_ENDS.iter().any(|end| word.len() <= end.len() + 3 && word.ends_with(end));
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || SECRET_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || words.any(|word| SECRET_WORDS.contains(&word) || glued(word))
        || names_bundled_host(&name)
}

/// `BUNDLE_GEMS__EXAMPLE__ORG`: how bundler is told the login of a host.
fn names_bundled_host(name: &str) -> bool {
    let settings = ["BUILD__", "GEM__", "GITHUB__HTTPS", "LOCAL__", "MIRROR__", "PLUGINS__"];
    name.strip_prefix("BUNDLE_").is_some_and(|key| key.contains("__") && !settings.iter().any(|s| key.starts_with(s)))
}

/// `scheme://user:password@host`, as proxies, indexes and databases are often given; a long random word
/// before the `@` is a token.
fn has_url_password(value: &str) -> bool {
    value.match_indices("://").any(|(at, mark)| {
        let authority = value[at + mark.len()..].split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':') || is_random(user))
    })
}

/// `user:word`, the word being random: how tools are told a login in one variable.
fn is_pair(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
    value.split_once(':').is_some_and(|(user, word)| !user.is_empty() && user.chars().all(plain) && is_random(word))
}

/// Long, of letters of both cases and digits, with nothing in it that a path, a version or a list has.
fn is_random(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().filter(kind).count() >= 2;
    word.len() >= SHORTEST_RANDOM
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-=".contains(c))
        && has(char::is_ascii_digit)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_uppercase)
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
    fn whatever_is_called_like_a_credential_is_one() {
        for name in [
            "DB_PASS",
            "DB_PW",
            "PGPW",
            "DBPASS",
            "TF_VAR_db_pass",
            "ANSIBLE_VAULT_PASS",
            "LDAP_BIND_PW",
            "CREDS",
            "PAT",
            "PAT_2",
            "AUTH_HEADER",
            "npm_config__auth",
            "FERNET",
            "FASTLANE_SESSION",
            "KEYSTORE_BASE64",
            "CI_JOB_JWT",
            "CI_JOB_JWT_V2",
            "SLACK_WEBHOOK",
            "SENTRY_DSN",
            "SIGNING_KEY_ID",
            "KEY",
            "APP_KEY1",
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_KEY_0",
            "GIT_CONFIG_VALUE_0",
            "BUNDLE_RUBYGEMS__PKG__GITHUB__COM",
            "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS",
        ] {
            assert!(names_credential(name), "{name}");
        }
    }

    #[test]
    fn what_builds_and_shells_need_stays() {
        let kept = [
            ("PWD", "/home/me/project"),
            ("OLDPWD", "/home/me"),
            ("XDG_SESSION_TYPE", "wayland"),
            ("DESKTOP_SESSION", "gnome"),
            ("BYPASS_CACHE", "1"),
            ("COMPASS_HOME", "/opt/compass"),
            ("MONKEYTYPE", "1"),
            ("KEYBOARD", "de"),
            ("AUTHOR", "Ada"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("PATTERN", "*.rs"),
            ("PATH", "/usr/bin:/opt/Xcode12/bin"),
            ("CLASSPATH", "a.jar:B2cD3eF4gH5iJ6kL7m.jar"),
            ("GOFLAGS", "-mod=mod"),
            ("CARGO_REGISTRIES_CRATES_IO_PROTOCOL", "sparse"),
            ("BUNDLE_PATH", "vendor"),
            ("BUNDLE_WITHOUT", "development:test"),
            ("BUNDLE_BUILD__NOKOGIRI", "--use-system-libraries"),
            ("REDIS_URL", "redis://localhost:6379/0"),
            ("SUMMARY", "basic checks of all the things"),
            ("PIP_INDEX_URL", "https://pypi.org/simple"),
            ("GOPROXY", "https://proxy.golang.org,direct"),
            ("RUSTC_WRAPPER", "sccache"),
            ("MATRIX_IMAGE", "ghcr.io/a/b:sha256-AbCdEf12"),
            ("LS_COLORS", "rs=0:di=01;34:ln=01;36"),
            ("JAVA_TOOL_OPTIONS", "-Dfile.encoding=UTF-8"),
        ];
        assert_eq!(terminal_env(&env(&kept)), env(&kept));
    }

    #[test]
    fn values_tell_too() {
        for value in [
            "Bearer q7RtY2uI9oPq7RtY2uI9oP",
            "bob:q7RtY2uI9oPq7RtY2uI9oP",
            "https://q7RtY2uI9oPq7RtY2uI9oP@example.org/simple",
            "mongodb+srv://app:word@db.example.org/x",
        ] {
            assert!(is_credential(OsStr::new("OPAQUE"), OsStr::new(value)), "{value}");
        }
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
