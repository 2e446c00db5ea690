//! `run`, `propose` and `publish`: the Action's entries. This process holds the token and executes no
//! repository code; the heal stage is our own binary again, with an empty environment.

use super::desk::Desk;
use super::env::Env;
use super::held::held;
use super::{Door, Exit, event::read_payload, local, usage};
use crate::command::CommandLine;
use crate::event::{self, Actor, Event, Head};
use crate::forge::Forge as _;
use crate::forge::github::{self, App, Credential, GitHub, Learn, Timing};
use crate::ids::{BranchName, RepoSlug, Sha};
use crate::pipeline::ThisRun;
use crate::process;
use crate::stage::proposal::{self, Proposal};
use anyhow::Result;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Where the three verbs look, and how they end.
const SURROUNDINGS: &str = "\
Environment:
  GITHUB_EVENT_NAME, GITHUB_EVENT_PATH        the event that is looked at
  GITHUB_REPOSITORY, GITHUB_TOKEN             where, and with which rights (input `token` comes first)
  GITHUB_API_URL, GITHUB_SERVER_URL           GitHub, or an Enterprise server
  GITHUB_RUN_ID, _RUN_ATTEMPT, _JOB           the attempt's name
  GITHUB_REF, GITHUB_SHA, GITHUB_ACTOR        what the payload leaves out
  GITHUB_WORKSPACE, RUNNER_TEMP               the job's tree; where trees and proposals are laid
  GITHUB_OUTPUT, GITHUB_STEP_SUMMARY          where outputs and the summary go
  THANOS_INPUT_<NAME>                         the Action's inputs: TOKEN, APP_ID, APP_KEY, COMMAND, CONFIG,
                                              HANDS, BUDGET_SECONDS, SANDBOX, DRAFT, FAIL_ON, PROPOSAL,
                                              PROPOSAL_DIGEST
  THANOS_PATIENCE_SECONDS                     how long a busy GitHub is waited for
  THANOS_LEDGER_URL                           a PostgreSQL that keeps the ledger (a secret)

Exit codes:
  0  done, whatever the outcome (output `outcome`)
  1  the outcome is listed in the input `fail-on`
  2  wrong usage, configuration or input
  3  an internal error

Every input, output, outcome and permission: docs/configuration.md. On a machine of your own: `heal` and `fix`.";

/// The Action's entry: read the event, find the cause, prove a repair, open one pull request
#[derive(clap::Args)]
#[command(after_help = SURROUNDINGS)]
pub struct RunArgs {}

