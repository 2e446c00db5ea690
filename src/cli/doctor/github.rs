//! GitHub itself: whether it is reached, what the token is and may do, what lies on the default branch.

use super::super::held::held;
use super::super::{Door, run};
use super::workflow::{DIRECTORY, House};
use super::{Checkup, fine, missing, unknown};
use crate::config;
use crate::forge::github::{self, Credential, GitHub, Timing};
use crate::forge::{Forge as _, ForgeError, Probe, RepoInfo, Verdict};
use crate::git::{Repo, blob_id};
use crate::ids::{RelPath, RepoSlug, Sha};
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// More workflow files than any repository has.
const MOST_FILES: usize = 100;

/// GitHub as far as it answered.
pub struct Remote {
    found: Vec<Checkup>,
    reached: Option<Reached>,
}

struct Reached {
    forge: GitHub,
    info: RepoInfo,
    kind: Kind,
    tip: Option<Sha>,
    /// The workflow files of the default branch; `None` when they could not be listed.
    workflows: Option<BTreeMap<String, Sha>>,
}

impl Remote {
    pub fn connect(door: &Door, repo: Option<&Repo>) -> Self {
        let mut found = Vec::new();
        let reached = connect(door, repo, &mut found);
        Self { found, reached }
    }

    /// The workflow files of the default branch, for a job without a checkout.
    pub fn workflow_texts(&self) -> Vec<(String, String)> {
        let Some(Reached { forge, workflows: Some(files), .. }) = &self.reached else { return Vec::new() };
        let text = |id: &Sha| forge.blob(id).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        files.iter().take(MOST_FILES).filter_map(|(path, id)| Some((path.clone(), text(id)?))).collect()
    }

