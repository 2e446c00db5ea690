//! What becomes of a repair after it was published, as GitHub tells it: pull requests that end or open again, pushes
//! that may take something back, checks that end. No task is made of it; it is written to the run that it belongs to.

use super::github::text;
use crate::ids::{BranchName, Sha};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Pull(Box<PullNews>),
    /// Commits that came to a branch.
    Push {
        branch: BranchName,
        commits: Vec<Pushed>,
    },
    /// An issue was opened again, at this time.
    Reopened(String),
    /// The checks of a commit ended.
    Checks {
        branch: BranchName,
        head: Sha,
        passed: bool,
        /// Names these checks and no others.
        id: String,
        at: String,
    },
}

/// A pull request that was merged, closed or opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullNews {
    pub number: u64,
    pub url: String,
    pub end: PullEnd,
    pub branch: BranchName,
    /// Its branch is another repository's, or gone with it.
    pub is_fork: bool,
    pub head: Option<Sha>,
    pub merge: Option<Sha>,
    pub opened: String,
    pub at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullEnd {
    Merged,
    Closed,
    Reopened,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub id: Sha,
    pub message: String,
    pub at: String,
}

impl Pushed {
    /// The commits and the pull requests that its message says it takes back (git revert; GitHub's button).
    pub fn reverts(&self) -> (Vec<Sha>, Vec<u64>) {
        let lines = || self.message.lines().map(str::trim);
        let hex = |word: &str| word.trim_end_matches(['.', ',']).to_owned();
        let commits = lines().filter_map(|line| line.strip_prefix("This reverts commit "));
        let commits = commits.flat_map(|rest| rest.split_whitespace()).filter_map(|word| Sha::parse(hex(word)).ok());
        // `Reverts #12`, `Reverts owner/name#12`
        let pulls = lines().filter_map(|line| line.strip_prefix("Reverts "));
        let pulls = pulls.filter_map(|rest| rest.split_whitespace().next()?.rsplit_once('#')?.1.parse().ok());
        (commits.collect(), pulls.collect())
    }
}

/// `None` for events that tell nothing of this kind, and for those that lack what would be needed.
pub(super) fn read(name: &str, value: &Value) -> Option<News> {
    let action = text(value, "/action").unwrap_or_default();
    match (name, action) {
        ("pull_request", "closed" | "reopened") => pull(value).map(Box::new).map(News::Pull),
        ("issues", "reopened") => text(value, "/issue/updated_at").map(|at| News::Reopened(at.to_owned())),
        ("push", _) => push(value),
        ("check_suite", "completed") => checks(value, "/check_suite", "updated_at"),
        ("workflow_run", "completed") => checks(value, "/workflow_run", "updated_at"),
        _ => None,
    }
}

fn branch(value: &Value, pointer: &str) -> Option<BranchName> {
    BranchName::parse(text(value, pointer)?).ok()
}

fn commit(value: &Value, pointer: &str) -> Option<Sha> {
    Sha::parse(text(value, pointer)?).ok()
}

fn pull(value: &Value) -> Option<PullNews> {
    let of = |field: &str| text(value, &format!("/pull_request/{field}"));
    let merged = value.pointer("/pull_request/merged").and_then(Value::as_bool).unwrap_or(of("merged_at").is_some());
    let end = match (text(value, "/action")?, merged) {
        ("reopened", _) => PullEnd::Reopened,
        (_, true) => PullEnd::Merged,
        (_, false) => PullEnd::Closed,
    };
    let ended = of("merged_at").filter(|_| merged).or(of("closed_at")).or(of("updated_at"))?;
    let at = if end == PullEnd::Reopened { of("updated_at")? } else { ended };
    let home = text(value, "/pull_request/head/repo/full_name");
    Some(PullNews {
        number: value.pointer("/pull_request/number")?.as_u64()?,
        url: of("html_url").unwrap_or_default().to_owned(),
        end,
        branch: branch(value, "/pull_request/head/ref")?,
        is_fork: home.is_none() || home != text(value, "/repository/full_name"),
        head: commit(value, "/pull_request/head/sha"),
        // Before it is merged GitHub names a trial merge there.
        merge: commit(value, "/pull_request/merge_commit_sha").filter(|_| merged),
        opened: of("created_at").unwrap_or_default().to_owned(),
        at: at.to_owned(),
    })
}

fn push(value: &Value) -> Option<News> {
    let branch = BranchName::parse(text(value, "/ref")?.strip_prefix("refs/heads/")?).ok()?;
    let one = |commit: &Value| {
        let id = Sha::parse(text(commit, "/id")?).ok()?;
        let message = text(commit, "/message")?.to_owned();
        Some(Pushed { id, message, at: text(commit, "/timestamp").unwrap_or_default().to_owned() })
    };
    let commits: Vec<Pushed> = value.get("commits")?.as_array()?.iter().filter_map(one).collect();
    (!commits.is_empty()).then_some(News::Push { branch, commits })
}

