//! The local twin of GitHub: a bare repository and a folder of JSON files. `items/N.json` are issues and
//! pull requests (one numbering), `comments/`, `checks/`, `runs/` and `jobs/` hold one file each, and
//! `asked.jsonl` lists the reruns and dispatches that were asked for.

mod store;

use super::*;
use crate::git::{self, Moved, RefState, Repo};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use store::Store;

const CHECKOUT: Call = Call { method: "CHECKOUT", path: String::new() };

/// An issue or a pull request, as it lies in `items/`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Item {
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub closed: bool,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub author: Option<Account>,
    #[serde(default)]
    pub reactions: Vec<String>,
    #[serde(default)]
    pub pull: Option<PullSide>,
}

/// What a pull request has beyond an issue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullSide {
    pub head: BranchName,
    pub base: BranchName,
    pub draft: bool,
    #[serde(default)]
    pub merged: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredComment {
    issue: u64,
    #[serde(default)]
    reactions: Vec<String>,
    comment: Comment,
}

#[derive(Serialize, Deserialize)]
struct StoredJob {
    run: u64,
    attempt: u32,
    job: Job,
}

/// A bare repository and a folder.
pub struct Local {
    slug: RepoSlug,
    bare: PathBuf,
    store: Store,
    mask: Mask,
}

impl Local {
    /// Opens the bare repository `bare` and the folder `dir` (made when absent).
    pub fn open(slug: RepoSlug, bare: &Path, dir: &Path, mask: Mask) -> Result<Self> {
        let bare = bare.canonicalize().map_err(|e| local(format!("no repository at {}: {e}", bare.display())))?;
        Repo::open(&bare).map_err(broke)?;
        Ok(Self { slug, bare, store: Store::open(dir)?, mask })
    }

    /// Files an issue, for the demo and the tests.
    pub fn add_issue(&self, item: &Item) -> Result<u64> {
        self.store.add("items", item)
    }

    /// Files a run of a workflow with its jobs and their logs, for the demo and the tests.
    pub fn add_run(&self, run: &WorkflowRun, jobs: &[(Job, &[u8])]) -> Result<()> {
        self.store.put("runs", run.id, run)?;
        for (job, log) in jobs {
            let stored = StoredJob { run: run.id, attempt: run.attempt, job: job.clone() };
            self.store.put("jobs", job.id, &stored)?;
            self.store.write(&format!("jobs/{}.log", job.id), log)?;
        }
        Ok(())
    }

    /// libgit2's handles do not cross threads, so each operation opens its own.
    fn with_commit(&self, commit: &Sha) -> Result<Repo> {
        let git = self.git()?;
        if git.has_commit(commit) {
            return Ok(git);
        }
        Err(ForgeError::NotFound { call: Call { path: commit.to_string(), ..CHECKOUT } })
    }

    fn git(&self) -> Result<Repo> {
        Repo::open(&self.bare).map_err(broke)
    }

    fn author(&self) -> Account {
        Account { login: "thanos-fix[bot]".to_owned(), bot: true }
    }

    fn item_url(&self, number: u64) -> String {
        self.store.path(&format!("items/{number}.json")).display().to_string()
    }

    fn to_pull(&self, number: u64, item: &Item) -> Result<Option<PullRequest>> {
        let Some(side) = &item.pull else { return Ok(None) };
        Ok(Some(PullRequest {
            number,
            url: self.item_url(number),
            title: item.title.clone(),
            body: item.body.clone(),
            state: match (side.merged, item.closed) {
                (true, _) => PullState::Merged,
                (false, true) => PullState::Closed,
                (false, false) => PullState::Open,
            },
            draft: side.draft,
            head: side.head.to_string(),
            head_sha: self.branch_tip(&side.head)?,
            head_repo: Some(self.slug.clone()),
            base: side.base.to_string(),
            author: item.author.clone().unwrap_or_else(|| self.author()),
        }))
    }

    /// Every pull request, newest first.
    fn pulls(&self) -> Result<Vec<PullRequest>> {
        let mut pulls = Vec::new();
        for (number, item) in self.store.all::<Item>("items")? {
            pulls.extend(self.to_pull(number, &item)?);
        }
        pulls.reverse();
        Ok(pulls)
    }

    fn ask(&self, what: &str) -> Result<()> {
        self.store.append("asked.jsonl", &serde_json::json!({ "asked": what }).to_string())
    }
}

impl Forge for Local {
    fn repo(&self) -> &RepoSlug {
        &self.slug
    }

    fn web_url(&self) -> String {
        self.bare.display().to_string()
    }

