//! The workflows that use thanos-fix: what starts them, what their tokens may do, what stands beside them.

use super::github::Remote;
use super::workflow::{DIRECTORY, House, Job, Level, Mode, Use, Workflow, words};
use super::{Checkup, fine, missing, unknown};
use crate::config::Config;
use std::path::Path;

/// Events that a workflow which uses us may sensibly name; others are compared with these.
const EVENTS: &[&str] = &[
    "issues",
    "issue_comment",
    "workflow_run",
    "workflow_dispatch",
    "workflow_call",
    "push",
    "pull_request",
    "schedule",
    "repository_dispatch",
    "merge_group",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
    "release",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "check_run",
    "check_suite",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "label",
    "milestone",
    "page_build",
    "public",
    "registry_package",
    "status",
    "watch",
    "branch_protection_rule",
    "project",
    "project_card",
    "project_column",
    "image_version",
];
/// Events that become work only with the input `command`.
const NOT_WORK: &[&str] =
    &["push", "pull_request", "pull_request_target", "schedule", "merge_group", "release", "create", "delete"];
const MODES: &[&str] = &["run", "propose", "publish", "doctor", "dashboard"];
/// Larger files are no workflows.
const LONGEST: u64 = 1 << 20;

/// The workflow files here, else those of the default branch.
pub fn find(root: &Path, remote: &Remote) -> (Vec<Workflow>, Vec<Checkup>) {
    let mut texts = local(root);
    if texts.is_empty() {
        texts = remote.workflow_texts();
    }
    let (mut files, mut found) = (Vec::new(), Vec::new());
    for (path, text) in texts {
        match Workflow::parse(&path, text) {
            Ok(file) => files.push(file),
            Err(why) => {
                found.push(missing(
                    format!("{path}: {why}"),
                    "GitHub runs nothing of this file",
                    format!("mend {path}"),
                ));
            }
        }
    }
    (files, found)
}

pub fn local(root: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root.join(DIRECTORY)).into_iter().flatten().flatten();
    let mut texts: Vec<_> = entries
        .filter(|entry| entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() < LONGEST))
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, std::fs::read_to_string(entry.path()).ok()?)))
        .filter(|(name, _)| name.ends_with(".yml") || name.ends_with(".yaml"))
        .map(|(name, text)| (format!("{DIRECTORY}/{name}"), text))
        .collect();
    texts.sort();
    texts
}

pub fn check(house: &House, config: &Config) -> Vec<Checkup> {
    let ours = house.ours();
    if ours.is_empty() {
        return vec![missing("no workflow uses thanos-fix", "nothing happens on GitHub", "thanos-fix init")];
    }
    let mut found = Vec::new();
    for (file, jobs) in &ours {
        let mut faults = triggers(file, house);
        for (job, used) in jobs {
            faults.extend(step(file, job, used));
            faults.extend(permissions(file, job, used));
            faults.extend(concurrency(file, job, used));
        }
        if faults.is_empty() {
            faults.push(fine(format!("{} uses thanos-fix", file.path)));
        }
        found.append(&mut faults);
    }
    found.extend(twice(&ours));
    found.extend(retry(house, &ours));
    found.extend(dispatched(house, config));
    found
}

/// What the step says that no version of ours understands, and where it cannot run.
fn step(file: &Workflow, job: &Job, used: &Use) -> Vec<Checkup> {
    let (path, key) = (&file.path, job.key);
    let mut found = Vec::new();
    if let Some(mode) = &used.no_mode {
        let near = nearest(mode, MODES.iter().copied()).unwrap_or("run");
        let mend = format!("in {path}, under jobs.{key}: mode: {near}");
        found.push(missing(format!("{path}: there is no mode `{mode}`"), "the step fails", mend));
    }
    let known = inputs();
    for input in used.inputs.iter().filter(|input| !known.contains(&input.as_str())) {
        let mend = match nearest(input, known.iter().copied()) {
            Some(near) => format!("in {path}, under jobs.{key}, write `{near}:` for `{input}:`"),
            None => format!("take `{input}:` out of {path}; the inputs are {}", known.join(", ")),
        };
        found.push(missing(format!("{path}: there is no input `{input}`"), "what it says counts for nothing", mend));
    }
    let runner = words(job.yaml.get("runs-on")).join(" ");
    if ["windows", "macos"].iter().any(|system| runner.to_lowercase().contains(system)) {
        let mend = format!("in {path}, under jobs.{key}: runs-on: ubuntu-latest");
        found.push(missing(format!("{path}: the job `{key}` runs on {runner}"), "our program is for Linux", mend));
    }
    let acts = file.triggers().keys().any(|event| !event.is_empty() && !NOT_WORK.contains(event));
    if !acts && !used.in_job && used.mode != Mode::Publish {
        let mend = format!("in {path}, set the input `command`, or wait for issues or workflow_run (thanos-fix init)");
        let what = format!("{path}: nothing that starts it is work by itself");
        found.push(missing(what, "every run ends as `ignored`", mend));
    }
    found
}

