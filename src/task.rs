//! The one normalized unit of work that every event becomes, and the rules that decide whether it
//! does: triggers, key, trust. Pure: who has which permission is asked elsewhere and passed in.

mod review;

pub use review::is_answered;

use crate::command::CommandLine;
use crate::config::{Bot, Config, Strangers};
use crate::event::{Actor, Body, Event, Issue, UpstreamRun};
use crate::ids::{BranchName, RepoSlug, Sha, TaskKey};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Issue,
    /// A failed run of a workflow.
    Build,
    /// A command that failed in the job we run in.
    Command,
    /// Asked for by hand: `workflow_dispatch` without an issue or a run.
    Manual,
    /// What somebody said of our own pull request.
    Review,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    Fix,
    /// Diagnosis only.
    Explain,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub source: String,
    pub kind: Kind,
    pub key: TaskKey,
    pub request: Request,
    pub repository: RepoSlug,
    /// The issue or pull request that it is about.
    pub number: Option<u64>,
    pub is_pull: bool,
    pub comment: Option<u64>,
    pub title: String,
    /// As it came; cleaned before anything reads it.
    pub body: String,
    pub author: Option<Actor>,
    /// Everybody whose will this task is; each one is asked about.
    pub actors: Vec<Actor>,
    /// What is repaired, where the event says so.
    pub base: Option<Sha>,
    /// Where the pull request goes; `None` is the default branch.
    pub target: Option<BranchName>,
    pub run: Option<UpstreamRun>,
    /// The run to look up, where an event names only its number.
    pub run_id: Option<u64>,
    pub command: Option<CommandLine>,
    /// The label that asks for it: taken off again, nobody asks any more.
    #[serde(default)]
    pub label: Option<String>,
}

/// What an event becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Task(Box<Task>),
    /// Not ours, and why.
    Ignored(String),
}

fn ignored(why: impl Into<String>) -> Decision {
    Decision::Ignored(why.into())
}

/// Decides what `event` becomes. `command` is the Action's input of that name: with it any event is work.
pub fn decide(event: &Event, config: &Config, command: Option<CommandLine>) -> Decision {
    let Some(repository) = &event.repository else {
        return ignored(match event.name.as_str() {
            "" => "nobody said which event it is (GITHUB_EVENT_NAME or --name)".to_owned(),
            name => format!("the {name} event names no repository (a runner does, in GITHUB_REPOSITORY)"),
        });
    };
    let task = Task {
        source: "github".to_owned(),
        kind: Kind::Manual,
        key: TaskKey::from_words("manual"),
        request: Request::Fix,
        repository: repository.slug.clone(),
        number: None,
        is_pull: false,
        comment: None,
        title: String::new(),
        body: String::new(),
        author: None,
        actors: vec![event.sender.clone()],
        base: None,
        target: None,
        run: None,
        run_id: None,
        command: None,
        label: None,
    };
    // Also where the name was guessed and may be this one.
    if event.name.contains("pull_request_target") && (command.is_some() || event.name == "pull_request_target") {
        return ignored(
            "`pull_request_target` puts a pull request's code next to the repository's secrets: use `pull_request`, or \
             `workflow_run` after it",
        );
    }
    if let Some(command) = command {
        return from_command(task, event, command);
    }
    match &event.body {
        Body::Issue { issue, label } => from_issue(task, event, issue, label.as_deref(), config),
        Body::Comment { issue, id, text, author } => from_comment(task, event, issue, *id, text, author),
        Body::WorkflowRun(run) => from_run(task, event, run, config),
        Body::Dispatch { inputs, branch } => {
            from_dispatch(task, |key| inputs.get(key).map(String::as_str).filter(|v| !v.is_empty()), branch.clone())
        }
        Body::Review { pull, said } => review::decide(task, event, pull, said, config),
        Body::Other => ignored(not_acted_on(&event.name)),
    }
}

fn not_acted_on(name: &str) -> String {
    let ours = "it acts on issues, issue_comment, workflow_run, workflow_dispatch and reviews of its own pull requests, and \
                on any event when the input `command` is given";
    match name {
        "" => format!("the payload's keys are those of no event that thanos-fix acts on; {ours}"),
        "pull_request" | "push" | "check_suite" => format!(
            "thanos-fix does not act on `{name}` events, but records what they tell of its own pull requests; {ours}"
        ),
        name => format!("thanos-fix does not act on `{name}` events; {ours}"),
    }
}