fn checks(value: &Value, at: &str, when: &str) -> Option<News> {
    let of = |field: &str| text(value, &format!("{at}/{field}"));
    let passed = match of("conclusion")? {
        "success" => true,
        "failure" | "timed_out" | "startup_failure" => false,
        // Cancelled, skipped or neutral says nothing.
        _ => return None,
    };
    let home = of("head_repository/full_name");
    if home.is_some() && home != text(value, "/repository/full_name") {
        return None;
    }
    let number = value.pointer(&format!("{at}/id"))?.as_u64()?;
    let again = value.pointer(&format!("{at}/run_attempt")).and_then(Value::as_u64).unwrap_or(1);
    let kind = at.trim_start_matches('/').replace('_', "-");
    Some(News::Checks {
        branch: branch(value, &format!("{at}/head_branch"))?,
        head: commit(value, &format!("{at}/head_sha"))?,
        passed,
        id: format!("{kind}-{number}-{again}"),
        at: of(when)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn news(name: &str, value: &Value) -> Option<News> {
        crate::event::parse(name, &serde_json::to_vec(value).unwrap()).unwrap().news
    }

    fn closed() -> Value {
        json!({"action": "closed", "repository": {"full_name": "o/r"}, "sender": {"login": "ann"},
            "pull_request": {"number": 4, "html_url": "u", "merged": false, "merge_commit_sha": "c".repeat(40),
                "created_at": "2026-01-01T00:00:00Z", "closed_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-03T00:00:00Z",
                "head": {"ref": "thanos/issue-1", "sha": "a".repeat(40), "repo": {"full_name": "o/r"}}}})
    }

    #[test]
    fn pull_requests_end_in_three_ways() {
        let end = |value: &Value| match news("pull_request", value) {
            Some(News::Pull(pull)) => (pull.end, pull.at.clone(), pull.merge.is_some(), pull.is_fork),
            other => panic!("{other:?}"),
        };
        let mut value = closed();
        assert_eq!(end(&value), (PullEnd::Closed, "2026-01-02T00:00:00Z".to_owned(), false, false));
        value["pull_request"]["merged"] = json!(true);
        assert!(matches!(end(&value), (PullEnd::Merged, _, true, false)));
        value["action"] = json!("reopened");
        assert_eq!(end(&value).1, "2026-01-03T00:00:00Z");
        value["pull_request"]["head"]["repo"]["full_name"] = json!("stranger/r");
        assert!(end(&value).3);
        value["action"] = json!("opened");
        assert_eq!(news("pull_request", &value), None);
    }

    #[test]
    fn a_revert_is_known_by_its_message() {
        let told = |message: &str| {
            let id = Sha::parse("d".repeat(40)).unwrap();
            Pushed { id, message: message.to_owned(), at: String::new() }.reverts()
        };
        let sha = "a".repeat(40);
        let (commits, pulls) =
            told(&format!("Revert \"fix: x\"\n\nThis reverts commit {sha}, reversing\nchanges made to {sha}.\n"));
        assert_eq!((commits.len(), pulls.len()), (1, 0));
        assert_eq!(told("Revert \"fix: x\" (#13)\n\nReverts o/r#12").1, [12]);
        assert_eq!(told("Reverts #7").1, [7]);
        assert_eq!(told(&format!("see how this reverts commit {sha}")).0.len(), 0);
        assert_eq!(told("Reverts o/r#x"), (Vec::new(), Vec::new()));
    }

    #[test]
    fn only_checks_that_say_something_count() {
        let mut run = json!({"action": "completed", "repository": {"full_name": "o/r"}, "workflow_run": {"id": 5, "run_attempt": 2,
            "conclusion": "success", "head_sha": "a".repeat(40), "head_branch": "thanos/issue-1", "updated_at": "2026-01-01T00:00:00Z",
            "head_repository": {"full_name": "o/r"}}});
        let Some(News::Checks { passed: true, id, .. }) = news("workflow_run", &run) else { panic!("no news") };
        assert_eq!(id, "workflow-run-5-2");
        run["workflow_run"]["conclusion"] = json!("cancelled");
        assert_eq!(news("workflow_run", &run), None);
        run["workflow_run"]["conclusion"] = json!("failure");
        run["workflow_run"]["head_repository"]["full_name"] = json!("stranger/r");
        assert_eq!(news("workflow_run", &run), None);
    }
}