    fn mask(&self, text: &str) -> String {
        (self.mask)(text)
    }

    fn repo_info(&self) -> Result<RepoInfo> {
        let head = self.git()?.head().map_err(broke)?;
        let default_branch = BranchName::parse(head.branch.unwrap_or_else(|| "main".to_owned())).map_err(broke)?;
        let slug = self.slug.clone();
        Ok(RepoInfo { slug, default_branch, private: false, fork: false, archived: false, pulls_allowed: true })
    }

    fn me(&self) -> Result<Account> {
        Ok(self.author())
    }

    /// Whoever can write the folder may wake us.
    fn permission(&self, _login: &str) -> Result<Permission> {
        Ok(Permission::Admin)
    }

    fn rate_limit(&self) -> Result<RateLimit> {
        Ok(RateLimit { limit: u64::MAX, remaining: u64::MAX, reset: 0 })
    }

    fn probes(&self) -> Result<Vec<Probe>> {
        Ok(Vec::new())
    }

    fn branch_tip(&self, branch: &BranchName) -> Result<Option<Sha>> {
        self.git()?.branch_tip(branch.as_str()).map_err(broke)
    }

    fn file(&self, at: &Sha, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.git()?.file(at, path).map_err(broke)
    }

    fn blob(&self, id: &Sha) -> Result<Vec<u8>> {
        self.git()?.blob(id).map_err(broke)
    }

    fn entries(&self, at: &Sha, paths: &[RelPath]) -> Result<BTreeMap<RelPath, TreeEntry>> {
        let git = self.git()?;
        let mut found = BTreeMap::new();
        for path in paths {
            if let Some(entry) = git.entry(at, path).map_err(broke)? {
                found.insert(path.clone(), entry);
            }
        }
        Ok(found)
    }

    fn list(&self, at: &Sha, under: Option<&RelPath>) -> Result<Listing> {
        let entries = self.git()?.list(at, under).map_err(broke)?;
        Ok(Listing { entries, truncated: false })
    }

    fn commit(&self, id: &Sha) -> Result<Option<CommitInfo>> {
        let found = self.git()?.commit(id).map_err(broke)?;
        Ok(found.map(|head| CommitInfo {
            id: id.clone(),
            parents: head.parents,
            message: head.message,
            people: head.people,
        }))
    }

