//! What `run`, `propose`, `publish` and `demo` work with: the forge, the configuration from the trust
//! commit, the ledger, and the heal process on a tree of its own.

use super::actions::{self, Report};
use super::held::held;
use super::ledger::place;
use super::model::Whom;
use super::progress::{Teller, Watch};
use super::{Door, Exit, inner, local, model, notify, usage, withheld};
use crate::command::{CommandLine, SetUp};
use crate::config::{self, Channel, Config, LedgerStore, Sandbox, Strangers};
use crate::dashboard::Beacon;
use crate::forge::{Forge, ForgeError, RepoInfo};
use crate::git::{self, Repo};
use crate::ids::RelPath;
use crate::learn::Experience;
use crate::ledger::{self, Store};
use crate::llm::Recorder;
use crate::pipeline::{self, Ended, Pipeline, ThisRun};
use crate::process::{self, Tier};
use crate::record::{Healing, Outcome, Tried};
use crate::report;
use crate::spend::{self, Purse};
use crate::stage::collect::Collected;
use crate::stage::heal::{Job, Manner};
use crate::stage::memory;
use crate::task::{self, Kind};
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// In the scratch folder of an attempt: the old states of the tree.
const JOURNAL: &str = "journal";

/// Variables that name files and folders with credentials, or with what later steps believe.
const RUNNER_PLACES: &[&str] = &[
    "RUNNER_TEMP",
    "GITHUB_OUTPUT",
    "GITHUB_ENV",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_EVENT_PATH",
    "DOCKER_CONFIG",
    "KUBECONFIG",
    "NETRC",
    "SSH_AUTH_SOCK",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "PGPASSFILE",
];

pub struct Desk<'a> {
    pub door: &'a Door,
    pub forge: Box<dyn Forge>,
    /// Where trees, proposals and patches are laid.
    pub temp: PathBuf,
    pub this: ThisRun,
    pub cancel: Arc<AtomicBool>,
    /// What was said, for the run's artifact.
    pub transcript: Mutex<String>,
    /// The conversation with a model, for the same.
    pub talked: Mutex<model::Talked>,
    /// How far the run is.
    pub watch: Watch,
    /// Who watches sees each step.
    pub beacon: Option<Beacon>,
}

