//! `.github/thanos.yml` and its defaults. Read from the trust commit only; unknown keys are refused
//! with the line and the nearest known key. `docs/configuration.md` documents every key.

mod agent;
mod command;
mod fixers;
mod guards;
mod limits;
mod model;
mod notify;
mod policy;
mod review;
mod sandbox;

pub use agent::{Agent, PLACES};
pub use command::Command;
pub use fixers::OwnFixer;
pub use guards::{OwnGuard, RESERVED};
pub use limits::{apart, twice};
pub use model::{Model, Price, Route, Routes, Server, Wire};
pub use notify::{Channel, ChannelKind, Telling, severity};
pub use policy::{Level, Policy};
pub use review::{Answers, Reproduce, Review, Reviewer, Wording};
pub use sandbox::{Confinement, Sandbox};

use crate::ids::{BranchName, RelPath};
use crate::record::HandId;
use serde::Deserialize;

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
    pub model: Model,
    pub agent: Agent,
    pub review: Review,
    pub answers: Answers,
    pub reproduce: Reproduce,
    pub summary: Wording,
    pub branch: Branch,
    pub publish: Publish,
    pub trust: Trust,
    pub triggers: Triggers,
    pub retry: Retry,
    pub ledger: Ledger,
    /// Who is told how runs end.
    pub notify: Vec<Channel>,
    pub policy: Policy,
    /// The repository's own ways to mend itself.
    pub fixers: Vec<OwnFixer>,
    /// The repository's own checks over every candidate.
    pub guards: Vec<OwnGuard>,
    #[serde(deserialize_with = "sandbox::either")]
    pub sandbox: Confinement,
    pub environment: Environment,
    pub learning: Learning,
    /// The file or the command line lists the hands: then their order is not ours to change.
    #[serde(skip)]
    pub hands_are_listed: bool,
}

/// What earlier runs may change in later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Learning {
    /// Whether hands that nobody listed are asked in the order in which they did well here.
    #[serde(deserialize_with = "switch")]
    pub order: bool,
}

impl Default for Learning {
    fn default() -> Self {
        Self { order: true }
    }
}

/// `on` and `off`, and YAML's own words for them.
fn switch<'de, D: serde::Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Bool(bool),
        Word(String),
    }
    match Either::deserialize(input) {
        Ok(Either::Bool(on)) => Ok(on),
        Ok(Either::Word(word)) if word == "on" => Ok(true),
        Ok(Either::Word(word)) if word == "off" => Ok(false),
        _ => Err(serde::de::Error::custom("use on or off")),
    }
}

impl Config {
    /// Whether the hands may be asked in another order than the usual one.
    pub fn may_reorder(&self) -> bool {
        self.learning.order && !self.hands_are_listed
    }
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
    /// For the hand `model`, which costs money; 0 keeps it out.
    pub usd: f64,
    /// For all runs of the repository together, by UTC's calendar.
    pub usd_per_day: Option<f64>,
    pub usd_per_month: Option<f64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { seconds: 1800, usd: 1.0, usd_per_day: None, usd_per_month: None }
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
    /// So many seconds at least between two versions of the comment while a repair is under way; 0: only at the end.
    pub progress: u64,
    pub annotations: bool,
}

impl Default for Publish {
    fn default() -> Self {
        let labels = vec!["thanos-fix".to_owned()];
        Self { draft: true, labels, dispatch_ci: None, comment: true, progress: 30, annotations: true }
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
    /// How many issues a day one stranger gets diagnosed (`strangers: triage`).
    pub triage_per_day: u64,
    pub bots: Vec<Bot>,
}

impl Default for Trust {
    fn default() -> Self {
        let bot = Bot { login: "dependabot[bot]".to_owned(), kind: bot_type() };
        Self { strangers: Strangers::Wait, triage_per_day: 3, bots: vec![bot] }
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
    /// Keep what was said in a run, and the conversation with a model; never in a public repository.
    pub transcripts: bool,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { store: LedgerStore::Branch, branch: known_branch("thanos/ledger"), transcripts: false }
    }
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
    let mut config: Config = serde_yaml::from_str(text).map_err(|e| refuse(explain(&e.to_string(), text)))?;
    config.hands_are_listed = config.hands != Hands::default() || text.lines().any(|line| line.starts_with("hands:"));
    limits::check(&config).map_err(refuse)?;
    Ok(config)
}

/// Adds the nearest known key to serde's "unknown field" message.
fn explain(message: &str, text: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((unknown, known)) = quoted.split_first().filter(|_| message.contains("unknown field")) else {
        return plain(message);
    };
    let nearest = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(unknown, k), k))
        .min()
        .filter(|(distance, _)| *distance <= 3.max(unknown.len() / 2));
    // The parser gives no place for a key at the very top.
    let line = text.lines().position(|l| l.split(':').next().is_some_and(|key| key.trim() == *unknown));
    let place = match (message.find(" at line "), line) {
        (Some(at), _) => message[at..].to_owned(),
        (None, Some(line)) => format!(" at line {}", line + 1),
        (None, None) => String::new(),
    };
    match nearest {
        Some((_, key)) => format!("unknown key `{unknown}`{place}; did you mean `{key}`?"),
        None => format!("unknown key `{unknown}`{place}; known here: {}", known.join(", ")),
    }
}