fn made(task: Task) -> Decision {
    Decision::Task(Box::new(task))
}

/// What GitHub's merge queue calls its branches.
const QUEUED: &str = "gh-readonly-queue/";

/// Why there is nothing to open a pull request onto.
fn not_lasting(branch: &BranchName) -> Option<String> {
    branch.as_str().starts_with(QUEUED).then(|| {
        "a merge queue's branch ends with its check: it is the queued pull request that needs the repair".to_owned()
    })
}

/// The same command on another branch is another task.
fn from_command(task: Task, event: &Event, command: CommandLine) -> Decision {
    let Some(head) = &event.head else {
        return ignored(format!("the {} event is about no branch, so there is none to repair", event.name));
    };
    if let Some(why) = not_lasting(&head.branch) {
        return ignored(why);
    }
    let words = format!("command-{}", digest8(&format!("{command}\n{}", head.branch)));
    made(Task {
        kind: Kind::Command,
        key: TaskKey::from_words(&words),
        title: format!("`{}` fails", first_line(&command.to_string())),
        command: Some(command),
        base: head.commit.clone(),
        target: Some(head.branch.clone()),
        ..task
    })
}

fn about(task: Task, issue: &Issue) -> Task {
    let prefix = if issue.is_pull { "pull" } else { "issue" };
    Task {
        kind: Kind::Issue,
        key: TaskKey::from_words(&format!("{prefix}-{}", issue.number)),
        number: Some(issue.number),
        is_pull: issue.is_pull,
        title: issue.title.clone(),
        body: issue.body.clone(),
        author: Some(issue.author.clone()),
        ..task
    }
}

fn from_issue(task: Task, event: &Event, issue: &Issue, label: Option<&str>, config: &Config) -> Decision {
    if issue.is_pull {
        return ignored("it is a pull request, not an issue");
    }
    if !matches!(event.action.as_str(), "labeled" | "opened" | "reopened") {
        return ignored(match plain(&event.action) {
            None => "the event does not say what happened to the issue".to_owned(),
            Some(action) => format!("thanos-fix does not act on issues that are {action}"),
        });
    }
    if !issue.open {
        return ignored(format!("issue #{} is closed", issue.number));
    }
    let wanted = &config.triggers.label;
    match event.action.as_str() {
        "labeled" if label.is_some_and(|label| is_same(label, wanted)) => {
            made(Task { label: Some(wanted.clone()), ..about(task, issue) })
        }
        "labeled" => ignored(format!("the label is not `{wanted}` (triggers.label)")),
        "opened" | "reopened" if config.triggers.issues || issue.labels.iter().any(|label| is_same(label, wanted)) => {
            let mut task = about(task, issue);
            if !issue.author.login.is_empty() && issue.author != event.sender && event.action == "opened" {
                // Whoever opened it caused the event, also where nobody else is named.
                task.actors.retain(|actor| !actor.login.is_empty());
                task.actors.push(issue.author.clone());
            }
            made(task)
        }
        _ => ignored("new issues are off (triggers.issues) and the label is not there"),
    }
}

/// As GitHub compares names of labels, and texts in `if:`.
pub fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A word of GitHub's in quotes; `None` for what is none.
fn plain(word: &str) -> Option<String> {
    let is_word = !word.is_empty() && word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_word.then(|| format!("`{word}`"))
}

fn from_comment(task: Task, event: &Event, issue: &Issue, id: u64, text: &str, author: &Actor) -> Decision {
    if event.action != "created" {
        return ignored(match plain(&event.action) {
            None => "the event does not say what happened to the comment".to_owned(),
            Some(action) => format!("the comment was {action}, not created"),
        });
    }
    let Some(request) = command_in(text) else {
        return ignored("the comment does not start with `/thanos fix` or `/thanos explain`");
    };
    if !issue.open {
        return ignored(format!("#{} is closed", issue.number));
    }
    let actors = if author.login.is_empty() { vec![event.sender.clone()] } else { vec![author.clone()] };
    made(Task { request, comment: Some(id), actors, ..about(task, issue) })
}