    /// The configuration as a run would read it, for a job without a checkout. `None` when the default branch
    /// could not be looked at.
    pub fn config(&self, path: &RelPath) -> Option<Option<String>> {
        let Reached { forge, tip: Some(tip), .. } = self.reached.as_ref()? else { return None };
        let bytes = forge.file(tip, path).ok()?;
        Some(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Workflows and configuration count only as they are on the default branch.
    pub fn compare(&self, root: &Path, house: &House) -> Vec<Checkup> {
        let Some(Reached { forge, info, tip: Some(tip), workflows: Some(files), .. }) = &self.reached else {
            return Vec::new();
        };
        let branch = &info.default_branch;
        let mend = |path: &str| format!("commit {path} to {branch}");
        let mut found = Vec::new();
        for (file, _) in house.ours() {
            let same = |id: &Sha| blob_id(file.text.as_bytes()).is_ok_and(|here| here == *id);
            match files.get(&file.path) {
                None => found.push(missing(
                    format!("{} is not on the default branch {branch}", file.path),
                    "GitHub starts workflows for issues, comments and ended builds from there only",
                    mend(&file.path),
                )),
                Some(id) if !same(id) => found.push(unknown(
                    format!("{} is another one on the default branch {branch}", file.path),
                    "what is there counts, not what was looked at here",
                    mend(&file.path),
                )),
                Some(_) => {}
            }
        }
        found.extend(compare_config(forge, tip, root, branch.as_str()));
        found
    }

    pub fn check(self, house: &House) -> Vec<Checkup> {
        let mut found = self.found;
        if let Some(reached) = self.reached {
            let builds = house.ours().iter().any(|(file, _)| file.triggers().contains_key("workflow_run"));
            match reached.forge.probes() {
                Ok(probes) => found.extend(probes.iter().filter_map(|probe| judge(probe, reached.kind, builds))),
                Err(error) => {
                    found.push(unknown(format!("what the token may do is not known: {error}"), "", "try again"))
                }
            }
        }
        found
    }
}

fn compare_config(forge: &GitHub, tip: &Sha, root: &Path, branch: &str) -> Option<Checkup> {
    let here = std::fs::read(root.join(config::PATH)).ok();
    let there = forge.file(tip, &RelPath::parse(config::PATH).ok()?).ok()?;
    if here == there || (here.is_none() && !root.join(".github").exists()) {
        return None;
    }
    let what = match there {
        None => format!("{} is not on the default branch {branch}", config::PATH),
        Some(_) => format!("{} is another one on the default branch {branch}", config::PATH),
    };
    let mend = format!("commit {} to {branch}", config::PATH);
    Some(unknown(what, "runs on GitHub read it from there only", mend))
}

fn connect(door: &Door, repo: Option<&Repo>, found: &mut Vec<Checkup>) -> Option<Reached> {
    let in_actions = door.env.in_actions();
    let severe = |what: String, mend: &str| {
        let without = "everything that needs GitHub; `heal`, `fix` and `demo` work";
        if in_actions { missing(what, without, mend) } else { unknown(what, without, mend) }
    };
    let slug = door.env.get("GITHUB_REPOSITORY").and_then(|slug| RepoSlug::parse(slug).ok());
    let Some(slug) = slug.or_else(|| repo?.remote_slug("origin")) else {
        found.push(severe(
            "the repository on GitHub is not known".to_owned(),
            "GITHUB_REPOSITORY=owner/name GITHUB_TOKEN=$(gh auth token) thanos-fix doctor",
        ));
        return None;
    };
    let credential = match credential(door) {
        Ok(credential) => credential,
        Err(error) => {
            found.push(severe(error.to_string(), "give both inputs, `app-id` and `app-key`, or neither"));
            return None;
        }
    };
    let Some(credential) = credential else {
        let mend = if in_actions {
            "input `token`: ${{ github.token }}"
        } else {
            "GITHUB_TOKEN=$(gh auth token) thanos-fix doctor"
        };
        found.push(severe(format!("no token: {slug} on GitHub is not looked at"), mend));
        return None;
    };
    let kind = match &credential {
        Credential::Token(token) => Kind::of(token.expose_secret()),
        _ => Kind::Installation,
    };
    let forge = match client(door, slug, credential) {
        Ok(forge) => forge,
        Err(error) => {
            found.push(severe(error.to_string(), "correct it in the step's `env:`"));
            return None;
        }
    };
    let info = match forge.repo_info() {
        Ok(info) => info,
        Err(error) => {
            found.push(unreached(&error, forge.repo().as_ref(), severe));
            return None;
        }
    };
    found.push(fine(format!("{} is reached, default branch {}", info.slug, info.default_branch)));
    found.push(kind.checkup());
    if info.archived {
        found.push(missing(
            format!("{} is archived", info.slug),
            "nothing can be written",
            "unarchive it in its settings",
        ));
        return None;
    }
    if !info.pulls_allowed {
        let mend = "Settings → General → Features → Pull requests";
        found.push(missing("pull requests are turned off", "a repair ends as a branch or a patch", mend));
    }
    let tip = forge.branch_tip(&info.default_branch).ok().flatten();
    let workflows = tip.as_ref().and_then(|tip| workflows(&forge, tip));
    Some(Reached { forge, info, kind, tip, workflows })
}

fn unreached(error: &ForgeError, slug: &str, severe: impl Fn(String, &str) -> Checkup) -> Checkup {
    let without = "everything that needs GitHub; `heal`, `fix` and `demo` work";
    match error {
        ForgeError::Unauthorized { .. } => missing(
            "GitHub does not accept the token",
            without,
            "a token that has not expired, as input `token` or GITHUB_TOKEN",
        ),
        ForgeError::NotFound { .. } => missing(
            format!("{slug} does not exist, or the token may not see it"),
            without,
            "correct GITHUB_REPOSITORY, or give the token access to the repository",
        ),
        ForgeError::Network { .. } | ForgeError::Timeout { .. } => {
            severe(format!("GitHub is not reached, and was not looked at: {error}"), "try again with a network")
        }
        error => severe(format!("GitHub was not looked at: {error}"), "try again later"),
    }
}

/// As a run has it; in a terminal also the token that `gh` goes by.
fn credential(door: &Door) -> anyhow::Result<Option<Credential>> {
    let given = run::credential(&door.env)?;
    let other = || {
        let token = door.env.get("GH_TOKEN").map(|token| token.trim().to_owned())?;
        held().learn([token.clone()]);
        Some(Credential::Token(token.into()))
    };
    Ok(given.or_else(other))
}

/// Impatient: somebody waits for the report.
fn client(door: &Door, repo: RepoSlug, credential: Credential) -> Result<GitHub, ForgeError> {
    let env = &door.env;
    let url = |name: &str, default: &str| env.get(name).unwrap_or_else(|| default.to_owned());
    GitHub::new(github::Config {
        api_url: url("GITHUB_API_URL", "https://api.github.com"),
        server_url: url("GITHUB_SERVER_URL", "https://github.com"),
        repo,
        credential,
        mask: held().mask_fn(),
        holds: held().holds_fn(),
        timing: Timing {
            connect: Duration::from_secs(3),
            idle: Duration::from_secs(5),
            total: Duration::from_secs(5),
            backoff: Duration::from_millis(200),
            max_wait: Duration::ZERO,
        },
        cancel: None,
    })
}

fn workflows(forge: &GitHub, tip: &Sha) -> Option<BTreeMap<String, Sha>> {
    let listing = forge.list(tip, Some(&RelPath::parse(DIRECTORY).ok()?)).ok()?;
    let yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
    let files = listing.entries.into_iter().map(|(path, entry)| (path.to_string(), entry.id));
    Some(files.filter(|(path, _)| yaml(path)).collect())
}

/// What kind of token it is, as GitHub's prefixes tell; where its permissions are granted depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Installation,
    FineGrained,
    Classic,
    Login,
    Refresh,
    Other,
}

impl Kind {
    fn of(token: &str) -> Self {
        let hex = token.len() == 40 && token.chars().all(|c| c.is_ascii_hexdigit());
        match token.split('_').next().unwrap_or_default() {
            "ghs" => Self::Installation,
            "github" if token.starts_with("github_pat_") => Self::FineGrained,
            "ghp" => Self::Classic,
            "gho" | "ghu" => Self::Login,
            "ghr" => Self::Refresh,
            _ if hex => Self::Classic,
            _ => Self::Other,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Installation => "the token is one of GitHub Actions or of a GitHub App",
            Self::FineGrained => "the token is a fine-grained personal one",
            Self::Classic => "the token is a classic personal one",
            Self::Login => "the token is a person's login",
            Self::Refresh => "the token only serves to get others (a refresh token)",
            Self::Other => "the token is of an unknown kind",
        }
    }

