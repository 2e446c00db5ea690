//! `run`, `propose` and `publish`: the Action's entries. This process holds the token and executes no
//! repository code; the heal stage is our own binary again, with an empty environment.

use super::actions::{self, Report};
use super::env::Env;
use super::{Door, Exit, event::read_payload, inner, local, usage};
use crate::command::CommandLine;
use crate::config::{self, Config, LedgerStore};
use crate::event::{self, Event};
use crate::forge::github::{self, GitHub, Timing};
use crate::forge::{Forge, ForgeError, Mask};
use crate::git::{self, Repo};
use crate::ids::{RelPath, RepoSlug};
use crate::ledger::{self, Store};
use crate::mask::Masker;
use crate::pipeline::{Ended, Pipeline, ThisRun};
use crate::process;
use crate::record::{Healing, Outcome, Tried};
use crate::stage::collect::Collected;
use crate::stage::heal::Job;
use crate::stage::proposal::Proposal;
use crate::task::Kind;
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The Action's entry: read the event, find the cause, prove a repair, open one pull request
#[derive(clap::Args)]
pub struct RunArgs {}

/// The first half of `run`, for a job without a write token: seal a proposal, publish nothing
#[derive(clap::Args)]
pub struct ProposeArgs {
    /// Where the sealed proposal goes
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The second half of `run`, for a job that runs no repository code: publish a sealed proposal
#[derive(clap::Args)]
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

/// Leaves the environment behind: starts this program again with nothing in it. Returns only on failure.
pub fn leave_environment(env: &Env, args: &[OsString]) -> Result<std::convert::Infallible> {
    let pairs = local::strings(env.pairs());
    let input = serde_json::to_vec(&pairs)?;
    let kept = env.pairs().into_iter().filter(|(k, _)| k == "PATH" || k == "LANG").collect::<Vec<_>>();
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
    let desk = Desk::open(door)?;
    let event = desk.event()?;
    let command = door.env.input("command").map(|script| CommandLine::shell("bash", &script));
    // Repository code already ran in a job that gives a command: it never publishes.
    let only_propose = propose.is_some() || command.is_some();
    let out = propose.and_then(|p| p.out.clone()).or_else(|| door.env.path("THANOS_INPUT_PROPOSAL"));
    let dir = out.unwrap_or_else(|| desk.temp.join("thanos-fix-proposal"));
    let ended = desk.pipeline(command, only_propose.then_some(dir.clone()), |pipeline| pipeline.run(&event))?;
    desk.report(&ended, &dir)
}

/// `publish`.
pub fn publish(door: &Door, args: &PublishArgs) -> Result<Exit> {
    let desk = Desk::open(door)?;
    let dir = args.proposal.clone().or_else(|| door.env.path("THANOS_INPUT_PROPOSAL"));
    let dir = dir.ok_or_else(|| usage("give the proposal's directory with --proposal (input `proposal`)"))?;
    let digest = args.digest.clone().or_else(|| door.env.input("proposal-digest")).ok_or_else(|| {
        usage("give the digest that the propose job announced with --digest (input `proposal-digest`)")
    })?;
    let proposal = Proposal::open(&dir, &digest).map_err(usage)?;
    if proposal.task.repository != *desk.forge.repo() {
        return Err(usage(format!("the proposal is for {}, not for {}", proposal.task.repository, desk.forge.repo())));
    }
    let ended = desk.pipeline(None, None, |pipeline| pipeline.publish(proposal.clone()))?;
    desk.report(&ended, &dir)
}

/// What every one of these verbs works with.
struct Desk<'a> {
    door: &'a Door,
    forge: GitHub,
    mask: Arc<Masker>,
    temp: PathBuf,
    this: ThisRun,
    cancel: Arc<AtomicBool>,
}