/// serde's words for types, as people say them.
fn plain(message: &str) -> String {
    const WORDS: [(&str, &str); 11] = [
        ("invalid type: unit value", "there is no value"),
        ("expected a YAML tag starting with '!'", "expected a word"),
        (
            "found character that cannot start any token",
            "found a tab (indent with spaces) or a value that must be quoted",
        ),
        ("expected struct ", "expected a table of keys, not the struct "),
        ("expected u64", "expected a whole number from 0"),
        ("expected usize", "expected a whole number from 0"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: sequence", "invalid type: a list"),
        ("invalid type: map", "invalid type: a table of keys"),
    ];
    let plain = WORDS.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to));
    // A struct's name is ours, not the reader's.
    match plain.split_once(", not the struct ") {
        Some((before, after)) => before.to_owned() + after.find(' ').map_or("", |at| &after[at..]),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Severity;

    fn refusal(text: &str) -> String {
        parse("thanos.yml", text).expect_err(text).to_string()
    }

    #[test]
    fn no_file_and_an_empty_file_mean_the_defaults() {
        for text in ["", "\n# only a comment\n", "---\n", "{}", "\u{feff}{}\r\n", "branch:\n"] {
            assert_eq!(parse("thanos.yml", text).unwrap(), Config::default(), "{text:?}");
        }
    }

    /// What `init` writes must be a configuration, and say nothing but the defaults.
    #[test]
    fn the_commented_template_is_the_default() {
        let template = include_str!("../docs/thanos.yml");
        assert_eq!(parse("thanos.yml", template).unwrap(), Config::default());
        let uncommented: String =
            template.lines().filter_map(|l| l.strip_prefix("#: ")).map(|l| format!("{l}\n")).collect();
        assert!(uncommented.contains("verify:"), "the template shows no key");
        let config = parse("thanos.yml", &uncommented).unwrap();
        assert!(config.hands_are_listed);
        assert_eq!(Config { verify: Verify::default(), hands_are_listed: false, ..config }, Config::default());
    }

    #[test]
    fn unknown_keys_are_refused_with_line_and_neighbour() {
        insta::assert_snapshot!(refusal("verify:\n  comand: make\n"));
        insta::assert_snapshot!(refusal("zzz: 1\n"));
    }

    #[test]
    fn wrong_types_and_ranges_are_refused_in_words() {
        insta::assert_snapshot!(refusal("budget: {seconds: soon}"));
        insta::assert_snapshot!(refusal("retry: {attempts: 99}"));
        insta::assert_snapshot!(refusal("hands: []"));
        insta::assert_snapshot!(refusal("branch: {prefix: '..'}"));
    }

    /// What would be silently without effect, or do harm, is refused where it is read.
    #[test]
    fn values_that_cannot_be_meant_are_refused() {
        for (text, part) in [
            ("verify: {command: false}", "a string or a list of strings"),
            ("verify: {command: {run: x}}", "a string or a list of strings"),
            ("verify: {command: ''}", "verify.command is empty"),
            ("verify: {command: []}", "verify.command is empty"),
            ("verify: {prepare: [make, ' ']}", "verify.prepare has an empty command"),
            ("verify: 3", "verify: invalid type: integer `3`, expected a table of keys at line 1"),
            ("- verify", "invalid type: a list, expected a table of keys"),
            ("verify: {timeout-seconds: -3}", "expected a whole number from 0"),
            ("hands: tool", "expected a list"),
            ("hands: [hint, tool, hint]", "names `hint` twice"),
            ("publish: {draft: maybe}", "expected true or false"),
            ("budget: {usd: -1}", "budget.usd is -1"),
            ("budget: {usd: .nan}", "budget.usd is NaN"),
            ("publish: {dispatch-ci: ../x.yml}", "publish.dispatch-ci is `../x.yml`"),
            ("publish: {dispatch-ci: ci}", "the file name of a workflow"),
            ("policy: {max-files: 0}", "policy.max-files is 0"),
            ("policy: {max-lines: 0}", "policy.max-lines is 0"),
            ("triggers: {label: ''}", "triggers.label is empty"),
            ("environment: {keep: [A=b]}", "environment.keep has `A=b`"),
            ("branch: {prefix: a/b}\nledger: {branch: a/b}", "collide"),
            ("branch: {prefix: thanos/ledger/x}", "collide"),
        ] {
            let refused = refusal(text);
            assert!(refused.contains(part) && !refused.contains("struct"), "{text}: {refused}");
        }
        parse("t", "publish: {dispatch-ci: ci.yaml}\nenvironment: {keep: [MY_VAR]}\nbudget: {usd: 1.5}").unwrap();
    }

    #[test]
    fn own_fixers_are_read_and_bad_ones_refused() {
        let fixers = parse("t", "fixers:\n  - {when: '^stale: ', run: make generate}\n").unwrap().fixers;
        assert!(fixers[0].pattern().unwrap().is_match("a\nstale: b.go\n"));
        for (fixers, part) in [
            ("[{when: '(', run: x}]", "fixers: `when: (`: "),
            ("[{when: x, run: ''}]", "the command for `x` is empty"),
            ("[{when: ' ', run: x}]", "`when` is empty"),
            ("[{when: '(a{1000}){1000}', run: x}]", "fixers: `when: (a"),
        ] {
            let refused = refusal(&format!("fixers: {fixers}"));
            assert!(refused.contains(part), "{fixers}: {refused}");
        }
    }

    #[test]
    fn own_guards_are_read_and_bad_ones_refused() {
        let text = "guards:\n  - id: licences\n    command: [reuse, lint-file, '{files}']\n    severity: warning\n    when: ['**/*.rs']\n  - {id: size, command: 'wc -l \"$@\"'}\n";
        let guards = parse("t", text).unwrap().guards;
        assert_eq!((guards[0].severity, guards[1].severity), (Severity::Warning, Severity::Error));
        assert_eq!((guards[0].when.as_slice(), guards[1].when.len()), (["**/*.rs".to_owned()].as_slice(), 0));
        for (guards, part) in [
            ("[{id: secrets, command: x}]", "built-in check"),
            ("[{id: A b, command: x}]", "small letters"),
            ("[{id: a, command: x}, {id: a, command: y}]", "two of them"),
            ("[{id: a, command: ' '}]", "empty command"),
            ("[{id: a, command: x, severity: note}]", "use error or warning"),
            ("[{id: a, command: x, severity: fatal}]", "fatal"),
            ("[{id: a, command: x, when: ['[']}]", "guards: a:"),
            ("[{id: a, command: x, comand: y}]", "did you mean `command`"),
            ("[{id: a}]", "command"),
        ] {
            let refused = refusal(&format!("guards: {guards}"));
            assert!(refused.contains(part), "{guards}: {refused}");
        }
    }

    #[test]
    fn bombs_and_books_are_refused() {
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (i, pair) in "abcdefghijk".as_bytes().windows(2).enumerate() {
            let (from, to) = (char::from(pair[0]), char::from(pair[1]));
            let line = format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(", "));
            assert!(i < 20);
            bomb.push_str(&line);
        }
        assert!(parse("thanos.yml", &bomb).is_err());
        assert!(refusal(&format!("x: {}", "y".repeat(70_000))).contains("at most"));
        assert!(parse("thanos.yml", &"[".repeat(20_000)).is_err());
    }

    #[test]
    fn commands_are_scripts_or_argument_vectors() {
        let config = parse("t", "verify: {command: 'npm test', directory: web, prepare: [[npm, ci]]}").unwrap();
        let command = config.verify.command.unwrap().to_line(config.verify.directory.as_ref()).unwrap();
        assert_eq!(command.script(), Some("npm test"));
        assert_eq!(command.directory.unwrap().as_str(), "web");
        assert_eq!(config.verify.prepare[0].to_line(None).unwrap().argv, ["npm", "ci"]);
    }
}
