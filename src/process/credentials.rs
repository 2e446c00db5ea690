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
    ".config/stripe",
    ".config/ngrok",
    ".config/netlify",
    ".config/heroku",
    ".config/sops",
    ".config/age",
    ".config/solana",
    ".config/pypoetry/auth.toml",
    ".config/composer/auth.json",
    ".config/.wrangler",
    ".config/dart/pub-credentials.json",
    ".config/github-copilot",
    ".config/Bitwarden",
    ".config/BraveSoftware",
    ".composer/auth.json",
    ".claude/.credentials.json",
    ".claude.json",
    ".codex/auth.json",
    ".gemini/oauth_creds.json",
    ".gemini/gemini-credentials.json",
    ".cline/data",
    ".local/share/opencode/auth.json",
    ".config/mini-swe-agent/.env",
    ".aider.conf.yml",
    ".huggingface",
    ".cache/huggingface/token",
    ".cache/huggingface/stored_tokens",
    ".kaggle",
    ".databrickscfg",
    ".snowsql",
    ".pulumi/credentials.json",
    ".fly",
    ".wrangler",
    ".vercel",
    ".local/share/com.vercel.cli",
    ".sentryclirc",
    ".circleci",
    ".travis",
    ".cf",
    ".chef",
    ".subversion/auth",
    ".sbt/.credentials",
    ".ivy2/.credentials",
    ".hex/hex.config",
    ".pub-cache/credentials.json",
    ".electrum",
    ".ethereum",
    ".bitcoin",
    ".mysql_history",
    ".sqlite_history",
    ".thunderbird",
    ".wakatime.cfg",
    ".msmtprc",
    ".authinfo",
    ".authinfo.gpg",
    ".config/msmtp",
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
    ".dbt/profiles.yml",
];
const MARKS: &[&str] = &[
    "_auth",
    "authtoken",
    "password",
    "secret",
    "token=",
    "token =",
    "apikey",
    "key=",
    "key =",
    "@",
    // Bundler's, of a host.
    "__com",
    "__org",
    "__net",
    "__io",
    "__dev",
];

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

/// So many folders are asked whether they are repositories.
const MOST_FOLDERS: usize = 500;

/// Where git keeps addresses and headers: of the repository, of its submodules, of checkouts beside it.
pub fn git_settings(tree: &Path) -> Vec<PathBuf> {
    let below = |dir: &Path| {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect::<Vec<_>>()
    };
    let mut repositories = vec![tree.join(".git")];
    repositories.extend(below(tree).into_iter().take(MOST_FOLDERS).map(|folder| folder.join(".git")));
    let mut at = 0;
    while let Some(own) = repositories.get(at).cloned() {
        at += 1;
        // A submodule's name may be a path.
        let modules = if own.ends_with(".git") { below(&own.join("modules")) } else { below(&own) };
        repositories.extend(modules.into_iter().filter(|_| at < MOST_FOLDERS));
    }
    let files = ["config", "config.worktree", "FETCH_HEAD"];
    repositories
        .iter()
        .flat_map(|own| files.map(|file| own.join(file)))
        .filter(|file| file.symlink_metadata().is_ok_and(|meta| meta.is_file()))
        .collect()
}

/// What a git configuration says without headers, credential helpers, included files, passwords, and users in addresses.
pub fn without_credentials(text: &str) -> String {
    let mut dropped = false;
    let kept = text.split_inclusive('\n').filter(|line| {
        let bare = line.trim_start().to_lowercase();
        if bare.starts_with('[') {
            dropped = ["[credential", "[include"].iter().any(|section| bare.starts_with(section));
        }
        let key = bare.split(['=', ' ', '\t']).next().unwrap_or_default();
        let is_secret = ["extraheader", "proxy", "helper"].iter().any(|start| key.starts_with(start))
            || ["pass", "token", "secret"].iter().any(|word| key.contains(word)) && !key.starts_with('[');
        !dropped && !is_secret
    });
    kept.map(without_user).collect()
}

fn without_user(line: &str) -> String {
    let Some((start, rest)) = line.split_once("://") else { return line.to_owned() };
    let end = rest.find(['/', '"', '\n', ' ']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{start}://{}", &rest[at + 1..]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_keep_in_a_home_is_known() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap();
        let secret = [
            ".ssh/id_rsa",
            ".claude/.credentials.json",
            ".codex/auth.json",
            ".composer/auth.json",
            ".config/pypoetry/auth.toml",
            ".config/sops/age/keys.txt",
            ".cache/huggingface/token",
            ".kaggle/kaggle.json",
            ".pulumi/credentials.json",
            ".sbt/.credentials",
            ".electrum/wallets/x",
            ".dbt/profiles.yml",
        ];
        let plain =
            [".gitconfig", ".claude/settings.json", ".cache/huggingface/hub/x", ".config/nvim/init.lua", ".npmrc"];
        for path in secret.iter().chain(&plain) {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), if path.ends_with(".yml") { "password: x" } else { "x" }).unwrap();
        }
        let known = places(&BTreeSet::from([root.clone()]), Vec::new());
        let is_hidden = |path: &&str| known.iter().any(|place| root.join(path).starts_with(place));
        let told = |paths: &[&'static str]| paths.iter().filter(|path| is_hidden(path)).copied().collect::<Vec<_>>();
        assert_eq!(told(&secret), secret);
        assert_eq!(told(&plain), [""; 0]);
    }

    #[test]
    fn a_git_configuration_keeps_what_is_no_secret() {
        let text = "[core]\n\tbare = false\n[remote \"o\"]\n\turl = https://x:tok@example.com/a\n[sendemail]\n\tsmtpPass = tok\n\
            \tsmtpUser = me\n[url \"https://tok@example.com/\"]\n\tinsteadOf = gh:\n[credential]\n\tusername = me\n[branch \"password\"]\n\tremote = o\n";
        let kept = "[core]\n\tbare = false\n[remote \"o\"]\n\turl = https://example.com/a\n[sendemail]\n\tsmtpUser = me\n\
            [url \"https://example.com/\"]\n\tinsteadOf = gh:\n[branch \"password\"]\n\tremote = o\n";
        assert_eq!(without_credentials(text), kept);
    }
}