/// The command must begin the comment, so that quoting it in a sentence starts nothing. Exactly so, because a
/// workflow's `if:` can ask for no more than how a text begins, and what it lets pass and what we take must be one:
/// GitHub compares in any case.
fn command_in(text: &str) -> Option<Request> {
    const CALL: &str = "/thanos ";
    let line = text.get(CALL.len()..)?.lines().next().filter(|_| is_same(&text[..CALL.len()], CALL))?;
    match line.split_whitespace().next()?.to_ascii_lowercase().as_str() {
        "fix" => Some(Request::Fix),
        "explain" => Some(Request::Explain),
        _ => None,
    }
}

fn from_run(task: Task, event: &Event, run: &UpstreamRun, config: &Config) -> Decision {
    if event.action != "completed" {
        return ignored(match plain(&event.action) {
            None => "the event does not say what happened to the workflow run".to_owned(),
            Some(action) => format!("the workflow run is {action}, not completed"),
        });
    }
    if let Some(why) = not_ours(run, config) {
        return ignored(why);
    }
    let Some(branch) = &run.head_branch else {
        return ignored("the workflow run has no branch, or one whose name git would refuse");
    };
    // GitHub names no repository when the fork was deleted.
    if run.fork_is_gone || run.head_repository.as_ref().is_some_and(|head| *head != task.repository) {
        return ignored("the failed build is of a fork; a fork's code is not run next to this repository's token");
    }
    made(for_run(task, run, branch))
}

/// Whether a person asked for just this, now: by the label, a comment or by hand.
pub fn is_asked(event: &Event) -> bool {
    match &event.body {
        Body::Comment { .. } | Body::Dispatch { .. } | Body::Review { .. } => true,
        Body::Issue { .. } => event.action == "labeled",
        _ => false,
    }
}

/// Why a run is no failed build of ours, however we came to know it.
pub fn not_ours(run: &UpstreamRun, config: &Config) -> Option<String> {
    if !matches!(run.conclusion.as_str(), "failure" | "timed_out") {
        return Some(match plain(&run.conclusion) {
            None => "the workflow run does not say how it ended".to_owned(),
            Some(conclusion) => format!("the workflow run ended with {conclusion}, not with a failure"),
        });
    }
    if let Some(why) = run.head_branch.as_ref().and_then(not_lasting) {
        return Some(why);
    }
    let file = run.path.rsplit('/').next().unwrap_or_default();
    let wanted = &config.triggers.workflows;
    if !wanted.is_empty() && !wanted.iter().any(|w| *w == run.workflow || w == file) {
        return Some(format!("the workflow `{}` is not listed in triggers.workflows", run.workflow));
    }
    (run.event == "pull_request_target")
        .then(|| "the failed build ran on `pull_request_target`; its code is not trusted".to_owned())
}

/// The task of a failed build.
pub fn for_run(task: Task, run: &UpstreamRun, branch: &BranchName) -> Task {
    let key = TaskKey::from_words(&format!("ci-{}-{}", run.workflow, digest8(branch.as_str())));
    let mut actors = run.actors.clone();
    actors.dedup();
    Task {
        kind: Kind::Build,
        key,
        title: match run.workflow.as_str() {
            "" => format!("The build failed on {branch}"),
            workflow => format!("{workflow} failed on {branch}"),
        },
        actors: if actors.is_empty() { task.actors } else { actors },
        number: run.pulls.first().copied(),
        is_pull: !run.pulls.is_empty(),
        base: Some(run.head_sha.clone()),
        target: Some(branch.clone()),
        run: Some(run.clone()),
        run_id: Some(run.id),
        ..task
    }
}

/// The task that a branch belongs to if it is ours; people may name theirs like that, too.
pub fn own_key(branch: &BranchName, config: &Config) -> Option<TaskKey> {
    let rest = branch.as_str().strip_prefix(config.branch.prefix.as_str())?;
    TaskKey::parse(rest.strip_prefix('/')?).ok()
}

