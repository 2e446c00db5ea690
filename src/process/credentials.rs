//! Where credentials lie: places that a child under `Sandbox::Full` or `Sandbox::Install` cannot read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Relative to a home directory.
const PLACES: &[&str] = &[
    ".ssh",
    ".aws",
    ".azure",
    ".oci",
    ".gnupg",
    ".kube",
    ".docker",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".git-credentials",
    ".password-store",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".s3cfg",
    ".boto",
    ".terraform.d",
    ".terraformrc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".m2/settings-security.xml",
    ".nuget/NuGet",
    ".config/gh",
    ".config/hub",
    ".config/glab-cli",
    ".config/gcloud",
    ".config/git/credentials",
    ".config/op",
    ".config/doctl",
    ".config/helm",
    ".config/containers/auth.json",
    ".config/configstore",
    ".config/google-chrome",
    ".config/chromium",
    ".config/1Password",
    ".config/rclone",
    ".mozilla",
    ".local/share/keyrings",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".node_repl_history",
    ".psql_history",
    "actions-runner/.credentials",
    "actions-runner/.credentials_rsaparams",
    "work/_temp",
];

/// Tools fail without these, and they hold a credential only sometimes: looked into.
const PERHAPS: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".m2/settings.xml",
    ".gradle/gradle.properties",
    ".config/pip/pip.conf",
    ".pip/pip.conf",
    ".bundle/config",
    ".condarc",
];
const MARKS: &[&str] = &["_auth", "authtoken", "password", "secret", "token=", "apikey", "@"];

const SYSTEM: &[&str] = &[
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/shadow-",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/docker",
    "/etc/kubernetes",
    "/run/secrets",
    "/run/credentials",
];

/// Every place of the given homes and of the system that exists, and those that are named.
pub fn places(homes: &BTreeSet<PathBuf>, named: Vec<PathBuf>) -> BTreeSet<PathBuf> {
    let of_home = |home: &PathBuf| {
        let fixed = PLACES.iter().map(|place| home.join(place));
        let found = PERHAPS.iter().map(|place| home.join(place)).filter(|path| holds_credential(path));
        fixed.chain(found).collect::<Vec<_>>()
    };
    let system = SYSTEM.iter().map(PathBuf::from);
    let all = homes.iter().flat_map(of_home).chain(system).chain(agents()).chain(named);
    // Most are not there, which is asked with a single call.
    let there = all.filter(|path| path.symlink_metadata().is_ok());
    there.filter_map(|path| path.canonicalize().ok()).filter(|path| path.parent().is_some()).collect()
}

/// The folders of the sockets through which ssh and gpg agents sign.
fn agents() -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir("/tmp").into_iter().flatten().flatten();
    let ours = |name: &str| ["ssh-", "gpg-"].iter().any(|start| name.starts_with(start));
    entries.filter(move |entry| entry.file_name().to_str().is_some_and(ours)).map(|entry| entry.path())
}

fn holds_credential(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).to_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}
