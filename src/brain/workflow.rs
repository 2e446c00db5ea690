//! The failed step of a GitHub workflow: the log says what was run, the workflow file says whether that
//! can be true and where. A line that a test printed into the log is never taken for a command.

mod checks;
mod file;
mod matrix;
mod names;
mod unroll;
mod values;

use super::log::RunBlock;
use crate::command::{CommandLine, SetUp};
use crate::ids::RelPath;
use file::{Defaults, Job, Step, Workflow, entries, scalar};
use names::{label, matches, names_step, weight};
use serde_yaml::Value;
use unroll::Taken;
use values::{Values, WORKSPACE, lifted, localize};

/// What has to be run again to see the failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPlan {
    pub command: CommandLine,
    /// The job's earlier `run:` steps, in order: they set up what a fresh runner lacks.
    pub prepare: Vec<SetUp>,
    /// What the job had and a replay has not: services, secrets, set-up actions, matrix values.
    pub lacks: Vec<String>,
}

/// What the API says of a job.
pub struct Ran<'a> {
    pub job: &'a str,
    /// The failed step.
    pub step: &'a str,
    /// Steps that were not run.
    pub skipped: Vec<&'a str>,
    /// Which runner it asked for.
    pub labels: &'a [String],
}

/// A file of the repository at the commit that failed; `None` where there is none.
pub type Read<'r> = &'r dyn Fn(&RelPath) -> Option<String>;

/// Events that build what somebody wrote.
const BUILDS: &[&str] = &["push", "pull_request", "merge_group"];

/// What a workflow runs that builds what is pushed, and whether in the root; nothing of the others.
pub fn scripts(file: &str) -> Vec<(String, bool)> {
    let Ok(workflow) = serde_yaml::from_str::<Workflow>(file) else { return Vec::new() };
    let is_build = |event: &Value| event.as_str().is_some_and(|name| BUILDS.contains(&name));
    let builds = match &workflow.on {
        Value::Sequence(events) => events.iter().any(is_build),
        Value::Mapping(events) => events.keys().any(is_build),
        event => is_build(event),
    };
    let everywhere = workflow.defaults.run.working_directory;
    let of_job = |job: Job| {
        let elsewhere = everywhere.is_some() || job.defaults.run.working_directory.is_some();
        let of_step = move |step: Step| Some((step.run?.to_string(), !elsewhere && step.working_directory.is_none()));
        job.steps.into_iter().filter_map(of_step)
    };
    workflow.jobs.into_values().filter(|_| builds).flat_map(of_job).collect()
}

/// The job that failed, in the file that holds its steps.
struct Found {
    defaults: Defaults,
    env: Value,
    job: Job,
    values: Values,
}

/// Finds the failed step in the workflow file at `path`. `blocks` is what the job's log shows as run. `Err` says, for
/// people, why the command is not known.
pub fn plan(path: &RelPath, ran: &Ran, blocks: &[RunBlock], read: Read) -> Result<StepPlan, String> {
    let file = read(path).ok_or_else(|| format!("{path} does not exist at that commit"))?;
    let found = find(&file, ran.job, ran.step, &Values::default(), read, DEEPEST)?
        .ok_or_else(|| format!("the workflow file has no job `{}`", ran.job))?;
    let taken = unroll::unroll(&found.job, &found.env, &found.values, ran, read);
    let failed = blocks.iter().rposition(|b| b.failed);
    let index = failed_step(&taken, blocks, failed)
        .ok_or_else(|| format!("the failed step `{}` runs no command of its own", ran.step))?;
    let step = &taken[index];
    let checkout = checkout(&taken[..index]);
    let place = directory(&found, step, checkout.as_deref()).ok_or_else(|| {
        let why = "its working-directory leads out of the checkout, or is an expression";
        format!("nobody knows where the step `{}` runs: {why}", ran.step)
    })?;
    let command = evaluate(&found, step, blocks, failed, place, checkout.as_deref()).ok_or_else(|| {
        format!("what the log shows of the step `{}` does not agree with the workflow file", ran.step)
    })?;
    let mut plan = StepPlan { command, prepare: Vec::new(), lacks: lacks(&found.job, ran) };
    for earlier in &taken[..index] {
        match (&earlier.step.run, &earlier.step.uses) {
            _ if earlier.is_check => {}
            (Some(_), _) => set_up(&found, earlier, blocks, checkout.as_deref(), &mut plan),
            (None, Some(uses)) => plan.lacks.extend(sets_up(uses, earlier)),
            (None, None) => {}
        }
    }
    note_secrets(step, &mut plan.lacks);
    Ok(plan)
}