fn from_dispatch<'a>(task: Task, input: impl Fn(&str) -> Option<&'a str>, branch: Option<BranchName>) -> Decision {
    let number = |key: &str, text: &str| {
        let text = text.trim().trim_start_matches('#');
        text.parse::<u64>().map_err(|_| ignored(format!("the input `{key}` is not a number: {text:.40}")))
    };
    let run = input("run-id").or_else(|| input("run_id"));
    if run.is_some() && input("issue").is_some() {
        return ignored("the inputs `issue` and `run-id` are both given: give the one that is to be worked on");
    }
    if let Some(text) = input("issue") {
        return match number("issue", text) {
            Err(ignored) => ignored,
            Ok(n) => made(Task {
                kind: Kind::Issue,
                key: TaskKey::from_words(&format!("issue-{n}")),
                number: Some(n),
                ..task
            }),
        };
    }
    if let Some(text) = run {
        return match number("run-id", text) {
            Err(ignored) => ignored,
            Ok(id) => made(Task { kind: Kind::Build, run_id: Some(id), key: TaskKey::from_words("ci"), ..task }),
        };
    }
    let place = branch.as_ref().map_or("default", BranchName::as_str);
    let words = format!("manual-{}", digest8(place));
    let title = match &branch {
        Some(branch) => format!("The checks of {branch} fail"),
        None => "The checks of the default branch fail".to_owned(),
    };
    made(Task { key: TaskKey::from_words(&words), title, target: branch, ..task })
}

/// Eight hex digits that stand for a longer name.
fn digest8(text: &str) -> String {
    crate::ids::digest(text, 4)
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default()
}

/// What the forge says of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

/// How far a task may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    Granted,
    /// Diagnosis only, whatever was asked.
    TriageOnly(String),
    /// A reaction at most.
    Wait(String),
}

/// Whether those let in by `trust.strangers` alone are none of its actors.
pub fn is_of_writers<E>(task: &Task, config: &Config, permission: impl FnMut(&str) -> Result<Permission, E>) -> bool {
    let mut strict = config.clone();
    strict.trust.strangers = Strangers::Wait;
    matches!(trust(task, &strict, permission), Ok(Trust::Granted))
}

/// Judges the actors of a task; `permission` answers for one login and is asked only about people.
/// Bots come first, from the configured list: the permission API does not know them.
pub fn trust<E>(
    task: &Task,
    config: &Config,
    mut permission: impl FnMut(&str) -> Result<Permission, E>,
) -> Result<Trust, E> {
    for actor in &task.actors {
        if actor.login.is_empty() {
            return Ok(Trust::Wait("the event does not say who caused it".to_owned()));
        }
        let is_listed = task.kind == Kind::Review && is_answered(actor, config);
        if is_among(actor, &config.trust.bots) || is_listed || (task.kind == Kind::Build && is_actions_bot(actor)) {
            continue;
        }
        if permission(&actor.login)? >= Permission::Write {
            continue;
        }
        let why = format!("{} has no write access to {}", actor.login, task.repository);
        return Ok(match config.trust.strangers {
            Strangers::Full | Strangers::NoModel if task.kind == Kind::Issue && task.comment.is_none() => continue,
            Strangers::Triage if task.kind == Kind::Issue && task.comment.is_none() => Trust::TriageOnly(why),
            _ => Trust::Wait(why),
        });
    }
    Ok(Trust::Granted)
}

/// Whether what somebody does here counts: a listed bot, the repository's own workflows, or a person with write access.
pub fn may_write<E>(
    actor: &Actor,
    config: &Config,
    permission: impl FnOnce(&str) -> Result<Permission, E>,
) -> Result<bool, E> {
    if actor.login.is_empty() {
        return Ok(false);
    }
    let is_known = is_among(actor, &config.trust.bots) || is_actions_bot(actor);
    Ok(is_known || permission(&actor.login)? >= Permission::Write)
}

fn is_among(actor: &Actor, bots: &[Bot]) -> bool {
    // Some payloads write a bot's login without `[bot]`, and then say that it is one; some leave the type out, and
    // nobody but an app can have a login that ends in `[bot]`.
    let kind = match actor.kind.as_str() {
        "" if actor.login.ends_with("[bot]") => "Bot",
        kind => kind,
    };
    let bare = |login: &str| login.trim_end_matches("[bot]").to_lowercase();
    bots.iter().any(|bot| kind == bot.kind && bare(&actor.login) == bare(&bot.login))
}

