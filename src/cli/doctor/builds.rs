//! The builds that may fail: what their jobs have and a replay of a failed step has not.

use super::workflow::{House, Job, Workflow};
use super::{Checkup, unknown};
use regex::Regex;
use serde_yaml::Value;
use std::collections::BTreeSet;

const IN_JOB: &str = "repair in the job itself, where it is at hand: thanos-fix init --only in-job";

pub fn check(house: &House) -> Vec<Checkup> {
    let ours = house.ours();
    let in_job = |file: &Workflow, key: &str| {
        ours.iter()
            .any(|(own, jobs)| own.path == file.path && jobs.iter().any(|(job, used)| used.in_job && job.key == key))
    };
    let mut found = Vec::new();
    for file in watched(house) {
        for job in file.jobs().filter(|job| !in_job(file, job.key)) {
            found.extend(judge(file, &job));
        }
    }
    found
}

/// The workflows that ours wait for; where none of those is there, those that build what is pushed.
fn watched<'a>(house: &'a House) -> Vec<&'a Workflow> {
    let ours = house.ours();
    let is_ours = |file: &Workflow| ours.iter().any(|(own, _)| own.path == file.path);
    let named: BTreeSet<&str> = ours.iter().flat_map(|(file, _)| file.waits_for()).collect();
    let others: Vec<&Workflow> = house.files.iter().filter(|file| !is_ours(file)).collect();
    let known = others.iter().any(|file| named.contains(file.name()));
    others.into_iter().filter(|file| if known { named.contains(file.name()) } else { file.builds() }).collect()
}

fn judge(file: &Workflow, job: &Job) -> Vec<Checkup> {
    let what = |text: String| format!("{}: the job `{}` {text}", file.path, job.key);
    let mut found = Vec::new();
    if let Some(services) = job.yaml.get("services").and_then(Value::as_mapping) {
        let names: Vec<&str> = services.keys().filter_map(Value::as_str).collect();
        found.push(unknown(
            what(format!("has the services {}", names.join(", "))),
            "they are not started for a replayed step, and the sandbox `full` cuts the network",
            format!("start them in verify.prepare and set sandbox: light in .github/thanos.yml; or {IN_JOB}"),
        ));
    }
    if let Some(image) = job.yaml.get("container").map(image) {
        found.push(unknown(
            what(format!("runs in the container {image}")),
            "a failed step is replayed on the runner, without what the image holds",
            format!("give our job the same `container:`; or {IN_JOB}"),
        ));
    }
    let secrets = secrets(job.yaml);
    if !secrets.is_empty() {
        found.push(unknown(
            what(format!("uses the secrets {}", secrets.into_iter().collect::<Vec<_>>().join(", "))),
            "a replayed step gets no secrets: where it cannot do without, its failure is explained, not fixed",
            "let the tests do without them, or name a command that needs none as verify.command",
        ));
    }
    if let Some(runner) = job.yaml.get("runs-on").and_then(Value::as_str).filter(|runner| is_foreign(runner)) {
        found.push(unknown(
            what(format!("runs on {runner}")),
            "a failed step is replayed on Linux, where it may not fail",
            "let a Linux job run the same tests",
        ));
    }
    found
}

fn image(container: &Value) -> String {
    let image = container.as_str().or_else(|| container.get("image").and_then(Value::as_str));
    image.unwrap_or("that it names").to_owned()
}

fn is_foreign(runner: &str) -> bool {
    runner.starts_with("windows") || runner.starts_with("macos")
}

fn secrets(job: &Value) -> BTreeSet<String> {
    let text = serde_yaml::to_string(job).unwrap_or_default();
    let Ok(name) = Regex::new(r#"\$\{\{[^}]*?\bsecrets(?:\.|\[['"]+)([A-Za-z_][A-Za-z0-9_]*)"#) else {
        return BTreeSet::new();
    };
    let names = name.captures_iter(&text).map(|found| found[1].to_owned());
    names.filter(|name| name != "GITHUB_TOKEN").collect()
}