/// The first half of `run`, for a job without a write token: seal a proposal, publish nothing
#[derive(clap::Args)]
#[command(after_help = SURROUNDINGS)]
pub struct ProposeArgs {
    /// Where the sealed proposal goes
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The second half of `run`, for a job that runs no repository code: publish a sealed proposal
#[derive(clap::Args)]
#[command(after_help = SURROUNDINGS)]
pub struct PublishArgs {
    /// The directory that `propose` wrote
    #[arg(long, value_name = "DIR")]
    proposal: Option<PathBuf>,
    /// The digest that `propose` announced, as it came through the job's outputs
    #[arg(long, value_name = "sha256:…")]
    digest: Option<String>,
}

/// The first argument of the process that we become once the secrets are out of the environment.
pub const SUPERVISE: &str = "__supervise";

/// What stays in the environment: the HTTP client itself looks there for proxies and certificates.
const KEPT: &[&str] = &["PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"];
const KEPT_IN_EITHER_CASE: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

fn stays(name: &OsStr) -> bool {
    KEPT.iter().any(|kept| name == *kept) || KEPT_IN_EITHER_CASE.iter().any(|kept| name.eq_ignore_ascii_case(kept))
}

/// Leaves the environment behind: starts this program again with nothing in it. Returns only on failure.
pub fn leave_environment(env: &Env, args: &[OsString]) -> Result<std::convert::Infallible> {
    let pairs = local::strings(env.pairs());
    let input = serde_json::to_vec(&pairs)?;
    let kept = env.pairs().into_iter().filter(|(name, _)| stays(name)).collect::<Vec<_>>();
    let args: Vec<OsString> = [OsString::from(SUPERVISE)].into_iter().chain(args.iter().cloned()).collect();
    process::replace_self(&args, &kept, &input)
}

/// What [`leave_environment`] left for us.
pub fn inherited() -> Result<Env> {
    let pairs: Vec<(String, String)> = serde_json::from_slice(&process::take_handed_over()?)?;
    Ok(Env::from_pairs(pairs))
}

/// `run` and `propose`.
pub fn run(door: &Door, propose: Option<&ProposeArgs>) -> Result<Exit> {
    let desk = open(door)?;
    let event = read_event(&desk)?;
    let command = door.env.input("command").map(|script| CommandLine::shell("bash", &script));
    // Repository code already ran in a job that gives a command: it never publishes.
    let only_propose = propose.is_some() || command.is_some();
    let out = propose.and_then(|p| p.out.clone()).or_else(|| door.env.path("THANOS_INPUT_PROPOSAL"));
    let dir = out.unwrap_or_else(|| desk.temp.join("thanos-fix-proposal"));
    // An earlier attempt's artifact may lie there.
    proposal::clear(&dir)?;
    let ended = desk.pipeline(command, only_propose.then_some(dir.clone()), |pipeline| pipeline.run(&event))?;
    desk.report(&ended, &dir)
}

/// `publish`.
pub fn publish(door: &Door, args: &PublishArgs) -> Result<Exit> {
    let desk = open(door)?;
    let dir = args.proposal.clone().or_else(|| door.env.path("THANOS_INPUT_PROPOSAL"));
    let dir = dir.ok_or_else(|| usage("give the proposal's directory with --proposal (input `proposal`)"))?;
    let digest = args.digest.clone().or_else(|| door.env.input("proposal-digest")).ok_or_else(|| {
        usage("give the digest that the propose job announced with --digest (input `proposal-digest`)")
    })?;
    let proposal = Proposal::open(&dir, &digest).map_err(usage)?;
    if proposal.task.repository != *desk.forge.repo() {
        return Err(usage(format!("the proposal is for {}, not for {}", proposal.task.repository, desk.forge.repo())));
    }
    let event = read_event(&desk)?;
    let ended = desk.pipeline(None, None, |pipeline| pipeline.publish_sealed(&event, proposal))?;
    desk.report(&ended, &dir)
}

/// GitHub as the environment names it, and what must never leave.
pub fn github(door: &Door, cancel: &Arc<AtomicBool>) -> Result<GitHub> {
    let env = &door.env;
    let slug = env.get("GITHUB_REPOSITORY").ok_or_else(|| {
        usage("GITHUB_REPOSITORY is not set: `run`, `propose` and `publish` belong in a GitHub workflow; locally use `heal` or \
             `fix`")
    })?;
    let credential = credential(env)?
        .ok_or_else(|| usage("no token: give the input `token`, or `app-id` with `app-key`, or set GITHUB_TOKEN"))?;
    GitHub::new(github::Config {
        api_url: env.get("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned()),
        server_url: server_url(env),
        repo: RepoSlug::parse(slug).map_err(usage)?,
        credential,
        mask: held().mask_fn(),
        holds: held().holds_fn(),
        timing: Timing { max_wait: patience(env)?, ..Timing::default() },
        cancel: Some(Arc::clone(cancel)),
    })
    .map_err(usage)
}

/// How long to wait, in all, for a GitHub that is busy or down.
fn patience(env: &Env) -> Result<Duration> {
    let Some(text) = env.get("THANOS_PATIENCE_SECONDS") else { return Ok(Timing::default().max_wait) };
    let seconds = text.parse().ok().filter(|n| *n <= 3600);
    seconds.map(Duration::from_secs).ok_or_else(|| usage(format!("THANOS_PATIENCE_SECONDS is `{text}`; use 0 to 3600")))
}

/// Whether GitHub can be asked at all.
pub fn has_credential(env: &Env) -> bool {
    env.get("GITHUB_REPOSITORY").is_some() && credential(env).is_ok_and(|credential| credential.is_some())
}

/// Who we are at GitHub: an App where one is given, else a token.
pub fn credential(env: &Env) -> Result<Option<Credential>> {
    match (env.input("app-id"), env.input("app-key")) {
        (Some(id), Some(key)) => {
            held().learn([key.clone()]);
            github::check_key(&key).map_err(|error| usage(error.to_string()))?;
            let learn: Learn = Arc::new(|secret: &str| held().learn([secret.to_owned()]));
            Ok(Some(Credential::App(App { id, key: key.into(), learn })))
        }
        (Some(_), None) => Err(usage("the input `app-id` needs `app-key`, the App's private key (a secret)")),
        (None, Some(_)) => Err(usage("the input `app-key` needs `app-id`, the App's number or client id")),
        (None, None) => {
            let token = env.input("token").or_else(|| env.get("GITHUB_TOKEN")).map(|token| token.trim().to_owned());
            held().learn(token.clone());
            Ok(token.map(|token| Credential::Token(token.into())))
        }
    }
}

fn server_url(env: &Env) -> String {
    env.get("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned())
}

fn open(door: &Door) -> Result<Desk<'_>> {
    let env = &door.env;
    door.ui.in_groups();
    let cancel = local::cancel_flag()?;
    let forge = github(door, &cancel)?;
    let temp = env.path("RUNNER_TEMP").unwrap_or_else(std::env::temp_dir);
    let this = this_run(env, &server_url(env), forge.repo());
    let beacon = local::beacon(door, &format!("run {} of the job {}", this.id, this.job), forge.repo().as_str());
    Ok(Desk {
        door,
        forge: Box::new(forge),
        temp,
        this,
        cancel,
        transcript: Default::default(),
        talked: Default::default(),
        watch: Default::default(),
        beacon,
    })
}

fn read_event(desk: &Desk) -> Result<Event> {
    let env = &desk.door.env;
    let path = env.path("GITHUB_EVENT_PATH").ok_or_else(|| usage("GITHUB_EVENT_PATH is not set: no event to read"))?;
    let name = env.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let payload = read_payload(&path)?;
    let event = event::parse(&name, &payload).map_err(|e| usage(format!("{}: {e}", path.display())))?;
    Ok(with_runner(env, event))
}

/// What the runner says where the payload does not: `schedule` and others carry little.
pub fn with_runner(env: &Env, event: Event) -> Event {
    let slug = env.get("GITHUB_REPOSITORY").and_then(|slug| RepoSlug::parse(slug).ok());
    let named = slug.map(|slug| event::Repository { slug, default_branch: None });
    let login = env.get("GITHUB_ACTOR").filter(|_| event.sender.login.is_empty());
    Event {
        repository: event.repository.or(named),
        head: head(env, event.head),
        sender: login.map_or(event.sender, |login| Actor { login, kind: String::new() }),
        ..event
    }
}

fn head(env: &Env, head: Option<Head>) -> Option<Head> {
    let branch = env.get("GITHUB_REF").and_then(|r| BranchName::parse(r.strip_prefix("refs/heads/")?).ok());
    let commit = env.get("GITHUB_SHA").and_then(|sha| Sha::parse(sha).ok());
    match head {
        None => Some(Head { branch: branch?, commit, is_fork: false }),
        Some(head) if head.commit.is_none() && branch.as_ref() == Some(&head.branch) => Some(Head { commit, ..head }),
        head => head,
    }
}

fn this_run(env: &Env, server: &str, repo: &RepoSlug) -> ThisRun {
    let number = |name: &str| env.get(name).and_then(|v| v.parse::<u64>().ok());
    let id = number("GITHUB_RUN_ID");
    let server = server.trim_end_matches('/').to_owned();
    ThisRun {
        id: id.unwrap_or(0),
        attempt: number("GITHUB_RUN_ATTEMPT").unwrap_or(1),
        job: env.get("GITHUB_JOB").unwrap_or_else(|| "job".to_owned()),
        url: id.map(|id| format!("{server}/{repo}/actions/runs/{id}")),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    /// A schedule carries nothing but its line.
    #[test]
    fn the_runner_says_what_the_payload_does_not() {
        let sha = "a".repeat(40);
        let env = [
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_ACTOR", "ann"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_SHA", sha.as_str()),
        ];
        let parse = |name: &str, payload: &str| event::parse(name, payload.as_bytes()).unwrap();
        let event = with_runner(&Env::from_pairs(env), parse("schedule", r#"{"schedule": "1 1 * * *"}"#));
        assert_eq!(event.repository.unwrap().slug.as_str(), "o/r");
        let head = event.head.unwrap();
        assert_eq!(
            (head.branch.as_str(), head.commit.unwrap().as_str(), event.sender.login.as_str()),
            ("main", sha.as_str(), "ann")
        );
        // What the payload says stands.
        let push = r#"{"ref": "refs/heads/x", "repository": {"full_name": "a/b"}, "sender": {"login": "bob"}}"#;
        let event = with_runner(&Env::from_pairs(env), parse("push", push));
        let names = (event.repository.unwrap().slug, event.head.unwrap().branch, event.sender.login);
        assert_eq!((names.0.as_str(), names.1.as_str(), names.2.as_str()), ("a/b", "x", "bob"));
    }
}