/// The repository's own workflows started that build; only those with write access can write them.
fn is_actions_bot(actor: &Actor) -> bool {
    actor.login == "github-actions[bot]" && (actor.kind.is_empty() || actor.kind == "Bot")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;
    use serde_json::{Value, json};

    fn decided(name: &str, payload: &Value, config: &Config) -> Decision {
        let event = event::parse(name, &serde_json::to_vec(payload).unwrap()).unwrap();
        decide(&event, config, None)
    }

    fn task(name: &str, payload: &Value) -> Task {
        match decided(name, payload, &Config::default()) {
            Decision::Task(task) => *task,
            Decision::Ignored(why) => panic!("ignored: {why}"),
        }
    }

    fn ignored_because(name: &str, payload: &Value) -> String {
        match decided(name, payload, &Config::default()) {
            Decision::Task(task) => panic!("a task: {}", task.key),
            Decision::Ignored(why) => why,
        }
    }

    fn issue(action: &str) -> Value {
        json!({"action": action, "repository": {"full_name": "o/r", "default_branch": "main"},
               "sender": {"login": "ann", "type": "User"},
               "issue": {"number": 12, "title": "t", "body": "b", "state": "open", "user": {"login": "ann", "type": "User"}}})
    }

    fn run() -> Value {
        json!({"action": "completed", "repository": {"full_name": "o/r"}, "sender": {"login": "ann"},
               "workflow_run": {"id": 5, "run_attempt": 2, "name": "CI", "path": ".github/workflows/ci.yml", "event": "push",
                 "conclusion": "failure", "head_sha": "a".repeat(40), "head_branch": "feature/x",
                 "head_repository": {"full_name": "o/r"}, "actor": {"login": "ann", "type": "User"}}})
    }

    fn comment(text: &str) -> Value {
        let mut payload = issue("created");
        payload["comment"] = json!({"id": 9, "body": text, "user": {"login": "bob", "type": "User"}});
        payload
    }

    #[test]
    fn issues_become_tasks_when_they_should() {
        assert_eq!(task("issues", &issue("opened")).key.as_str(), "issue-12");
        let mut labeled = issue("labeled");
        labeled["label"] = json!({"name": "thanos-fix"});
        assert_eq!(task("issues", &labeled).key.as_str(), "issue-12");
        labeled["label"]["name"] = json!("Thanos-Fix");
        assert_eq!(task("issues", &labeled).key.as_str(), "issue-12");
        labeled["label"]["name"] = json!("bug");
        assert!(ignored_because("issues", &labeled).contains("triggers.label"));
        let mut closed = issue("opened");
        closed["issue"]["state"] = json!("closed");
        assert!(ignored_because("issues", &closed).contains("closed"));
    }

    #[test]
    fn whoever_opened_an_issue_is_known_without_a_sender() {
        let mut opened = issue("opened");
        opened.as_object_mut().unwrap().remove("sender");
        assert_eq!(task("issues", &opened).actors, [Actor { login: "ann".to_owned(), kind: "User".to_owned() }]);
        // Who reopened or labeled it is not said.
        opened["action"] = json!("reopened");
        assert_eq!(task("issues", &opened).actors[0].login, "");
        // Two people: both are asked.
        let mut both = issue("opened");
        both["sender"]["login"] = json!("bob");
        let logins: Vec<String> = task("issues", &both).actors.into_iter().map(|a| a.login).collect();
        assert_eq!(logins, ["bob", "ann"]);
    }

    /// Older servers, importers and people leave out, or set to nothing, what no task needs.
    #[test]
    fn what_is_missing_or_odd_costs_no_task() {
        for (name, pointer, value) in [
            ("workflow_run", "/workflow_run/pull_requests", Value::Null),
            ("workflow_run", "/workflow_run/pull_requests", json!([null, {"id": 1}])),
            ("workflow_run", "/workflow_run/run_attempt", json!("2")),
            ("workflow_run", "/workflow_run/actor", json!({"login": null})),
            ("workflow_run", "/workflow_run/name", Value::Null),
            ("issues", "/issue/labels", Value::Null),
            ("issues", "/issue/labels", json!(["bug", {"name": null}])),
            ("issues", "/issue/user", json!({"login": null, "type": 3})),
            ("issues", "/issue/title", Value::Null),
            ("issues", "/sender", Value::Null),
            ("issues", "/repository", json!({"name": "r", "owner": {"login": "o"}})),
            ("issues", "/repository", json!({"name": "r", "owner": {"name": "o"}, "default_branch": 3})),
        ] {
            let mut payload = if name == "issues" { issue("opened") } else { run() };
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            payload.pointer_mut(parent).unwrap()[key] = value;
            let task = task(name, &payload);
            assert_eq!(task.repository.as_str(), "o/r", "{pointer}");
            assert!(name == "issues" || !task.title.starts_with(' '), "{pointer}: {}", task.title);
        }
    }

    /// Nothing can be opened onto a branch that goes away with its check, or is gone.
    #[test]
    fn queues_and_deleted_branches_have_nothing_to_repair() {
        let mut queued = run();
        queued["workflow_run"]["head_branch"] = json!("gh-readonly-queue/main/pr-7-abc");
        assert!(ignored_because("workflow_run", &queued).contains("merge queue"));
        let command = |payload: Value| {
            let event = event::parse("push", &serde_json::to_vec(&payload).unwrap()).unwrap();
            decide(&event, &Config::default(), Some(CommandLine::new(["make"])))
        };
        let push = json!({"ref": "refs/heads/x", "after": "0".repeat(40), "deleted": true, "repository": {"full_name": "o/r"}});
        assert!(matches!(command(push), Decision::Ignored(why) if why.contains("no branch")));
        let push = json!({"ref": "refs/heads/gh-readonly-queue/main/pr-7", "repository": {"full_name": "o/r"}});
        assert!(matches!(command(push), Decision::Ignored(why) if why.contains("merge queue")));
    }

    #[test]
    fn only_the_first_words_of_a_comment_command() {
        assert_eq!(task("issue_comment", &comment("/thanos fix please")).request, Request::Fix);
        assert_eq!(task("issue_comment", &comment("/thanos  explain\r\nplease")).request, Request::Explain);
        assert_eq!(task("issue_comment", &comment("/Thanos FIX")).request, Request::Fix);
        for text in [
            "/thanoß fix",
            " /thanos fix",
            "/thanos\tfix",
            "say `/thanos fix`",
            "> /thanos fix",
            "/thanosfix",
            "/thanos",
            "thanks\n/thanos fix",
        ] {
            ignored_because("issue_comment", &comment(text));
        }
        assert_eq!(task("issue_comment", &comment("/thanos fix")).actors[0].login, "bob");
    }

    #[test]
    fn failed_builds_become_tasks_and_forks_never() {
        let build = task("workflow_run", &run());
        assert!(build.key.as_str().starts_with("ci-ci-"), "{}", build.key);
        assert_eq!(build.target.unwrap().as_str(), "feature/x");
        let mut other = run();
        other["workflow_run"]["head_branch"] = json!("feature/y");
        assert_ne!(task("workflow_run", &other).key, build.key);
        let mut fork = run();
        fork["workflow_run"]["head_repository"]["full_name"] = json!("stranger/r");
        assert!(ignored_because("workflow_run", &fork).contains("fork"));
        // A deleted fork has no name; a payload that names none leaves it to the API.
        fork["workflow_run"]["head_repository"] = Value::Null;
        assert!(ignored_because("workflow_run", &fork).contains("fork"));
        fork["workflow_run"].as_object_mut().unwrap().remove("head_repository");
        assert_eq!(task("workflow_run", &fork).repository.to_string(), "o/r");
        let mut fine = run();
        fine["workflow_run"]["conclusion"] = json!("success");
        assert!(ignored_because("workflow_run", &fine).contains("success"));
        let mut target = run();
        target["workflow_run"]["event"] = json!("pull_request_target");
        assert!(ignored_because("workflow_run", &target).contains("pull_request_target"));
    }

    #[test]
    fn what_is_ignored_is_ignored_for_its_true_reason() {
        let mut deleted = issue("deleted");
        deleted["issue"]["state"] = json!("closed");
        assert!(ignored_because("issues", &deleted).contains("`deleted`"));
        for (action, part) in [("", "does not say"), ("```\nx", "does not say")] {
            assert!(ignored_because("issues", &issue(action)).contains(part), "{action}");
        }
        let mut run = run();
        run["workflow_run"]["conclusion"] = Value::Null;
        assert!(ignored_because("workflow_run", &run).contains("does not say how it ended"));
        run["workflow_run"]["conclusion"] = json!("failure");
        run["workflow_run"]["head_branch"] = json!("a..b");
        assert!(ignored_because("workflow_run", &run).contains("git would refuse"));
    }

    #[test]
    fn a_command_belongs_to_the_branch_of_its_event() {
        let of = |payload: Value| {
            let event = event::parse("push", &serde_json::to_vec(&payload).unwrap()).unwrap();
            decide(&event, &Config::default(), Some(CommandLine::shell("bash", "make test")))
        };
        let push = |branch: &str| json!({"repository": {"full_name": "o/r"}, "ref": branch, "after": "a".repeat(40)});
        let made = |payload: Value| match of(payload) {
            Decision::Task(task) => *task,
            Decision::Ignored(why) => panic!("ignored: {why}"),
        };
        let (one, two) = (made(push("refs/heads/a")), made(push("refs/heads/b")));
        assert_ne!(one.key, two.key);
        assert_eq!((one.target.unwrap().as_str(), one.base.unwrap().as_str()), ("a", "a".repeat(40).as_str()));
        assert!(matches!(of(push("refs/tags/v1")), Decision::Ignored(_)), "there is no branch to repair");
    }

    #[test]
    fn dispatches_name_what_they_want() {
        let dispatch = |inputs: Value| {
            json!({"repository": {"full_name": "o/r"}, "sender": {"login": "ann"},
                                              "ref": "refs/heads/dev", "inputs": inputs})
        };
        assert_eq!(task("workflow_dispatch", &dispatch(json!({"issue": "#7"}))).number, Some(7));
        assert_eq!(task("workflow_dispatch", &dispatch(json!({"run-id": "99"}))).run_id, Some(99));
        assert_eq!(task("workflow_dispatch", &dispatch(json!({}))).target.unwrap().as_str(), "dev");
        assert!(ignored_because("workflow_dispatch", &dispatch(json!({"issue": "x"}))).contains("not a number"));
        let both = dispatch(json!({"issue": "7", "run-id": "99"}));
        assert!(ignored_because("workflow_dispatch", &both).contains("both given"));
    }

    #[test]
    fn pull_request_target_is_refused_with_and_without_a_command() {
        let payload = json!({"repository": {"full_name": "o/r"}, "sender": {"login": "ann"}, "ref": "refs/heads/main",
            "pull_request": {"head": {"ref": "x", "sha": "a".repeat(40), "repo": {"full_name": "o/r"}}}});
        let event = event::parse("pull_request_target", &serde_json::to_vec(&payload).unwrap()).unwrap();
        for command in [None, Some(CommandLine::shell("bash", "make test"))] {
            let decision = decide(&event, &Config::default(), command);
            assert!(matches!(&decision, Decision::Ignored(why) if why.contains("secrets")), "{decision:?}");
        }
    }

    fn judged(task: &Task, config: &Config, level: Permission) -> Trust {
        trust(task, config, |_| Ok::<_, std::convert::Infallible>(level)).unwrap()
    }

    #[test]
    fn strangers_wait_and_writers_do_not() {
        let opened = task("issues", &issue("opened"));
        let config = Config::default();
        assert_eq!(judged(&opened, &config, Permission::Write), Trust::Granted);
        for level in [Permission::None, Permission::Read, Permission::Triage] {
            assert!(matches!(judged(&opened, &config, level), Trust::Wait(_)), "{level:?}");
        }
        let mut open_house = Config::default();
        open_house.trust.strangers = Strangers::Triage;
        assert!(matches!(judged(&opened, &open_house, Permission::None), Trust::TriageOnly(_)));
        open_house.trust.strangers = Strangers::Full;
        assert_eq!(judged(&opened, &open_house, Permission::None), Trust::Granted);
        // A command needs write access, whatever strangers may open.
        let asked = task("issue_comment", &comment("/thanos fix"));
        assert!(matches!(judged(&asked, &open_house, Permission::Read), Trust::Wait(_)));
    }

    #[test]
    fn bots_are_looked_up_in_the_list_and_nowhere_else() {
        let mut payload = run();
        let config = Config::default();
        let by = |payload: &mut Value, login: &str, kind: &str| {
            payload["workflow_run"]["actor"] = json!({"login": login, "type": kind});
            judged(&task("workflow_run", payload), &config, Permission::None)
        };
        assert_eq!(by(&mut payload, "dependabot[bot]", "Bot"), Trust::Granted);
        assert_eq!(by(&mut payload, "dependabot", "Bot"), Trust::Granted);
        assert!(matches!(by(&mut payload, "dependabot", "User"), Trust::Wait(_)));
        assert!(matches!(by(&mut payload, "evil[bot]", "Bot"), Trust::Wait(_)));
        assert!(matches!(by(&mut payload, "", ""), Trust::Wait(_)));
        assert_eq!(by(&mut payload, "dependabot[bot]", ""), Trust::Granted);
        assert!(matches!(by(&mut payload, "dependabot", ""), Trust::Wait(_)));
    }
}