/// The names of the Action's inputs.
fn inputs() -> Vec<&'static str> {
    let lines = include_str!("../../../action.yml").lines().skip_while(|line| *line != "inputs:").skip(1);
    let section = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    section
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect()
}

fn triggers(file: &Workflow, house: &House) -> Vec<Checkup> {
    let triggers = file.triggers();
    let path = &file.path;
    let mut found = Vec::new();
    for name in triggers.keys().filter(|name| !EVENTS.contains(name)) {
        let mend = nearest(name, EVENTS.iter().copied()).map_or("see GitHub's list of events".to_owned(), |event| {
            format!("in {path}, write `{event}:` for `{name}:`")
        });
        found.push(missing(format!("{path}: there is no event `{name}`"), "GitHub refuses the workflow file", mend));
    }
    if triggers.contains_key("pull_request_target") {
        let without = "runs for it are refused: repository code would run next to a token that a stranger can aim";
        let mend = format!("in {path}, use `pull_request:` (or `workflow_run:`) for `pull_request_target:`");
        found.push(missing(format!("{path} runs on `pull_request_target`"), without, mend));
    }
    if let Some(run) = triggers.get("workflow_run") {
        let types = words(run.get("types"));
        if !types.is_empty() && !types.contains(&"completed") {
            let what = format!("{path}: `workflow_run` does not wait for `completed`");
            found.push(missing(what, "no failed build is seen", "types: [completed]"));
        }
        found.extend(waiting(file, house));
    }
    found
}

/// Names that no workflow has. The ready-made files name several workflows of which not all need be there, so
/// beside one that is there only a near miss is told of.
fn waiting(file: &Workflow, house: &House) -> Vec<Checkup> {
    let own: Vec<&str> = house.ours().iter().map(|(file, _)| file.name()).collect();
    let serves_us = |other: &Workflow| other.waits_for().iter().any(|name| own.contains(name));
    // Never ours nor our companions: a workflow that waits for them feeds itself.
    let others = house.files.iter().filter(|other| !own.contains(&other.name()) && !serves_us(other));
    let names: Vec<&str> = others.map(Workflow::name).collect();
    let wanted = file.waits_for();
    let path = &file.path;
    if let Some(name) = wanted.iter().find(|name| own.contains(name)) {
        let what = format!("{path} waits for the workflow `{name}`, which uses thanos-fix itself");
        return vec![missing(what, "it starts itself again and again", format!("in {path}, take `{name}` out"))];
    }
    if wanted.is_empty() {
        let mend = format!("in {path}, under workflow_run: workflows: [{}]", names.join(", "));
        return vec![missing(format!("{path}: `workflow_run` names no workflow"), "it never starts", mend)];
    }
    let none_there = !wanted.iter().any(|name| names.contains(name));
    let absent = wanted.iter().filter(|name| !names.contains(name) && !name.contains('*'));
    let told = absent.filter_map(|name| {
        let near = nearest(name, names.iter().copied()).filter(|near| !wanted.contains(near));
        let mend = match near {
            Some(near) => format!("in {path}, write `{near}` for `{name}` under workflows"),
            None if none_there && names.is_empty() => format!("add the workflow `{name}`: there is no other"),
            None if none_there => format!("in {path}, name one of these under workflows: {}", names.join(", ")),
            None => return None,
        };
        let what = format!("{path} waits for the workflow `{name}`, which does not exist");
        Some(missing(what, "it never starts for that workflow's failures", mend))
    });
    told.collect()
}

/// The name that a slip could have made this of.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |other: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let best = known.map(|other| (distance(other), other)).min()?;
    (best.0 <= 1.max(name.chars().count() / 3)).then_some(best.1)
}