/// Reusable workflows in reusable workflows: GitHub stops there, too.
const DEEPEST: usize = 10;

/// The job that is shown as `shown`, `caller / job` where the caller's is a reusable workflow. Where several can be it,
/// the one that has the failed step and whose name can be taken for the fewest others.
fn find(
    file: &str,
    shown: &str,
    step: &str,
    given: &Values,
    read: Read,
    depth: usize,
) -> Result<Option<Found>, String> {
    let mut workflow: Workflow =
        serde_yaml::from_str(file).map_err(|e| format!("the workflow file is not readable: {e}"))?;
    let mut best: Option<((bool, usize), String, Values)> = None;
    for (key, job) in workflow.jobs.iter().filter(|(_, job)| job.uses.is_none()) {
        let Some(values) = named(key, job, shown, given) else { continue };
        let rank = (job.steps.iter().any(|s| names_step(s, step)), weight(job.name.as_deref().unwrap_or(key)));
        if best.as_ref().is_none_or(|(known, ..)| rank > *known) {
            best = Some((rank, key.clone(), values));
        }
    }
    if let Some((_, key, values)) = best {
        let job = workflow.jobs.remove(&key).unwrap_or_default();
        return Ok(Some(Found { defaults: workflow.defaults, env: workflow.env, job, values }));
    }
    for (at, _) in shown.match_indices(" / ") {
        let (caller, inner) = (&shown[..at], &shown[at + 3..]);
        for (key, job) in &workflow.jobs {
            let (Some(uses), Some(values)) = (&job.uses, named(key, job, caller, given)) else { continue };
            let Some(path) = uses.strip_prefix("./") else {
                return Err(format!("the job is of the workflow `{}`, which is in another repository", &**uses));
            };
            let called = RelPath::parse(path).ok().and_then(|path| read(&path)).filter(|_| depth > 0);
            let called = called.ok_or_else(|| format!("the workflow `{}` is not to be read", &**uses))?;
            let declared: Value = serde_yaml::from_str::<Workflow>(&called).map(|file| file.on).unwrap_or_default();
            let declared = declared.get("workflow_call").and_then(|call| call.get("inputs")).cloned();
            let inputs = Values::of_used(&values, &declared.unwrap_or_default(), &job.with);
            if let Some(found) = find(&called, inner, step, &inputs, read, depth - 1)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// The values of a job that may be shown like that: its `name` (perhaps with expressions), or its key, then matrix
/// values in brackets.
fn named(key: &str, job: &Job, shown: &str, given: &Values) -> Option<Values> {
    if let Some(values) = matrix::chosen(job, key, shown, given) {
        return Some(values);
    }
    let template = given.fill(job.name.as_deref().unwrap_or(key));
    let is_shown =
        matches(&template, shown) || shown.strip_prefix(&*template).is_some_and(|rest| rest.starts_with(" ("));
    is_shown.then(|| given.clone())
}

/// The step that is named and whose script the failed block shows; else the only one of the two that is known.
fn failed_step(taken: &[Taken], blocks: &[RunBlock], failed: Option<usize>) -> Option<usize> {
    let shows = |one: &Taken| failed.is_some_and(|i| is_script(one, &blocks[i]));
    let runs = || taken.iter().enumerate().filter(|(_, one)| one.step.run.is_some());
    let named = || runs().filter(|(_, one)| one.is_named);
    let both = named().find(|(_, one)| shows(one));
    // Which step of an action failed only the log can tell.
    let by_name = || named().find(|(_, one)| !one.is_inner);
    both.or_else(by_name).or_else(|| runs().find(|(_, one)| shows(one))).map(|(index, _)| index)
}

fn is_script(one: &Taken, block: &RunBlock) -> bool {
    one.step.run.as_deref().is_some_and(|template| matches(template, &block.command))
}

/// An earlier step, as it was run.
fn set_up(found: &Found, one: &Taken, blocks: &[RunBlock], checkout: Option<&str>, plan: &mut StepPlan) {
    let is_shown = blocks.iter().any(|block| is_script(one, block));
    // Only the log says whether a step of an action was run on a condition.
    if one.is_inner && !one.step.condition.is_null() && !is_shown {
        return;
    }
    let place = directory(found, one, checkout);
    match place.and_then(|place| evaluate(found, one, blocks, None, place, checkout)) {
        Some(command) => plan.prepare.push(SetUp { command, may_fail: may_fail(one) }),
        None => plan.lacks.push(format!("the step `{}` (its values are not known)", label(&one.step))),
    }
}

/// The job went on, so what nobody knows is taken for a yes.
fn may_fail(one: &Taken) -> bool {
    match scalar(&one.step.continue_on_error).map(|text| one.values.fill(&text)).as_deref() {
        None | Some("false") => false,
        Some(text) => text == "true" || text.contains("${{"),
    }
}

/// The command with its values: from the log where the log agrees with the file, else from the file
/// when it needs no values.
fn evaluate(
    found: &Found,
    one: &Taken,
    blocks: &[RunBlock],
    failed: Option<usize>,
    directory: Option<RelPath>,
    checkout: Option<&str>,
) -> Option<CommandLine> {
    let template = one.step.run.as_deref()?;
    let preferred = failed.map(|i| &blocks[i]).filter(|b| is_script(one, b));
    let block = preferred.or_else(|| blocks.iter().find(|b| is_script(one, b)));
    let script = match block {
        Some(block) => localize(&block.command),
        None if failed.is_some() && !one.is_check => return None,
        None => Some(one.values.fill(template)).filter(|script| !script.contains("${{"))?,
    };
    let here = |text: String| checkout.map_or(text.clone(), |below| lifted(&text, below));
    let from_file = setting(found, one, |step| &step.shell, |defaults| &defaults.run.shell);
    let shell = block.and_then(|b| b.shell.as_deref()).or(from_file.as_deref()).unwrap_or("bash -e {0}");
    let mut line = CommandLine::shell(shell, &here(script));
    line.directory = directory;
    line.env = variables(one, block).into_iter().map(|(name, value)| (name, here(value))).collect();
    Some(line)
}

/// A setting of the step, else of its job, else of the workflow.
fn setting(
    found: &Found,
    one: &Taken,
    of_step: impl Fn(&Step) -> &Option<file::Text>,
    of: impl Fn(&Defaults) -> &Option<file::Text>,
) -> Option<String> {
    let defaults = [of(&found.job.defaults), of(&found.defaults)];
    let defaults = defaults.into_iter().filter(|_| !one.is_inner && !one.is_check);
    let text = std::iter::once(of_step(&one.step)).chain(defaults).flatten().next()?;
    Some(one.values.fill(text))
}

/// Where the step runs, seen from our checkout. `None` when that lies outside of it, or nobody knows where.
#[expect(clippy::option_option, reason = "the root has no path of its own")]
fn directory(found: &Found, one: &Taken, checkout: Option<&str>) -> Option<Option<RelPath>> {
    let place = setting(found, one, |step| &step.working_directory, |defaults| &defaults.run.working_directory);
    let place = localize(place.unwrap_or_default().trim());
    let place = match place.strip_prefix(WORKSPACE) {
        Some(inside) => inside.trim_start_matches('/'),
        None if place.starts_with('/') => return None,
        None => &place,
    };
    let place = place.trim_start_matches("./").trim_end_matches('/');
    let place = match checkout {
        // Above our checkout there is nothing.
        Some(below) => place.strip_prefix(below).filter(|rest| rest.is_empty() || rest.starts_with('/'))?,
        None => place,
    };
    match place.trim_start_matches('/') {
        "" | "." => Some(None),
        place if place.contains("${{") => None,
        place => RelPath::parse(place).ok().map(Some),
    }
}

/// Where below the workspace the job lays the repository itself.
fn checkout(before: &[Taken]) -> Option<String> {
    let own = |one: &&Taken| {
        let uses = one.step.uses.as_deref().unwrap_or_default();
        uses.starts_with("actions/checkout@") && other_repository(one).is_none()
    };
    let path = one_value(before.iter().find(own)?, "path")?;
    let path = path.trim_start_matches("./").trim_end_matches('/').to_owned();
    Some(path).filter(|path| !path.is_empty() && path != ".")
}

fn other_repository(one: &Taken) -> Option<String> {
    one_value(one, "repository").filter(|name| !name.contains("github.repository"))
}

fn one_value(one: &Taken, name: &str) -> Option<String> {
    one.step.with.get(name).and_then(scalar).map(|text| one.values.fill(&text))
}

/// The variables that the file sets, with the values that the log shows. Masked values are left out.
fn variables(one: &Taken, block: Option<&RunBlock>) -> Vec<(String, String)> {
    let shown = |key: &str| block.and_then(|b| b.env.iter().find(|(k, _)| k == key)).map(|(_, v)| localize(v));
    let pairs = one.env.iter().map(|(key, value)| (key.clone(), shown(key).unwrap_or_else(|| value.clone())));
    pairs.filter(|(_, value)| !value.contains("${{") && !value.contains("***")).collect()
}

fn lacks(job: &Job, ran: &Ran) -> Vec<String> {
    let mut lacks = Vec::new();
    let foreign = ran.labels.iter().find(|label| is_other_system(label));
    lacks.extend(foreign.map(|label| format!("the runner `{label}`")));
    lacks.extend(entries(&job.services).map(|(name, _)| format!("the service `{name}`")));
    if !job.container.is_null() {
        lacks.push("the job's container".to_owned());
    }
    let axes = job.strategy.get("matrix").into_iter().flat_map(entries).map(|(name, _)| name);
    let axes = axes.filter(|name| !matches!(*name, "include" | "exclude"));
    lacks.extend(axes.map(|name| format!("the matrix value `{name}` (only as far as the log shows it)")));
    lacks
}

/// A runner that this one is not.
pub fn is_foreign(labels: &[String]) -> bool {
    labels.iter().any(|label| is_other_system(label))
}

fn is_other_system(label: &str) -> bool {
    let label = label.to_lowercase();
    label.starts_with("windows") || label.starts_with("macos")
}

/// Actions that set nothing up which a replay would miss.
const NO_SET_UP: &[&str] = &["actions/checkout", "actions/cache", "actions/upload-artifact"];

/// What an earlier action leaves behind, with the versions that it was asked for.
fn sets_up(uses: &str, one: &Taken) -> Option<String> {
    let action = uses.split('@').next().unwrap_or(uses);
    if NO_SET_UP.contains(&action) {
        return other_repository(one).map(|name| format!("the repository `{name}` that is checked out beside it"));
    }
    let is_version = |name: &str| name.ends_with("version") || name == "toolchain";
    let versions = entries(&one.step.with).filter(|(name, _)| is_version(name));
    let versions = versions.filter_map(|(name, _)| Some(format!("{name}: {}", one_value(one, name)?)));
    let versions = versions.collect::<Vec<_>>().join(", ");
    let versions = if versions.is_empty() { versions } else { format!(" ({versions})") };
    Some(format!("what the action `{action}` sets up{versions}"))
}

/// Secrets that the step or what is around it reads: they are never given to it here.
fn note_secrets(one: &Taken, lacks: &mut Vec<String>) {
    let texts = one.step.run.as_deref().into_iter().chain(one.env.values().map(String::as_str));
    let mut names: Vec<&str> = texts.flat_map(|text| text.split("secrets.").skip(1)).map(word).collect();
    names.sort_unstable();
    names.dedup();
    lacks.extend(names.iter().filter(|n| !n.is_empty()).map(|name| format!("the secret `{name}`")));
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