impl<'a> Desk<'a> {
    fn open(door: &'a Door) -> Result<Self> {
        let env = &door.env;
        let slug = env.get("GITHUB_REPOSITORY").ok_or_else(|| {
            usage("GITHUB_REPOSITORY is not set: `run` belongs in a GitHub workflow; locally use `heal` or `fix`")
        })?;
        let token = env.input("token").or_else(|| env.get("GITHUB_TOKEN"));
        let token = token.ok_or_else(|| usage("no token: give the input `token` or set GITHUB_TOKEN"))?;
        let masker = Arc::new(Masker::new(env.secrets().into_iter().chain([token.clone()])));
        let for_mask = Arc::clone(&masker);
        let mask: Mask = Arc::new(move |text: &str| for_mask.mask(text).into_owned());
        let server = env.get("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
        let forge = GitHub::new(github::Config {
            api_url: env.get("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned()),
            server_url: server.clone(),
            repo: RepoSlug::parse(slug).map_err(usage)?,
            token: Some(token.into()),
            mask,
            timing: Timing::default(),
        })
        .map_err(usage)?;
        let temp = env.path("RUNNER_TEMP").unwrap_or_else(std::env::temp_dir);
        let this = this_run(env, &server, forge.repo());
        Ok(Self { door, forge, mask: masker, temp, this, cancel: local::cancel_flag()? })
    }

    fn event(&self) -> Result<Event> {
        let env = &self.door.env;
        let path = env.path("GITHUB_EVENT_PATH").ok_or_else(|| usage("GITHUB_EVENT_PATH is not set: no event to read"))?;
        let name = env.get("GITHUB_EVENT_NAME").unwrap_or_default();
        let payload = read_payload(&path)?;
        let mut event = event::parse(&name, &payload).map_err(|e| usage(format!("{}: {e}", path.display())))?;
        // `schedule` and others carry no repository; the runner names it.
        if event.repository.is_none() {
            let slug = self.forge.repo().clone();
            event.repository = Some(event::Repository { slug, default_branch: None });
        }
        Ok(event)
    }

    /// Builds the pipeline around `act`: configuration from the trust commit, store, healer.
    fn pipeline(
        &self,
        command: Option<CommandLine>,
        propose: Option<PathBuf>,
        act: impl FnOnce(&Pipeline) -> Result<Ended>,
    ) -> Result<Ended> {
        let ui = self.door.ui;
        let say = |stage: &str, text: &str| ui.stage(stage, &self.mask.mask(text));
        let (info, config) = match self.trusted_config() {
            Ok(both) => both,
            Err(Untrusted::User(e)) => return Err(e),
            Err(Untrusted::Forge(e)) => return Ok(Ended::without_task(blocked_or_error(&e), e.to_string())),
        };
        let store = self.store(&config);
        let pipeline = Pipeline {
            forge: &self.forge,
            store: store.as_ref(),
            config: &config,
            default_branch: &info.default_branch,
            this: &self.this,
            command,
            propose,
            healer: &|work, tried| self.heal(&config, work, tried),
            cancel: &self.cancel,
            say: &say,
        };
        act(&pipeline)
    }

    /// Configuration and policy come from the tip of the default branch and from nowhere else.
    fn trusted_config(&self) -> Result<(crate::forge::RepoInfo, Config), Untrusted> {
        let info = self.forge.repo_info().map_err(Untrusted::Forge)?;
        let tip = self.forge.branch_tip(&info.default_branch).map_err(Untrusted::Forge)?;
        let path = RelPath::parse(self.door.env.input("config").unwrap_or_else(|| config::PATH.to_owned()))
            .map_err(|e| Untrusted::User(usage(e)))?;
        let text = match tip {
            Some(tip) => self.forge.file(&tip, &path).map_err(Untrusted::Forge)?,
            None => None,
        };
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        let mut config = config::parse(path.as_str(), &text).map_err(|e| Untrusted::User(usage(e)))?;
        actions::apply_inputs(&self.door.env, &mut config).map_err(Untrusted::User)?;
        Ok((info, config))
    }

    fn store(&self, config: &Config) -> Box<dyn Store + '_> {
        match config.ledger.store {
            LedgerStore::Branch => Box::new(ledger::Branch::new(&self.forge, config.ledger.branch.clone())),
            LedgerStore::Directory => {
                let mask = Arc::clone(&self.mask);
                let dir = self.temp.join("thanos-fix-ledger");
                Box::new(ledger::Directory::new(dir, Arc::new(move |text: &str| mask.mask(text).into_owned())))
            }
        }
    }

    /// Lays out the tree and starts the heal process.
    fn heal(&self, config: &Config, work: &Collected, tried: Vec<Tried>) -> Result<Healing> {
        let scratch = self.temp.join(format!("thanos-fix-{}-{}", self.this.id, work.task.key));
        if scratch.exists() {
            // An attempt that was killed left it.
            std::fs::remove_dir_all(&scratch).with_context(|| format!("cannot clear {}", scratch.display()))?;
        }
        std::fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
        let in_place = work.task.kind == Kind::Command;
        let root = if in_place { self.workspace() } else { self.checkout(work, &scratch.join("tree"))? };
        let Some(job) = self.job(config, work, tried, &root, &scratch) else {
            let why = "no command is known that could prove a repair: set verify.command in .github/thanos.yml";
            return Ok(Healing::ended(Outcome::Explained, why));
        };
        let ui = self.door.ui;
        let result = inner::start(&job, &self.cancel, &|stage, text| ui.stage(stage, &self.mask.mask(text)));
        if in_place {
            // Whatever became of the process, the job's own tree ends as it began.
            drop(crate::workspace::Tree::open(&root, &job.journal));
        }
        result
    }

    fn workspace(&self) -> PathBuf {
        self.door.env.path("GITHUB_WORKSPACE").unwrap_or_else(|| self.door.common.repo.clone())
    }

    fn checkout(&self, work: &Collected, into: &Path) -> Result<PathBuf> {
        self.door.ui.stage("collect", &format!("checking out {}", work.base.short()));
        let local = Repo::open(&self.workspace()).ok().filter(|repo| repo.has_commit(&work.base));
        match local {
            Some(repo) => git::checkout_local(&repo, &work.base, into)?,
            None => self.forge.checkout(&work.base, 50, into)?,
        }
        Ok(into.to_owned())
    }

    fn job(&self, config: &Config, work: &Collected, tried: Vec<Tried>, root: &Path, scratch: &Path) -> Option<Job> {
        let configured = || config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
        let command = work.command.clone().or_else(configured).or_else(|| local::detect(root))?;
        let prepare: Vec<CommandLine> =
            config.verify.prepare.iter().filter_map(|c| c.to_line(config.verify.directory.as_ref())).collect();
        let env = process::base_env(&self.door.env.pairs(), &config.environment.keep);
        Some(Job {
            root: root.to_owned(),
            journal: scratch.join("journal"),
            scratch: scratch.join("private"),
            writable: local::writable(root, &env, false),
            command,
            prepare: if prepare.is_empty() { work.prepare.clone() } else { prepare },
            recorded: work.recorded.clone(),
            text: work.text.clone(),
            request: work.task.request,
            hands: config.hands.0.clone(),
            policy: config.policy.clone(),
            sandbox: config.sandbox,
            env: local::strings(env),
            timeout_seconds: config.verify.timeout_seconds.min(config.budget.seconds),
            budget_seconds: config.budget.seconds,
            tried,
            keep: false,
        })
    }

    fn report(&self, ended: &Ended, dir: &Path) -> Result<Exit> {
        actions::report(&Report { door: self.door, mask: &self.mask, this: &self.this, temp: &self.temp, dir, ended })
    }
}

enum Untrusted {
    User(anyhow::Error),
    Forge(ForgeError),
}

fn blocked_or_error(error: &ForgeError) -> Outcome {
    let no = matches!(
        error,
        ForgeError::Unauthorized { .. } | ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }
    );
    if no { Outcome::Blocked } else { Outcome::Error }
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
        server,
    }
}