/// A permission, what does not work without it, and whether that is the point of the job.
struct Need(&'static str, Level, &'static str, bool);

fn needs(file: &Workflow, used: &Use) -> Vec<Need> {
    use Level::{Read, Write};
    let builds = file.triggers().contains_key("workflow_run");
    let logs = Need("actions", Read, "failed jobs and their logs cannot be read", true);
    let rerun = Need("actions", Write, "a build that failed for a passing cause is not run again", false);
    if used.mode == Mode::Run && only_records(file) {
        return vec![Need("contents", Write, "what becomes of repairs cannot be written to the ledger", true)];
    }
    let mut needs = match used.mode {
        Mode::Propose | Mode::Run if used.in_job => {
            return vec![Need("contents", Read, "the code cannot be read", true)];
        }
        Mode::Propose => vec![
            Need("contents", Read, "the code cannot be read", true),
            Need("issues", Read, "issues cannot be read", true),
            Need("pull-requests", Read, "work that is done already cannot be seen", true),
        ],
        Mode::Run | Mode::Publish => vec![
            Need("contents", Write, "no branch can be pushed: a repair ends as a patch file", true),
            Need("pull-requests", Write, "no pull request is opened: it becomes a prefilled link", true),
            Need("issues", Write, "no comment, no reaction and no label", true),
            Need("checks", Write, "annotations are printed to the log instead", false),
        ],
    };
    // A review is answered in its threads.
    if file.triggers().keys().all(|event| event.starts_with("pull_request_review")) {
        needs.retain(|need| !matches!(need.0, "issues" | "checks"));
    }
    if builds && used.mode != Mode::Publish {
        needs.push(logs);
    }
    if builds && used.mode != Mode::Propose {
        needs.push(rerun);
    }
    needs
}

/// Whether nothing of it is work: it only tells what became of repairs, each event for itself.
fn only_records(file: &Workflow) -> bool {
    let triggers = file.triggers();
    triggers.contains_key("pull_request")
        && triggers.keys().all(|name| ["pull_request", "push", "check_suite"].contains(name))
}

fn permissions(file: &Workflow, job: &Job, used: &Use) -> Vec<Checkup> {
    if used.own_token {
        return vec![fine(format!("{}: the job `{}` brings a token of its own", file.path, job.key))];
    }
    let needs = needs(file, used);
    let line = |need: &Need| format!("{}: {}", need.0, if need.1 == Level::Write { "write" } else { "read" });
    let place = format!("in {}, under jobs.{}", file.path, job.key);
    if file.granted(job, "contents").is_none() {
        return vec![unknown(
            format!("{}: the job `{}` has no `permissions:`", file.path, job.key),
            "the repository's default decides, which often is to read only",
            format!("{place}: permissions: {{{}}}", needs.iter().map(line).collect::<Vec<_>>().join(", ")),
        )];
    }
    let lacking = needs.iter().filter(|need| file.granted(job, need.0).is_some_and(|level| level < need.1));
    let told = lacking.map(|need| {
        let what = format!("{}: the job `{}` lacks `{}`", file.path, job.key, line(need));
        let mend = format!("{place}.permissions: {}", line(need));
        if need.3 { missing(what, need.2, mend) } else { unknown(what, need.2, mend) }
    });
    told.collect()
}

fn concurrency(file: &Workflow, job: &Job, used: &Use) -> Option<Checkup> {
    if used.in_job || only_records(file) {
        return None;
    }
    let what = |text: &str| format!("{}: the job `{}` {text}", file.path, job.key);
    let place = format!("in {}, under jobs.{}", file.path, job.key);
    match file.concurrency(job) {
        None => Some(unknown(
            what("has no `concurrency:`"),
            "two events for one issue are worked on twice, and one of the two for nothing",
            format!(
                "{place}: concurrency: {{group: \"thanos-fix-${{{{ github.event.issue.number || github.ref }}}}\", cancel-in-progress: false}}"
            ),
        )),
        Some(value) if value.get("cancel-in-progress").and_then(serde_yaml::Value::as_bool) == Some(true) => {
            Some(unknown(
                what("is cancelled by the next event"),
                "work in progress is thrown away",
                format!("{place}.concurrency: cancel-in-progress: false"),
            ))
        }
        Some(_) => None,
    }
}

