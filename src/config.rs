//! `.github/thanos.yml` and its defaults. Read from the trust commit only; unknown keys are refused
//! with the line and the nearest known key. `docs/configuration.md` documents every key.

mod policy;

pub use policy::{Level, Policy};

use crate::command::CommandLine;
use crate::ids::{BranchName, RelPath};
use crate::record::HandId;
use serde::{Deserialize, Serialize};

/// Where the file lives in a repository.
pub const PATH: &str = ".github/thanos.yml";
/// A configuration is a page, not a book; anything larger is a mistake or an attack.
const MAX_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub verify: Verify,
    pub hands: Hands,
    pub budget: Budget,
    pub branch: Branch,
    pub publish: Publish,
    pub trust: Trust,
    pub triggers: Triggers,
    pub retry: Retry,
    pub ledger: Ledger,
    pub policy: Policy,
    pub sandbox: Sandbox,
    pub environment: Environment,
}

/// What proves a repair.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Verify {
    /// The command; a string is run by `bash -eo pipefail`, a list is an argument vector.
    pub command: Option<Command>,
    /// Commands run before it, with the network on: install what a fresh runner lacks.
    pub prepare: Vec<Command>,
    pub directory: Option<RelPath>,
    pub timeout_seconds: u64,
}

impl Default for Verify {
    fn default() -> Self {
        Self { command: None, prepare: Vec::new(), directory: None, timeout_seconds: 1200 }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Command {
    Script(String),
    Argv(Vec<String>),
}

impl Command {
    /// `None` when it is empty.
    pub fn to_line(&self, directory: Option<&RelPath>) -> Option<CommandLine> {
        let mut line = match self {
            Self::Script(script) if !script.trim().is_empty() => CommandLine::shell("bash", script),
            Self::Argv(argv) if !argv.is_empty() => CommandLine::new(argv),
            _ => return None,
        };
        line.directory = directory.cloned();
        Some(line)
    }
}

/// The ladder: which hands, in which order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Hands(pub Vec<HandId>);

impl Default for Hands {
    fn default() -> Self {
        Self(HandId::ALL.to_vec())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Budget {
    pub seconds: u64,
    /// For hands that cost money; none of today's does.
    pub usd: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { seconds: 1800, usd: 0.0 }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Branch {
    pub prefix: BranchName,
}

impl Default for Branch {
    fn default() -> Self {
        Self { prefix: known_branch("thanos") }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Publish {
    pub draft: bool,
    pub labels: Vec<String>,
    /// A workflow file started on our branch, because a pull request made with `GITHUB_TOKEN` waits
    /// for approval of its checks.
    pub dispatch_ci: Option<String>,
    pub comment: bool,
    pub annotations: bool,
}

impl Default for Publish {
    fn default() -> Self {
        Self { draft: true, labels: vec!["thanos-fix".to_owned()], dispatch_ci: None, comment: true, annotations: true }
    }
}

/// What a stranger's issue may start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strangers {
    /// Nothing but a reaction, until somebody with write access adds the label or the command.
    #[default]
    Wait,
    /// Diagnosis only.
    Triage,
    /// Everything but a language model.
    NoModel,
    Full,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bot {
    pub login: String,
    /// `Bot` for apps, `User` for machine accounts.
    #[serde(rename = "type", default = "bot_type")]
    pub kind: String,
}

fn bot_type() -> String {
    "Bot".to_owned()
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trust {
    pub strangers: Strangers,
    pub bots: Vec<Bot>,
}

impl Default for Trust {
    fn default() -> Self {
        let bot = Bot { login: "dependabot[bot]".to_owned(), kind: bot_type() };
        Self { strangers: Strangers::Wait, bots: vec![bot] }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Triggers {
    /// The label that asks for a repair. Adding it needs triage permission, and is checked again.
    pub label: String,
    /// Whether an opened or reopened issue without the label is taken too.
    pub issues: bool,
    /// Workflows (names or file names) whose failed builds are taken; empty means all.
    pub workflows: Vec<String>,
}

impl Default for Triggers {
    fn default() -> Self {
        Self { label: "thanos-fix".to_owned(), issues: true, workflows: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Retry {
    /// How many attempts a task gets in all.
    pub attempts: u64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 3 }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerStore {
    /// An orphan branch of the repository.
    #[default]
    Branch,
    /// A directory, in the Action the run's artifact.
    Directory,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ledger {
    pub store: LedgerStore,
    pub branch: BranchName,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { store: LedgerStore::Branch, branch: known_branch("thanos/ledger") }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    #[default]
    Full,
    Light,
    Off,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Variables that the verify command keeps beyond the allow-list. Never secrets.
    pub keep: Vec<String>,
}

/// The constants above are valid by inspection (and by a test).
fn known_branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap_or_else(|e| unreachable!("{e}"))
}

/// Why a configuration is refused: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ConfigError {
    pub file: String,
    pub message: String,
}

/// Parses `text`; `file` is only for the message.
pub fn parse(file: &str, text: &str) -> Result<Config, ConfigError> {
    let refuse = |message: String| ConfigError { file: file.to_owned(), message };
    if text.len() > MAX_BYTES {
        return Err(refuse(format!("has {} bytes; at most {MAX_BYTES} are read", text.len())));
    }
    if text.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#') || l.trim() == "---") {
        return Ok(Config::default());
    }
    let config: Config = serde_yaml::from_str(text).map_err(|e| refuse(explain(&e.to_string())))?;
    check(&config).map_err(refuse)?;
    Ok(config)
}

fn check(config: &Config) -> Result<(), String> {
    let range = |name: &str, value: u64, low: u64, high: u64| {
        let ok = (low..=high).contains(&value);
        if ok { Ok(()) } else { Err(format!("{name} is {value}; use {low} to {high}")) }
    };
    range("verify.timeout-seconds", config.verify.timeout_seconds, 1, 21_600)?;
    range("budget.seconds", config.budget.seconds, 1, 21_600)?;
    range("retry.attempts", config.retry.attempts, 1, 10)?;
    if config.hands.0.is_empty() {
        return Err("hands is empty; name at least one".to_owned());
    }
    config.policy.check()
}

/// Adds the nearest known key to serde's "unknown field" message.
fn explain(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((unknown, known)) = quoted.split_first().filter(|_| message.contains("unknown field")) else {
        return message.to_owned();
    };
    let nearest = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(unknown, k), k))
        .min()
        .filter(|(distance, _)| *distance <= 3.max(unknown.len() / 2));
    let place = message.find(" at line ").map_or("", |at| &message[at..]);
    match nearest {
        Some((_, key)) => format!("unknown key `{unknown}`{place}; did you mean `{key}`?"),
        None => format!("unknown key `{unknown}`{place}; known here: {}", known.join(", ")),
    }
}