impl Desk<'_> {
    /// Builds the pipeline around `act`: configuration from the trust commit, store, healer.
    pub fn pipeline(
        &self,
        command: Option<CommandLine>,
        propose: Option<PathBuf>,
        act: impl FnOnce(&Pipeline) -> Result<Ended>,
    ) -> Result<Ended> {
        let say = |stage: &str, text: &str| self.say(stage, text);
        let (info, config) = match self.trusted_config() {
            Ok(both) => both,
            Err(Untrusted::User(e)) => return Err(e),
            Err(Untrusted::Forge(e)) => {
                let is_cancelled = self.cancel.load(Ordering::Relaxed);
                return Ok(Ended::without_configuration(&e, &self.this, is_cancelled));
            }
        };
        notify::keep_secret(self.door, &config);
        let is_proposed = propose.is_some();
        let store = self.store(&config)?;
        let pipeline = Pipeline {
            forge: self.forge.as_ref(),
            store: store.as_ref(),
            config: &config,
            default_branch: &info.default_branch,
            this: &self.this,
            command,
            propose,
            healer: &|work, tried| {
                let teller = Teller::new(&config.publish, self.forge.as_ref(), work).filter(|_| !is_proposed);
                let budget = Duration::from_secs(config.budget.seconds + config.verify.timeout_seconds);
                let teller = teller.map(|teller| Teller { run_url: self.this.url.as_deref(), budget, ..teller });
                self.watch.during(teller.as_ref(), || self.heal(&config, work, tried))
            },
            cancel: &self.cancel,
            say: &say,
        };
        let ended = act(&pipeline)?;
        if !is_proposed {
            self.close(&ended);
            let url = self.this.url.as_deref();
            notify::after(self.door, &config, store.as_ref(), &ended, url, &self.cancel, &say);
        }
        if config.ledger.transcripts && info.private {
            self.keep_transcript(store.as_ref(), &ended);
        }
        Ok(ended)
    }

    /// No comment goes on saying that a run is under way which has ended, this one or one that was killed before it.
    fn close(&self, ended: &Ended) {
        let Some(task) = ended.proposal.as_ref().map(|proposal| &proposal.task) else { return };
        let number = task.number.filter(|_| self.this.attempt > 1 || ended.published.took_over.is_some());
        let how = (ended.healing.outcome, ended.healing.reason.as_str());
        self.watch.close(self.forge.as_ref(), number, &report::marker(&task.key), how);
    }

    /// Beside the record; trouble with it spoils nothing.
    fn keep_transcript(&self, store: &dyn Store, ended: &Ended) {
        let Some(record) = &ended.record else { return };
        let said = self.transcript.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let talked = self.talked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = ledger::Line::of_transcript(record, &said, &talked.told).and_then(|line| store.take(&[line]));
        if let Err(e) = kept {
            self.say("ledger", &format!("the transcript could not be kept: {e:#}"));
        }
    }

    fn say(&self, stage: &str, text: &str) {
        let text = held().mask(text);
        self.watch.hear(stage, &text);
        self.door.ui.stage(stage, &text);
        self.beacon.iter().for_each(|beacon| beacon.step(stage, &text));
        let mut transcript = self.transcript.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(transcript, "{stage}: {text}");
    }

    /// Configuration and policy come from the tip of the default branch and from nowhere else.
    fn trusted_config(&self) -> Result<(RepoInfo, Config), Untrusted> {
        let info = self.forge.repo_info().map_err(Untrusted::Forge)?;
        let tip = self.forge.branch_tip(&info.default_branch).map_err(Untrusted::Forge)?;
        let named = self.door.env.input("config");
        let path = RelPath::parse(named.clone().unwrap_or_else(|| config::PATH.to_owned()))
            .map_err(|e| Untrusted::User(usage(e)))?;
        let text = match tip {
            Some(tip) => self.forge.file(&tip, &path).map_err(Untrusted::Forge)?,
            None => None,
        };
        if named.is_some() && text.is_none() {
            let branch = &info.default_branch;
            return Err(Untrusted::User(usage(format!("input `config`: there is no {path} on the branch {branch}"))));
        }
        let mut config =
            super::event::parse_config(path.as_str(), text.unwrap_or_default()).map_err(Untrusted::User)?;
        actions::apply_inputs(&self.door.env, &mut config).map_err(Untrusted::User)?;
        config::apart(&config, &info.default_branch).map_err(|why| Untrusted::User(usage(format!("{path}: {why}"))))?;
        Ok((info, config))
    }

    fn store(&self, config: &Config) -> Result<Box<dyn Store + '_>> {
        match place::database(self.door, Some(self.forge.repo()))? {
            Some(database) => {
                Ok(Box::new(place::spooled(self.door, Box::new(database), |text| self.say("ledger", text))))
            }
            None => Ok(self.in_repository(config)),
        }
    }

    /// What other runs see at once: what waits in a spool holds no cap.
    fn shared(&self, config: &Config) -> Result<Box<dyn Store + '_>> {
        match place::database(self.door, Some(self.forge.repo()))? {
            Some(database) => Ok(Box::new(database)),
            None => Ok(self.in_repository(config)),
        }
    }

    fn in_repository(&self, config: &Config) -> Box<dyn Store + '_> {
        match config.ledger.store {
            LedgerStore::Branch => Box::new(ledger::Branch::new(self.forge.as_ref(), config.ledger.branch.clone())),
            LedgerStore::Directory => {
                let dir = self.temp.join("thanos-fix-ledger");
                Box::new(ledger::Directory::new(dir, held().mask_fn()))
            }
        }
    }

    /// Lays out the tree and starts the heal process; leaves nothing behind.
    fn heal(&self, config: &Config, work: &Collected, tried: Vec<Tried>) -> Result<Healing> {
        let scratch = self.temp.join(format!("thanos-fix-{}-{}", self.this.id, work.task.key));
        let own = (work.task.kind == Kind::Command).then(|| self.workspace());
        self.clear(&scratch, own.as_deref())?;
        std::fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
        let result = self.heal_in(&scratch, own.clone(), config, work, tried);
        // A result must not be lost to a folder that some test made undeletable.
        if let Err(e) = self.clear(&scratch, own.as_deref()) {
            self.say("heal", &format!("not cleaned up: {e:#}"));
        }
        result
    }

    /// Removes the scratch folder of this attempt, or of one that was killed. Whatever became of the heal
    /// process, the job's own tree ends as it began.
    fn clear(&self, scratch: &Path, own: Option<&Path>) -> Result<()> {
        if let Some(root) = own {
            withheld::restore(root, scratch)?;
        }
        let journal = scratch.join(JOURNAL);
        if let Some(root) = own.filter(|_| journal.exists()) {
            drop(crate::workspace::Tree::open(root, &journal)?);
        }
        crate::workspace::remove_folder(scratch).with_context(|| format!("cannot clear {}", scratch.display()))
    }

    fn heal_in(
        &self,
        scratch: &Path,
        own: Option<PathBuf>,
        config: &Config,
        work: &Collected,
        tried: Vec<Tried>,
    ) -> Result<Healing> {
        let is_own = own.is_some();
        let root = match own {
            Some(root) => root,
            None => self.checkout(work, &scratch.join("tree"))?,
        };
        // A set-up command may make it.
        let from_file = work.command.is_none() && config.verify.prepare.is_empty();
        if let Some(why) = local::lacks_directory(config, &root).filter(|_| from_file) {
            return Ok(Healing::ended(Outcome::Explained, why));
        }
        let Some(mut job) = self.job(config, work, tried, &root, scratch) else {
            let why = "no command is known that could prove a repair: set verify.command in .github/thanos.yml";
            return Ok(Healing::ended(Outcome::Explained, why));
        };
        job.experience = self.experience(config);
        // Elsewhere the sandbox covers it.
        if config.sandbox.tier == Sandbox::Full && process::tier() != Tier::Namespaces && is_own {
            withheld::withhold(&root, scratch)?;
        }
        let may_ask = self.may_ask(config, work);
        let say = |stage: &str, text: &str| self.say(stage, text);
        let mut company = match may_ask {
            true => {
                let (env, whom) = (&self.door.env, Whom::All);
                model::live(env, config, &self.cancel, Recorder::default(), self.door.ui, whom, &say)
            }
            false => model::kept_out(&self.door.env, config),
        };
        job.agent = may_ask.then(|| model::agent(config, &mut company, &say)).flatten();
        job.manner = job.manner.without_reviewer(company.no_reviewer.clone());
        let asked = company.asked.as_ref();
        job.hands = model::hands(&job.hands, asked, job.agent.as_ref());
        let start = |job: &Job| self.door.ui.without_commands(|| inner::start(job, &self.cancel, &say));
        let (opens, late) = (|| self.shared(config), || self.store(config));
        let purse = self.purse(config, work, &opens).map(|purse| Purse { late: &late, ..purse });
        let healing = model::metered(asked, purse, &say, |model| model::serve(model, job, &say, start));
        let talked = asked.map(model::Asked::talked).unwrap_or_default();
        *self.talked.lock().unwrap_or_else(PoisonError::into_inner) = talked;
        let mut healing = healing?;
        // With one it may have been repaired: people have to know what to mend.
        company.onto(&mut healing);
        Ok(healing)
    }

    /// The caps that hold across runs, where there are any.
    fn purse<'a>(&self, config: &Config, work: &Collected, store: spend::Opens<'a>) -> Option<Purse<'a>> {
        let purse = Purse::new(&config.budget, store)?;
        let attempt = Some(self.this.attempt_name(&work.task.key));
        Some(Purse {
            repository: Some(work.task.repository.clone()),
            attempt,
            task: Some(work.task.key.clone()),
            ..purse
        })
    }

    /// What earlier runs in this repository left.
    fn experience(&self, config: &Config) -> Experience {
        let say = |stage: &str, text: &str| self.say(stage, text);
        let store = match self.store(config) {
            Ok(store) => store,
            Err(error) => {
                say("ledger", &format!("nothing is remembered: {error:#}"));
                return Experience::default();
            }
        };
        memory::experience(&[store.as_ref()], Some(self.forge.repo()), &pipeline::now(), config.may_reorder(), &say)
    }

    /// `trust.strangers: no-model` keeps a model from the tasks of people without write access.
    fn may_ask(&self, config: &Config, work: &Collected) -> bool {
        config.trust.strangers != Strangers::NoModel
            || task::is_of_writers(&work.task, config, |login| self.forge.permission(login))
    }

    fn workspace(&self) -> PathBuf {
        self.door.env.path("GITHUB_WORKSPACE").unwrap_or_else(|| self.door.common.repo.clone())
    }

    fn checkout(&self, work: &Collected, into: &Path) -> Result<PathBuf> {
        self.say("collect", &format!("checking out {}", work.base.short()));
        let local = Repo::open(&self.workspace()).ok().filter(|repo| repo.has_commit(&work.base));
        match local {
            Some(repo) => git::checkout_local(&repo, &work.base, into)?,
            None => self.forge.checkout(&work.base, 50, into)?,
        }
        Ok(into.to_owned())
    }

    fn job(&self, config: &Config, work: &Collected, tried: Vec<Tried>, root: &Path, scratch: &Path) -> Option<Job> {
        let configured = || config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
        let command = work.command.clone().or_else(configured).or_else(|| crate::verify::detect(root))?;
        let own = config.verify.prepare.iter().filter_map(|c| c.to_line(config.verify.directory.as_ref()));
        let prepare: Vec<_> = own.map(|command| SetUp { command, may_fail: false }).collect();
        // Whatever `environment.keep` says, what the channels need is no child's.
        let is_secret = |name: &str| config.notify.iter().flat_map(Channel::variables).any(|secret| secret == name);
        let keep: Vec<String> = config.environment.keep.iter().filter(|name| !is_secret(name)).cloned().collect();
        let env = process::base_env(&self.door.env.pairs(), &keep);
        Some(Job {
            journal: scratch.join(JOURNAL),
            prepare: if prepare.is_empty() { work.prepare.clone() } else { prepare },
            as_step: true,
            has_failed: work.task.run.is_some(),
            recorded: work.recorded.clone(),
            text: work.text.clone(),
            request: work.task.request,
            since: work.since.clone(),
            hidden: self.hidden(),
            env: local::strings(env),
            tried,
            manner: Self::manner(config, work),
            ..Job::of(config, root.to_owned(), scratch, command)
        })
    }

    /// Only an issue reports something that a test may have to be made of.
    fn manner(config: &Config, work: &Collected) -> Manner {
        let manner = Manner::of(config, work.wishes.clone());
        let reproduce = if work.task.kind == Kind::Issue { manner.reproduce } else { config::Reproduce::default() };
        Manner { reproduce, ..manner }
    }

    /// Where the runner keeps what repository code must not see.
    fn hidden(&self) -> Vec<PathBuf> {
        let named = RUNNER_PLACES.iter().filter_map(|name| self.door.env.path(name));
        // What google-github-actions/auth writes into the workspace.
        let is_key = |name: &str| name.starts_with("gha-creds-") && name.ends_with(".json");
        let entries = std::fs::read_dir(self.workspace()).into_iter().flatten().flatten();
        let keys = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_key)).map(|entry| entry.path());
        named.chain(keys).collect()
    }

    pub fn report(&self, ended: &Ended, dir: &Path) -> Result<Exit> {
        actions::report(&Report {
            door: self.door,
            this: &self.this,
            web: &self.forge.web_url(),
            transcript: &self.transcript.lock().unwrap_or_else(PoisonError::into_inner),
            talked: &self.talked.lock().unwrap_or_else(PoisonError::into_inner),
            dir,
            ended,
        })
    }
}

enum Untrusted {
    User(anyhow::Error),
    Forge(ForgeError),
}