    fn changed_paths(&self, from: &Sha, to: &Sha) -> Result<Vec<String>> {
        let changes = self.git()?.changes_between(from, to).map_err(broke)?;
        let mut paths: Vec<_> = changes.patch.files().iter().map(|file| file.path.to_string()).collect();
        paths.extend(changes.modes.into_iter().map(|mode| mode.path));
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    fn is_ancestor(&self, old: &Sha, new: &Sha) -> Result<bool> {
        let git = self.git()?;
        Ok(git.has_commit(old) && git.is_forward(old, new).map_err(broke)?)
    }

    fn create_commit(&self, base: Option<&Sha>, patch: &Patch, message: &str) -> Result<Sha> {
        refuse_secrets(&|text| (self.mask)(text) != text, patch)?;
        let made = self.git()?.create_commit(base, patch, &self.mask(message), git::OURS).map_err(broke)?;
        made.map_err(|path| ForgeError::Stale { path: path.to_string() })
    }

    fn fetch(&self, commit: &Sha, into: &Path) -> Result<()> {
        git::share_bare(&self.with_commit(commit)?, into).map_err(broke)
    }

    fn checkout(&self, commit: &Sha, _depth: u32, into: &Path) -> Result<()> {
        git::checkout_local(&self.with_commit(commit)?, commit, into).map_err(broke)
    }

    fn create_branch(&self, branch: &BranchName, at: &Sha) -> Result<RefCreated> {
        match self.git()?.move_branch(branch, RefState::Absent, Some(at)).map_err(broke)? {
            Moved::Yes => Ok(RefCreated::Created),
            Moved::No(_) => Ok(RefCreated::AlreadyExists),
        }
    }

    fn update_branch(&self, branch: &BranchName, expected: &Sha, new: &Sha, force: bool) -> Result<RefUpdate> {
        let git = self.git()?;
        if !force && !git.is_forward(expected, new).map_err(broke)? {
            let call = Call { method: "UPDATE", path: branch.to_string() };
            return Err(ForgeError::Unprocessable { call, messages: vec!["not a fast-forward".to_owned()] });
        }
        match git.move_branch(branch, RefState::At(expected), Some(new)).map_err(broke)? {
            Moved::Yes => Ok(RefUpdate::Updated),
            Moved::No(now) => Ok(RefUpdate::Moved(now)),
        }
    }

    fn delete_branch(&self, branch: &BranchName, expected: &Sha) -> Result<bool> {
        Ok(self.git()?.move_branch(branch, RefState::At(expected), None).map_err(broke)? == Moved::Yes)
    }

    fn pull_of(&self, head: &BranchName) -> Result<Option<PullRequest>> {
        let mut pulls = self.pulls()?;
        pulls.retain(|pull| pull.head == head.as_str());
        pulls.sort_by_key(|pull| pull.state != PullState::Open);
        Ok(pulls.into_iter().next())
    }

    fn pull(&self, number: u64) -> Result<Option<PullRequest>> {
        match self.store.get::<Item>("items", number)? {
            Some(item) => self.to_pull(number, &item),
            None => Ok(None),
        }
    }

    fn open_pulls(&self) -> Result<Vec<PullRequest>> {
        Ok(self.pulls()?.into_iter().filter(|pull| pull.state == PullState::Open).collect())
    }

    fn open_pull(&self, new: &NewPull) -> Result<PullOpened> {
        let _lock = self.store.lock()?;
        if let Some(there) =
            self.open_pulls()?.into_iter().find(|p| p.head == new.head.as_str() && p.base == new.base.as_str())
        {
            return Ok(PullOpened::Exists(there));
        }
        let (head, base) = (self.branch_tip(&new.head)?, self.branch_tip(&new.base)?);
        let refused = |why, message: &str| Ok(PullOpened::Refused { why, message: message.to_owned() });
        match (head, base) {
            (Some(head), Some(base)) if head == base => {
                return refused(PullRefusal::NoCommits, "head and base are the same commit");
            }
            (Some(_), Some(_)) => {}
            _ => return refused(PullRefusal::MissingBranch, "head or base does not exist"),
        }
        let item = Item {
            title: self.mask(&new.title),
            body: self.mask(&new.body),
            author: Some(self.author()),
            pull: Some(PullSide { head: new.head.clone(), base: new.base.clone(), draft: new.draft, merged: false }),
            ..Item::default()
        };
        let number = self.store.add("items", &item)?;
        Ok(self.to_pull(number, &item)?.map_or(
            PullOpened::Refused { why: PullRefusal::Other, message: "not a pull request".to_owned() },
            PullOpened::Opened,
        ))
    }

    fn update_pull(&self, number: u64, title: &str, body: &str) -> Result<PullRequest> {
        let item = self.store.update::<Item>("items", number, |item| {
            item.title = self.mask(title);
            item.body = self.mask(body);
        })?;
        self.to_pull(number, &item)?.ok_or_else(|| missing("items", number))
    }

    fn issue(&self, number: u64) -> Result<Option<Issue>> {
        let Some(item) = self.store.get::<Item>("items", number)? else { return Ok(None) };
        Ok(Some(Issue {
            number,
            url: self.item_url(number),
            title: item.title,
            body: item.body,
            open: !item.closed,
            labels: item.labels,
            author: item.author.unwrap_or(Account { login: "somebody".to_owned(), bot: false }),
            is_pull: item.pull.is_some(),
        }))
    }

    /// The twin keeps no times: all of them.
    fn issues_of(&self, login: &str, _since: &str) -> Result<Vec<u64>> {
        let all = self.store.all::<Item>("items")?.into_iter();
        let theirs = all.filter(|(_, item)| item.author.as_ref().is_some_and(|author| author.login == login));
        Ok(theirs.filter(|(_, item)| item.pull.is_none()).map(|(number, _)| number).collect())
    }

    fn linked_pulls(&self, issue: u64) -> Result<Vec<LinkedPull>> {
        let link = |pull: PullRequest| {
            let (mentioned, closes) = mentions(&pull.body, issue);
            mentioned.then_some(LinkedPull {
                number: pull.number,
                url: pull.url,
                state: pull.state,
                closes,
                same_repo: true,
                author: pull.author,
            })
        };
        Ok(self.pulls()?.into_iter().filter_map(link).collect())
    }

    fn comments(&self, issue: u64) -> Result<Vec<Comment>> {
        let all = self.store.all::<StoredComment>("comments")?;
        Ok(all.into_iter().filter(|(_, stored)| stored.issue == issue).map(|(_, stored)| stored.comment).collect())
    }

    fn our_comment(&self, issue: u64, marker: &str) -> Result<Option<Comment>> {
        let me = self.author();
        Ok(self.comments(issue)?.into_iter().find(|c| c.author.is(&me) && is_marked(&c.body, marker)))
    }

    fn create_comment(&self, issue: u64, _marker: &str, body: &str) -> Result<Comment> {
        let comment = Comment { id: 0, url: String::new(), body: self.mask(body), author: self.author() };
        let id = self.store.add("comments", &StoredComment { issue, reactions: Vec::new(), comment })?;
        let url = self.store.path(&format!("comments/{id}.json")).display().to_string();
        let named = |stored: &mut StoredComment| (stored.comment.id, stored.comment.url) = (id, url);
        Ok(self.store.update("comments", id, named)?.comment)
    }

    fn update_comment(&self, id: u64, body: &str) -> Result<Comment> {
        let stored =
            self.store.update::<StoredComment>("comments", id, |stored| stored.comment.body = self.mask(body))?;
        Ok(stored.comment)
    }

    fn delete_comment(&self, id: u64) -> Result<()> {
        self.store.remove("comments", id)
    }

    fn react(&self, target: ReactTo, reaction: Reaction) -> Result<()> {
        let add = |list: &mut Vec<String>| {
            if !list.iter().any(|there| there == reaction.as_str()) {
                list.push(reaction.as_str().to_owned());
            }
        };
        match target {
            ReactTo::Issue(number) => {
                self.store.update::<Item>("items", number, |item| add(&mut item.reactions)).map(drop)
            }
            ReactTo::Comment(id) => {
                self.store.update::<StoredComment>("comments", id, |stored| add(&mut stored.reactions)).map(drop)
            }
        }
    }

    fn add_labels(&self, issue: u64, labels: &[String]) -> Result<()> {
        self.store
            .update::<Item>("items", issue, |item| {
                item.labels.extend(labels.iter().map(|label| self.mask(label)));
                item.labels.sort();
                item.labels.dedup();
            })
            .map(drop)
    }

    fn create_check(&self, check: &NewCheck) -> Result<String> {
        let annotation = |a: &Annotation| serde_json::json!({ "path": a.path, "line": a.start_line, "message": self.mask(&a.message) });
        let id = self.store.add(
            "checks",
            &serde_json::json!({
                "name": check.name, "commit": check.commit, "conclusion": check.conclusion.as_str(),
                "title": self.mask(&check.title), "summary": self.mask(&check.summary),
                "annotations": check.annotations.iter().map(annotation).collect::<Vec<_>>(),
            }),
        )?;
        Ok(self.store.path(&format!("checks/{id}.json")).display().to_string())
    }

    fn run(&self, id: u64) -> Result<Option<WorkflowRun>> {
        self.store.get("runs", id)
    }

    fn runs_of(&self, workflow: &str, branch: &str, limit: usize) -> Result<Vec<WorkflowRun>> {
        let named = |run: &WorkflowRun| {
            run.workflow_id.to_string() == workflow || run.path.rsplit('/').next() == Some(workflow)
        };
        let all = self.store.all::<WorkflowRun>("runs")?.into_iter().rev().map(|(_, run)| run);
        Ok(all.filter(|run| named(run) && run.head_branch.as_deref() == Some(branch)).take(limit).collect())
    }

    fn failed_jobs(&self, run: u64, attempt: u32) -> Result<Vec<Job>> {
        let all = self.store.all::<StoredJob>("jobs")?.into_iter().map(|(_, stored)| stored);
        let wanted = all.filter(|stored| stored.run == run && stored.attempt == attempt).map(|stored| stored.job);
        Ok(wanted.filter(|job| job.has_failed()).collect())
    }

    fn job_log(&self, job: u64) -> Result<Option<Box<dyn Read + Send>>> {
        self.store.reader(&format!("jobs/{job}.log"))
    }

    fn rerun(&self, run: u64) -> Result<()> {
        self.ask(&format!("rerun {run}"))
    }

    fn rerun_failed(&self, run: u64) -> Result<()> {
        self.ask(&format!("rerun-failed-jobs {run}"))
    }

    fn dispatch(&self, workflow: &str, branch: &BranchName) -> Result<()> {
        self.ask(&format!("dispatch {workflow} {branch}"))
    }
}

fn local(message: String) -> ForgeError {
    ForgeError::Local(message)
}

fn broke(error: impl Into<anyhow::Error>) -> ForgeError {
    let error: anyhow::Error = error.into();
    local(format!("{error:#}"))
}

fn missing(folder: &str, number: u64) -> ForgeError {
    ForgeError::NotFound { call: Call { method: "GET", path: format!("{folder}/{number}") } }
}

#[cfg(test)]
mod tests;
