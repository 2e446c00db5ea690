//! Everything else that the ledger remembers beside the attempts: what became of pull requests, what reviewers said,
//! how proposals were rated, what was learned, decided and spent. One entry is one fact at one time; entries are only
//! ever appended, and what is true now is what they add up to.

use super::{FailureClass, HandId, Severity, Signature, Tokens};
use crate::ids::{AttemptName, BranchName, RepoSlug, Sha, TaskKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One fact. `id` is unique and the same whenever the same fact is told twice (a webhook comes again, a spool is
/// delivered late): a store keeps the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Told")]
pub struct Entry {
    pub schema: u32,
    /// Letters, digits, `-`, `_` and `.`, at most 120: it is part of a file's name.
    pub id: String,
    /// RFC 3339, UTC.
    pub at: String,
    pub repository: Option<RepoSlug>,
    /// The run that it belongs to.
    pub attempt: Option<AttemptName>,
    pub task: Option<TaskKey>,
    /// Who caused it, as the forge calls them; `None`: we did.
    pub actor: Option<String>,
    /// The forge said that the actor may write, or it was us. Nothing is learned from others.
    pub trusted: bool,
    #[serde(flatten)]
    pub fact: Fact,
}

/// As it is read: `data` waits until `kind` is known, whichever of them comes first.
#[derive(Deserialize)]
struct Told {
    schema: u32,
    id: String,
    at: String,
    repository: Option<RepoSlug>,
    attempt: Option<AttemptName>,
    task: Option<TaskKey>,
    actor: Option<String>,
    #[serde(default)]
    trusted: bool,
    kind: String,
    data: Box<RawValue>,
}

impl TryFrom<Told> for Entry {
    type Error = serde_json::Error;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        let Told { schema, id, at, repository, attempt, task, actor, trusted, kind, data } = told;
        let fact = Fact::read(&kind, data.get())?;
        Ok(Self { schema, id, at, repository, attempt, task, actor, trusted, fact })
    }
}

/// In JSON the word stands in `kind` and the rest in `data`. A kind that this version does not know is kept as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "data", rename_all = "lowercase")]
pub enum Fact {
    Pull(PullFact),
    Review(ReviewFact),
    Evaluation(Evaluation),
    Learning(Learning),
    Decision(Decision),
    Spend(Spend),
    Error(Fault),
}

impl Fact {
    /// Every word that `kind` gives.
    pub const KINDS: [&str; 7] = ["pull", "review", "evaluation", "learning", "decision", "spend", "error"];

    fn read(kind: &str, data: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            "pull" => Self::Pull(serde_json::from_str(data)?),
            "review" => Self::Review(serde_json::from_str(data)?),
            "evaluation" => Self::Evaluation(serde_json::from_str(data)?),
            "learning" => Self::Learning(serde_json::from_str(data)?),
            "decision" => Self::Decision(serde_json::from_str(data)?),
            "spend" => Self::Spend(serde_json::from_str(data)?),
            "error" => Self::Error(serde_json::from_str(data)?),
            other => return Err(serde::de::Error::custom(format!("a fact of the unknown kind `{other}`"))),
        })
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pull(_) => "pull",
            Self::Review(_) => "review",
            Self::Evaluation(_) => "evaluation",
            Self::Learning(_) => "learning",
            Self::Decision(_) => "decision",
            Self::Spend(_) => "spend",
            Self::Error(_) => "error",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    Opened,
    /// The forge's checks on its head.
    Green,
    Red,
    Merged,
    /// Without a merge.
    Closed,
    Reopened,
    /// Merged, and taken back by a later commit.
    Reverted,
}

impl PullState {
    /// Of what is told of one pull request the most final counts, and of two alike the later: only what was merged is taken
    /// back, and what is merged is closed for good, whatever the clocks of those say who did it.
    pub fn finality(self) -> u8 {
        match self {
            Self::Opened | Self::Green | Self::Red => 0,
            Self::Closed | Self::Reopened => 1,
            Self::Merged => 2,
            Self::Reverted => 3,
        }
    }
}