/// Two workflows that start for the same events.
fn twice(ours: &[(&Workflow, Vec<(Job, Use)>)]) -> Vec<Checkup> {
    let works = |jobs: &[(Job, Use)]| jobs.iter().any(|(_, used)| used.mode != Mode::Publish && !used.in_job);
    let files: Vec<&Workflow> = ours.iter().filter(|(_, jobs)| works(jobs)).map(|(file, _)| *file).collect();
    let pairs = files.iter().enumerate().flat_map(|(i, one)| files[i + 1..].iter().map(move |other| (*one, *other)));
    let told = pairs.filter_map(|(one, other)| {
        let events = shared(one, other);
        let what = format!("{} and {} both start for {}", one.path, other.path, events.join(", "));
        let mend = format!("delete {} or {}, or take the events out of one", one.path, other.path);
        let without = "every such event is worked on twice, and one of the two for nothing";
        (!events.is_empty()).then(|| unknown(what, without, mend))
    });
    told.collect()
}

fn shared<'a>(one: &'a Workflow, other: &Workflow) -> Vec<&'a str> {
    let theirs = other.triggers();
    let meets = |event: &&str| match *event {
        "issues" | "issue_comment" => theirs.contains_key(event),
        "workflow_run" => one.waits_for().iter().any(|name| other.waits_for().contains(name)),
        _ => false,
    };
    one.triggers().into_keys().filter(meets).collect()
}

/// The companion that reruns a run of ours which asked for another attempt.
fn retry(house: &House, ours: &[(&Workflow, Vec<(Job, Use)>)]) -> Vec<Checkup> {
    let asks = |file: &&Workflow| file.text.contains("/rerun") && !ours.iter().any(|(own, _)| own.path == file.path);
    let companions: Vec<&Workflow> = house.files.iter().filter(asks).filter(|f| !f.waits_for().is_empty()).collect();
    let starts = |file: &Workflow| {
        let triggers = file.triggers();
        ["issues", "issue_comment", "workflow_run"].iter().any(|event| triggers.contains_key(event))
    };
    let heard = |name: &str| companions.iter().any(|file| file.waits_for().contains(&name));
    let forgotten: Vec<&str> =
        ours.iter().filter(|(file, _)| starts(file)).map(|(file, _)| file.name()).filter(|name| !heard(name)).collect();
    let without = "an attempt that could succeed later is not made again";
    let mut found = match companions.first() {
        _ if forgotten.is_empty() => Vec::new(),
        None => vec![unknown("no workflow reruns ours when they ask for it", without, "thanos-fix init --only retry")],
        Some(companion) => vec![unknown(
            format!("{} does not wait for {}", companion.path, forgotten.join(", ")),
            without,
            format!("in {}, under workflow_run: workflows: [{}]", companion.path, forgotten.join(", ")),
        )],
    };
    for file in companions {
        let able = |job: &Job| file.granted(job, "actions").is_none_or(|level| level == Level::Write);
        if !file.jobs().any(|job| able(&job)) {
            let mend = format!("in {}: permissions: {{actions: write}}", file.path);
            found.push(missing(format!("{}: no job has `actions: write`", file.path), without, mend));
        }
    }
    found
}

