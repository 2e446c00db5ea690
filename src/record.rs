//! What a run knows, as data: diagnosis, candidates, checks, evidence, outcome, attempt. Everything
//! that is printed as JSON, sealed into a proposal or written to the ledger is defined here.

mod answer;
mod cost;
mod detail;
pub mod entry;
mod outcome;
mod seen;

pub use answer::{Settled, Wish};
pub use cost::{Assumed, Tokens};
pub use detail::{Detail, Seconds};
pub use outcome::Outcome;
pub use seen::{Match, Seen};

use crate::ids::{AttemptName, BranchName, RelPath, RepoSlug, Sha, TaskKey};
use crate::patch::{Patch, PatchStats};
use serde::{Deserialize, Serialize};

/// The schema number in every JSON document that we print or store.
pub const SCHEMA: u32 = 1;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureClass {
    Compile,
    Type,
    Test,
    Lint,
    Format,
    Dependency,
    Config,
    /// Infrastructure: network, remote 5xx, DNS. A rerun helps, a patch does not.
    Transient,
    /// Memory, disk, time or output limits.
    Resource,
    Permission,
    Unknown,
}

impl FailureClass {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Type => "type",
            Self::Test => "test",
            Self::Lint => "lint",
            Self::Format => "format",
            Self::Dependency => "dependency",
            Self::Config => "config",
            Self::Transient => "transient",
            Self::Resource => "resource",
            Self::Permission => "permission",
            Self::Unknown => "unknown",
        }
    }
}

/// A place that a log names. `path` is as the log wrote it (it may be absolute, or from another machine).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub path: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub message: String,
    /// The tool's own code or rule: `E0425`, `TS2304`, `no-unused-vars`, `F401`.
    pub code: Option<String>,
}

/// What a failure log says: the output of `diagnose`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogReport {
    pub class: FailureClass,
    /// Ids of the failing tests, as the runner spells them, in order of appearance.
    pub failing: Vec<String>,
    /// Most telling first.
    pub locations: Vec<Location>,
    /// The line that a person would quote.
    pub first_error: Option<String>,
    /// The parser that recognised it: `rustc`, `pytest`, `eslint`, …
    pub tool: Option<String>,
}

impl LogReport {
    /// Without secrets, before anything is made of it.
    pub fn masked(mut self, mask: &dyn Fn(&str) -> String) -> Self {
        let quotes = self.failing.iter_mut().chain(self.first_error.as_mut());
        let messages = self.locations.iter_mut().map(|place| &mut place.message);
        quotes.chain(messages).for_each(|text| *text = mask(text));
        self
    }

    /// Nothing is known.
    pub fn unknown() -> Self {
        let class = FailureClass::Unknown;
        Self { class, failing: Vec::new(), locations: Vec::new(), first_error: None, tool: None }
    }
}

/// What identifies a failure across runs: class plus failing test ids, or the normalised first error.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signature(pub String);

/// A place that the brain suspects, best first in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    pub path: RelPath,
    pub line: Option<u32>,
    /// 0.0 to 1.0, relative to the best.
    pub score: f64,
    #[serde(default)]
    pub why: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Complexity {
    Trivial,
    Simple,
    Hard,
}

/// The rungs of the ladder, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HandId {
    /// What mended the same failure before.
    Recall,
    Tool,
    Hint,
    Search,
    /// A language model.
    Model,
    /// A coding agent that somebody else wrote, or any command that edits.
    Command,
    Revert,
    /// What a reviewer suggests, word by word: no rung of the ladder.
    Review,
}

impl HandId {
    pub const ALL: [HandId; 7] =
        [HandId::Recall, HandId::Tool, HandId::Hint, HandId::Search, HandId::Model, HandId::Command, HandId::Revert];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Tool => "tool",
            Self::Hint => "hint",
            Self::Search => "search",
            Self::Model => "model",
            Self::Command => "command",
            Self::Revert => "revert",
            Self::Review => "review",
        }
    }
}

/// What the brain says of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    pub class: FailureClass,
    pub failing: Vec<String>,
    pub locations: Vec<Location>,
    pub first_error: Option<String>,
    pub tool: Option<String>,
    pub suspects: Vec<Suspect>,
    pub complexity: Complexity,
    pub strategy: Vec<HandId>,
    pub signature: Signature,
    /// What the ledger knows of this failure, or of one like it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Unsure,
    Suggested,
    Confident,
}

impl Confidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsure => "unsure",
            Self::Suggested => "suggested",
            Self::Confident => "confident",
        }
    }
}

/// A patch that a hand proposes; nothing is proven yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub patch: Patch,
    pub hand: HandId,
    /// One sentence for people: `renamed the misspelt name lenght to length`.
    pub why: String,
    pub confidence: Confidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    /// Blocks.
    Error,
}

/// Something that a check has to say about one place. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fingerprint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckStatus {
    Pass,
    Warn,
    Fail,
    /// Not applicable here, or its tool is missing; the detail says which.
    Skipped,
}

/// The verdict of one guard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    pub id: String,
    pub status: CheckStatus,
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// One line for people; empty when the status says it all.
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub seconds: f64,
}

impl CheckResult {
    /// The status that follows from the findings: the worst severity decides.
    pub fn from_findings(id: &str, findings: Vec<Finding>) -> Self {
        let status = match findings.iter().map(|f| f.severity).max() {
            Some(Severity::Error) => CheckStatus::Fail,
            Some(Severity::Warning) => CheckStatus::Warn,
            _ => CheckStatus::Pass,
        };
        Self { id: id.to_owned(), status, findings, detail: String::new(), seconds: 0.0 }
    }