/// Something happened to a pull request of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PullFact {
    pub number: u64,
    pub url: String,
    pub state: PullState,
    pub branch: Option<BranchName>,
    /// The head, the merge or the revert, as the state says.
    pub commit: Option<Sha>,
    /// From opened to this, in hours.
    #[serde(default)]
    pub hours: Option<f64>,
    /// What people changed in our patch before it was merged: a unified diff, masked, at most 16 KiB; empty: nothing.
    #[serde(default)]
    pub edits: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewSource {
    /// Our own reviewer model.
    Ours,
    Coderabbit,
    /// Another program.
    Bot,
    Person,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approved,
    /// Changes are asked for.
    Changes,
    Commented,
    /// No review: skipped, rate-limited, still running.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Concern {
    Correctness,
    Security,
    Performance,
    Style,
    Test,
    Other,
}

/// One thing that a reviewer has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub line: Option<u32>,
    pub severity: Severity,
    pub concern: Concern,
    pub claim: String,
    #[serde(default)]
    pub suggestion: Option<String>,
}

/// A review of a proposal or of a pull request of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewFact {
    /// `None`: before there was a pull request.
    pub pull: Option<u64>,
    pub source: ReviewSource,
    /// A login, or provider and model.
    pub reviewer: String,
    pub verdict: Verdict,
    #[serde(default)]
    pub remarks: Vec<Remark>,
    /// Words for what a merge would risk: `public api`, `migration`, `concurrency`, …
    #[serde(default)]
    pub risks: Vec<String>,
    /// 0.0 (a typo) to 1.0, where the reviewer says so.
    #[serde(default)]
    pub complexity: Option<f64>,
    #[serde(default)]
    pub tokens: Tokens,
    #[serde(default)]
    pub cost_usd: f64,
}

/// One of the four parts of a score.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// 0 to 100.
    pub score: f64,
    /// What was measured and what it took off, for people.
    pub reasons: Vec<String>,
}

/// How good a proposal is, 0 to 100:
/// `0.30 code_quality + 0.25 test_coverage + 0.25 maintainability + 0.20 readability`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub score: f64,
    pub code_quality: Part,
    pub test_coverage: Part,
    pub maintainability: Part,
    pub readability: Part,
    /// A model's opinion, where one was asked: it moves the score by 10 at most.
    #[serde(default)]
    pub opinion: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lesson {
    /// This patch, or one of its kind, mended a failure of this signature.
    Fix,
    /// What a reviewer or an editing person objected to.
    Objection,
    /// A test that fails and passes on the same commit.
    Flaky,
    /// A signature that a rerun mended.
    Transient,
    /// What a person wrote down.
    Note,
}

/// A version of something learned. The one of a `key` with the highest rank counts; `retired` takes it out of use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// The same for all versions of it.
    pub key: String,
    pub lesson: Lesson,
    #[serde(default)]
    pub signature: Option<Signature>,
    #[serde(default)]
    pub class: Option<FailureClass>,
    #[serde(default)]
    pub hand: Option<HandId>,
    /// Paths that it is about.
    #[serde(default)]
    pub files: Vec<String>,
    /// One sentence for people and for a model's desk.
    pub text: String,
    /// The unified diff that worked, masked, at most 16 KiB.
    #[serde(default)]
    pub patch: Option<String>,
    /// 0.0 to 1.0; grows and decays with outcomes.
    pub confidence: f64,
    #[serde(default)]
    pub wins: u32,
    #[serde(default)]
    pub losses: u32,
    /// Where it comes from, for people: `pull request #12, merged by octocat`.
    pub origin: String,
    #[serde(default)]
    pub retired: bool,
    /// How many versions of it this one was made from: clocks differ, and events come late.
    #[serde(default)]
    pub revision: u32,
}

impl Learning {
    /// What makes one version of a lesson the one that counts: that a person took it back, whatever runs prove later; that
    /// it knows of the others; and only then when it was written.
    pub fn rank<'a>(&self, at: &'a str) -> (bool, u32, &'a str, u32) {
        (self.retired, self.revision, at, self.wins.saturating_add(self.losses))
    }
}

/// A choice that was made, with what spoke for it: the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// `hands`, `route`, `recall`, `publish`, `cap`, …
    pub about: String,
    pub choice: String,
    pub why: String,
    /// What else could have been chosen, with the number that was compared.
    #[serde(default)]
    pub options: Vec<(String, f64)>,
    #[serde(default)]
    pub seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpendState {
    /// Set aside before anything is spent; counts until it is settled or 24 hours old.
    Reserved,
    /// What it came to; replaces the reservation of the same attempt.
    Settled,
}

/// Money, so that caps hold across runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    pub state: SpendState,
    pub usd: f64,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub tokens: Tokens,
}

/// Something of ours that broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub stage: String,
    pub message: String,
}