/// The workflow that the configuration wants started on our branches.
fn dispatched(house: &House, config: &Config) -> Option<Checkup> {
    let name = config.publish.dispatch_ci.as_ref()?;
    let without = "the checks of our pull requests wait for an approval";
    let file = house.files.iter().find(|file| file.path.rsplit('/').next() == Some(name.as_str()));
    match file {
        None => Some(missing(
            format!("publish.dispatch-ci: there is no workflow file {name}"),
            without,
            format!("name a file of {DIRECTORY} in .github/thanos.yml"),
        )),
        Some(file) if !file.triggers().contains_key("workflow_dispatch") => Some(missing(
            format!("publish.dispatch-ci: {} cannot be dispatched", file.path),
            without,
            format!("in {}, under on: workflow_dispatch:", file.path),
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{State, builds};
    use super::*;

    const CI: &str = "name: CI\non: [push]\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: make test}]}}\n";
    const GOOD: &str = "name: fixes\non:\n  workflow_run: {workflows: [CI], types: [completed]}\njobs:\n  fix:\n    \
        concurrency: {group: a, cancel-in-progress: false}\n    permissions: {contents: write, pull-requests: write, \
        issues: write, checks: write, actions: write}\n    steps: [{uses: thanos-ai/fix@v1}]\n";
    const RETRY: &str = "name: retry\non: {workflow_run: {workflows: [fixes, CI]}}\njobs:\n  again:\n    permissions: \
        {actions: write}\n    steps: [{run: gh api --method POST x/rerun}]\n";

    fn look(texts: &[(&str, &str)], config: &Config) -> Vec<Checkup> {
        let files =
            texts.iter().map(|(name, text)| Workflow::parse(&format!("{DIRECTORY}/{name}"), (*text).to_owned()));
        let files: Vec<Workflow> = files.map(|file| file.unwrap_or_else(|why| panic!("{why}"))).collect();
        let house = House { files: &files, root: Path::new("/nowhere") };
        check(&house, config).into_iter().chain(builds::check(&house)).filter(|c| c.state != State::Ok).collect()
    }

    /// What is found when `from` is `to` in [`GOOD`], or in the other files.
    #[track_caller]
    fn changed(from: &str, to: &str) -> Vec<Checkup> {
        let all = [("ci.yml", CI), ("fix.yml", GOOD), ("retry.yml", RETRY)]
            .map(|(name, text)| (name, text.replace(from, to)));
        assert!(all.iter().any(|(_, text)| text.contains(to)), "{to}");
        let all: Vec<_> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
        look(&all, &Config::default())
    }

    #[test]
    fn each_fault_is_named_with_its_mend() {
        assert_eq!(changed("CI", "CI"), []);
        for (from, to, state, what, mend) in [
            (
                "contents: write",
                "contents: read",
                State::Missing,
                "`contents: write`",
                "under jobs.fix.permissions: contents: write",
            ),
            ("pull-requests: write, ", "", State::Missing, "`pull-requests: write`", "pull-requests: write"),
            ("checks: write, ", "", State::Unknown, "`checks: write`", "checks: write"),
            (
                "checks: write, actions: write",
                "checks: write, actions: read",
                State::Unknown,
                "`actions: write`",
                "actions: write",
            ),
            (
                "    concurrency: {group: a, cancel-in-progress: false}\n",
                "",
                State::Unknown,
                "no `concurrency:`",
                "cancel-in-progress: false",
            ),
            (
                "cancel-in-progress: false",
                "cancel-in-progress: true",
                State::Unknown,
                "is cancelled",
                "cancel-in-progress: false",
            ),
            ("[CI], types", "[C1], types", State::Missing, "`C1`", "write `CI` for `C1`"),
            ("[CI], types", "[Nightly], types", State::Missing, "`Nightly`", "name one of these under workflows: CI"),
            ("[CI], types", "[CI, fixes], types", State::Missing, "uses thanos-fix itself", "take `fixes` out"),
            ("types: [completed]", "types: [requested]", State::Missing, "`completed`", "types: [completed]"),
            (
                "workflow_run: {workflows: [CI], types",
                "workflow_runs: {workflows: [CI], types",
                State::Missing,
                "`workflow_runs`",
                "write `workflow_run:`",
            ),
            (
                "on:\n  workflow_run",
                "on:\n  pull_request_target:\n  workflow_run",
                State::Missing,
                "`pull_request_target`",
                "`pull_request:`",
            ),
            (
                "[{uses: thanos-ai/fix@v1}]",
                "[{uses: thanos-ai/fix@v1, with: {mode: propse}}]",
                State::Missing,
                "no mode `propse`",
                "under jobs.fix: mode: propose",
            ),
            (
                "[{uses: thanos-ai/fix@v1}]",
                "[{uses: thanos-ai/fix@v1, with: {comand: x}}]",
                State::Missing,
                "no input `comand`",
                "write `command:` for `comand:`",
            ),
            (
                "    steps: [{uses: t",
                "    runs-on: windows-latest\n    steps: [{uses: t",
                State::Missing,
                "runs on windows-latest",
                "runs-on: ubuntu-latest",
            ),
            (
                "workflows: [fixes, CI]",
                "workflows: [CI]",
                State::Unknown,
                "does not wait for fixes",
                "workflows: [fixes]",
            ),
            ("{actions: write}", "{actions: read}", State::Missing, "no job has `actions: write`", "actions: write"),
            ("x/rerun", "x", State::Unknown, "no workflow reruns", "init --only retry"),
            (
                "{run: make test}",
                "{run: 'a ${{ secrets.KEY }} ${{ secrets.GITHUB_TOKEN }}'}",
                State::Unknown,
                "the secrets KEY",
                "verify.command",
            ),
            (
                "test: {",
                "test: {services: {db: {image: postgres}}, ",
                State::Unknown,
                "the services db",
                "verify.prepare",
            ),
            ("test: {", "test: {container: 'node:20', ", State::Unknown, "the container node:20", "in-job"),
            (
                "test: {runs-on: ubuntu-latest",
                "test: {runs-on: windows-latest",
                State::Unknown,
                "runs on windows-latest",
                "Linux",
            ),
        ] {
            let found = changed(from, to);
            assert!(
                found.iter().any(|c| c.state == state
                    && c.what.contains(what)
                    && c.mend.contains(mend)
                    && !c.without.is_empty()),
                "{from} -> {to}: {found:#?}"
            );
        }
    }

    #[test]
    fn what_a_token_of_its_own_and_a_proposing_step_do_not_need_is_not_asked_for() {
        let own = GOOD.replace(
            "{uses: thanos-ai/fix@v1}",
            "{uses: thanos-ai/fix@v1, with: {token: '${{ steps.app.outputs.token }}'}}",
        );
        let own = own.replace("contents: write", "contents: none");
        let proposing = "name: CI\non: [push]\njobs:\n  test:\n    permissions: {contents: read}\n    container: x\n    steps: \
            [{run: make}, {if: failure(), uses: thanos-ai/fix@v1, with: {mode: propose, command: make}}]\n";
        assert_eq!(look(&[("ci.yml", CI), ("fix.yml", &own), ("retry.yml", RETRY)], &Config::default()), []);
        assert_eq!(look(&[("ci.yml", proposing)], &Config::default()), []);
    }

    #[test]
    fn no_workflow_and_a_dispatched_one_that_is_not_there_are_missing() {
        assert_eq!(look(&[("ci.yml", CI)], &Config::default())[0].mend, "thanos-fix init");
        let mut config = Config::default();
        for (name, mend) in [("gone.yml", "name a file"), ("ci.yml", "under on: workflow_dispatch:")] {
            config.publish.dispatch_ci = Some(name.to_owned());
            let found = look(&[("ci.yml", CI), ("fix.yml", GOOD), ("retry.yml", RETRY)], &config);
            assert!(found.len() == 1 && found[0].mend.contains(mend), "{found:?}");
        }
    }

    /// What `init` writes needs nothing more than the name of the CI workflow.
    #[test]
    fn the_ready_made_workflows_are_found_well() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workflows");
        let text = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
        let names = ["on-issue.yml", "on-failed-build.yml", "retry.yml", "split.yml", "in-job.yml", "reusable.yml"];
        let texts: Vec<_> = names.iter().map(|name| (*name, text(name))).collect();
        let mut all: Vec<_> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        all.push(("ci.yml", CI));
        let both: Vec<_> = look(&all, &Config::default()).into_iter().map(|c| c.what).collect();
        let told =
            |name: &str, events: &str| format!("{DIRECTORY}/{name} and {DIRECTORY}/split.yml both start for {events}");
        assert_eq!(both, [told("on-issue.yml", "issue_comment, issues"), told("on-failed-build.yml", "workflow_run")]);
        assert_eq!(look(&[all[0], all[1], all[2], ("ci.yml", CI)], &Config::default()), []);
        assert_eq!(look(&[all[2], all[3], all[4], all[5], ("ci.yml", CI)], &Config::default()), []);
        let alone = look(&all[..3], &Config::default());
        assert!(alone.len() == 1 && alone[0].what.contains("`CI`, which does not exist"), "{alone:?}");
    }

    #[test]
    fn odd_files_are_told_of_and_break_nothing() {
        for text in ["", "a: [", "- x", "jobs: 1", "on: push", "jobs: []"] {
            assert!(Workflow::parse("x.yml", text.to_owned()).is_err(), "{text}");
        }
        for text in
            ["jobs: {}", "on: 7\njobs: {a: 1, 2: {}, b: {steps: 3}, c: {steps: [1, {uses: [x], run: {}}], uses: 5}}"]
        {
            assert_eq!(look(&[("x.yml", text)], &Config::default()).len(), 1, "{text}");
        }
    }
}