    pub fn skipped(id: &str, detail: impl Into<String>) -> Self {
        let status = CheckStatus::Skipped;
        Self { id: id.to_owned(), status, findings: Vec::new(), detail: detail.into(), seconds: 0.0 }
    }
}

/// How one run of the command ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// `None` when it was killed (time, memory or output limit; see `limit`).
    pub exit: Option<i32>,
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<String>,
    /// The last or most telling lines of output, masked, at most 4 KiB.
    #[serde(default)]
    pub excerpt: String,
}

impl RunSummary {
    pub fn passed(&self) -> bool {
        self.exit == Some(0)
    }
}

/// The failing command's result before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub command: String,
    pub before: RunSummary,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<RunSummary>,
    /// Tests that failed before and pass now.
    #[serde(default)]
    pub fail_to_pass: Vec<String>,
    /// How many tests passed before and still pass. `None` when the command gives no per-test results.
    #[serde(default)]
    pub pass_to_pass: Option<usize>,
    /// The failure was seen here with the signature that was recorded there. `None`: nothing was recorded.
    #[serde(default)]
    pub reproduced: Option<bool>,
    /// The sandbox tier that was in force, for people.
    #[serde(default)]
    pub sandbox: String,
    /// What that tier cannot stop and a stronger one would.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sandbox_gaps: Vec<String>,
}

/// A candidate that was tried and what became of it; the failure context that the next attempt loads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// [`Patch::digest`].
    pub digest: String,
    pub hand: HandId,
    pub why: String,
    /// `passed`, or the reason it fell: `policy: …`, `still fails: …`, `breaks test x`.
    pub result: String,
    /// The diff of work that a limit ended, masked, at most 16 KiB: the next attempt begins there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
}

impl Tried {
    /// The result of a step that is not the whole way.
    pub const STEP: &str = "removes one cause, others remain";

    /// The command itself refuted it: on the same commit it would again. What passed, and what a guard refused
    /// (policy may have changed), is worth another try.
    pub fn is_refuted(&self) -> bool {
        ["still fails", "breaks "].iter().any(|said| self.result.starts_with(said))
    }
}

/// The result of the heal stage: everything publish needs to know, and what `heal --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Healing {
    pub outcome: Outcome,
    /// One sentence that says why this outcome and not another.
    pub reason: String,
    pub diagnosis: Option<Diagnosis>,
    pub candidate: Option<Candidate>,
    /// Candidates verified.
    pub candidates: usize,
    pub tried: Vec<Tried>,
    pub evidence: Option<Evidence>,
    pub guards: Vec<CheckResult>,
    pub seconds: Seconds,
    pub tokens: Tokens,
    pub cost_usd: f64,
    /// What of both nobody counted.
    #[serde(default, skip_serializing_if = "Assumed::is_none")]
    pub assumed: Assumed,
    /// Notes for people: missing services, replayed set-up, candidates skipped because tried before.
    pub notes: Vec<String>,
    /// Set when a later attempt may succeed: why it is wanted.
    pub retry_wanted: Option<String>,
    /// What kept a model from helping, as what somebody has to set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// What became of each wish of a review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Settled>,
    /// What the reviewing model says of the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<entry::ReviewFact>,
    /// The model's words for what was wrong and what was changed; nobody has checked them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// How good the repair is, beyond that it is proven.
    #[serde(default)]
    pub evaluation: Option<entry::Evaluation>,
    /// Choices that were made on the way, for the audit trail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<entry::Decision>,
}

impl Default for Healing {
    fn default() -> Self {
        Self {
            outcome: Outcome::Explained,
            reason: String::new(),
            diagnosis: None,
            candidate: None,
            candidates: 0,
            tried: Vec::new(),
            evidence: None,
            guards: Vec::new(),
            seconds: Seconds::default(),
            tokens: Tokens::default(),
            cost_usd: 0.0,
            assumed: Assumed::default(),
            notes: Vec::new(),
            retry_wanted: None,
            mend: None,
            evaluation: None,
            answers: Vec::new(),
            review: None,
            words: None,
            decisions: Vec::new(),
        }
    }
}

impl Healing {
    /// How it ended, in one word and one sentence.
    pub fn end(mut self, outcome: Outcome, reason: impl Into<String>) -> Self {
        self.outcome = outcome;
        self.reason = reason.into();
        self
    }

    /// What may be kept or committed; a candidate that is only shown may not.
    pub fn repair(&self) -> Option<&Candidate> {
        self.candidate.as_ref().filter(|_| self.outcome == Outcome::Proposed)
    }

    /// It ended before anything was run.
    pub fn ended(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self::default().end(outcome, reason)
    }
}

/// The append-only ledger entry: one per attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    pub schema: u32,
    pub attempt: AttemptName,
    pub task: TaskKey,
    pub repository: Option<RepoSlug>,
    /// RFC 3339, UTC.
    pub started: String,
    pub ended: String,
    pub event: String,
    pub outcome: Outcome,
    pub reason: String,
    pub base: Option<Sha>,
    pub target: Option<BranchName>,
    pub branch: Option<BranchName>,
    pub commit: Option<Sha>,
    pub pr: Option<u64>,
    pub pr_url: Option<String>,
    pub hand: Option<HandId>,
    pub class: Option<FailureClass>,
    pub signature: Option<Signature>,
    pub patch: Option<PatchStats>,
    pub tried: Vec<Tried>,
    pub guards: Vec<CheckResult>,
    pub evidence: Option<Evidence>,
    pub seconds: Seconds,
    pub tokens: Tokens,
    pub cost_usd: f64,
    /// What of both nobody counted.
    #[serde(default, skip_serializing_if = "Assumed::is_none")]
    pub assumed: Assumed,
    pub retry_wanted: Option<String>,
    pub version: String,
    #[serde(default)]
    pub detail: Detail,
}