    fn checkup(self) -> Checkup {
        let what = self.sentence();
        match self {
            Self::Installation => fine(what),
            Self::Refresh => missing(what, "GitHub takes it for no request", "give an access token"),
            Self::FineGrained | Self::Classic | Self::Login => unknown(
                what,
                "pull requests and comments come in that person's name, and checks are not written",
                "in a workflow give ${{ github.token }} or a GitHub App's token",
            ),
            Self::Other => unknown(what, "", "in a workflow give ${{ github.token }}"),
        }
    }

    /// Where a permission is granted for such a token.
    fn mend(self, needs: &str) -> String {
        match self {
            Self::Installation | Self::Other => {
                format!(
                    "permissions: {{{needs}}} in the job (a GitHub App: in the App's settings, accepted by the organization)"
                )
            }
            Self::FineGrained => format!("in the token's settings, Repository permissions: {needs}"),
            Self::Classic | Self::Login | Self::Refresh => {
                "a token with the scope `repo` of somebody who may push".to_owned()
            }
        }
    }
}

fn judge(probe: &Probe, kind: Kind, builds: bool) -> Option<Checkup> {
    let person = !matches!(kind, Kind::Installation | Kind::Other);
    if probe.is_setting() {
        return setting(probe, person);
    }
    let mend = kind.mend(probe.needs);
    let without = without(probe.needs);
    match &probe.verdict {
        Verdict::Yes => Some(fine(format!("may {} ({})", probe.what, probe.needs))),
        Verdict::No(why) => {
            let what = format!("may not {} ({}): {why}", probe.what, probe.needs);
            let needless = probe.needs.starts_with("checks") || (probe.needs.starts_with("actions") && !builds);
            Some(if needless { unknown(what, without, mend) } else { missing(what, without, mend) })
        }
        Verdict::Unknown(why) => {
            Some(unknown(format!("may it {} ({})? {why}", probe.what, probe.needs), without, mend))
        }
    }
}

/// It binds the token of Actions alone.
fn setting(probe: &Probe, person: bool) -> Option<Checkup> {
    let without = "the branch is pushed, and the pull request becomes a prefilled link";
    match &probe.verdict {
        Verdict::Yes => Some(fine("GitHub Actions may open pull requests")),
        Verdict::No(why) => {
            Some(missing(format!("GitHub Actions may not open pull requests: {why}"), without, probe.needs))
        }
        Verdict::Unknown(_) if person => None,
        Verdict::Unknown(why) => {
            Some(unknown(format!("may GitHub Actions open pull requests? {why}"), without, probe.needs))
        }
    }
}

fn without(needs: &str) -> &'static str {
    match needs {
        "contents: read" => "nothing can be repaired: the code cannot be read",
        "contents: write" => "no branch can be pushed: a repair ends as a patch file; the ledger is not written",
        "issues: read" => "issues cannot be read",
        "issues: write" => "no comment, no reaction and no label",
        "pull-requests: read" => "work that is done already cannot be seen",
        "pull-requests: write" => "no pull request is opened: it becomes a prefilled link",
        "actions: read" => "failed jobs and their logs cannot be read",
        "actions: write" => "a build that failed for a passing cause is not run again, and no checks are dispatched",
        "checks: read" | "checks: write" => "annotations are printed to the log instead",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_prefix() {
        for (token, kind) in [
            ("ghs_abc", Kind::Installation),
            ("github_pat_11A", Kind::FineGrained),
            ("ghp_x", Kind::Classic),
            ("0123456789abcdef0123456789abcdef01234567", Kind::Classic),
            ("gho_x", Kind::Login),
            ("ghr_x", Kind::Refresh),
            ("whatever", Kind::Other),
        ] {
            assert_eq!(Kind::of(token), kind, "{token}");
        }
    }
}
