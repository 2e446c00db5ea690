//! The steps that a job really takes: those of the repository's own composite actions stand where they are used.

use super::checks;
use super::file::{Action, Job, Step, entries, scalar};
use super::names::names_step;
use super::values::{Values, WORKSPACE};
use super::{Ran, Read};
use crate::ids::RelPath;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Composite actions in composite actions: GitHub stops there, too.
const DEEPEST: usize = 10;

/// A `run:` step, or a `uses:` step of an action that is not ours to read.
#[derive(Clone)]
pub struct Taken {
    pub step: Step,
    /// What its expressions mean.
    pub values: Values,
    /// What the files set for it, with the values that are known in their places.
    pub env: BTreeMap<String, String>,
    /// It is, or is in, the step that the API names as failed.
    pub is_named: bool,
    /// An action that only starts a program: what it starts is no part of the log, and sets nothing up.
    pub is_check: bool,
    /// Of an action: the job's defaults do not hold, and the API does not say whether it was run.
    pub is_inner: bool,
}

impl Taken {
    fn set(mut self, table: &Value) -> Self {
        for (name, value) in entries(table) {
            if let Some(value) = scalar(value).map(|text| self.values.fill(&text)) {
                self.values.put("env", name, value.clone());
                self.env.insert(name.to_owned(), value);
            }
        }
        self
    }
}

/// The job's steps in order, without those that were not run. `env` is what its workflow sets.
pub fn unroll(job: &Job, env: &Value, values: &Values, ran: &Ran, read: Read) -> Vec<Taken> {
    let (values, empty) = (values.clone(), BTreeMap::new());
    let around = Taken { step: Step::default(), values, env: empty, is_named: false, is_check: false, is_inner: false };
    let around = around.set(env).set(&job.env);
    let mut taken = Vec::new();
    for step in job.steps.iter().filter(|step| !ran.skipped.iter().any(|name| names_step(step, name))) {
        let one = Taken { step: step.clone(), is_named: names_step(step, ran.step), ..around.clone() };
        take(one.set(&step.env), read, DEEPEST, &mut taken);
    }
    taken
}

fn take(one: Taken, read: Read, depth: usize, into: &mut Vec<Taken>) {
    let own = own_action(&one, read).filter(|(_, action)| depth > 0 && !action.runs.steps.is_empty());
    let Some((place, action)) = own else {
        into.push(match checks::as_run(&one.step, &one.values) {
            Some(step) => Taken { step, is_check: true, ..one },
            None => one,
        });
        return;
    };
    let mut values = Values::of_used(&one.values, &action.inputs, &one.step.with);
    values.put("github", "action_path", format!("{WORKSPACE}/{place}"));
    for (name, value) in &one.env {
        values.put("env", name, value.clone());
    }
    let around = Taken { values, is_inner: true, ..one };
    for step in action.runs.steps {
        let inner = Taken { step: step.clone(), ..around.clone() };
        take(inner.set(&step.env), read, depth - 1, into);
    }
}

/// `uses: ./path`: an action of the repository itself.
fn own_action(one: &Taken, read: Read) -> Option<(String, Action)> {
    let place = one.step.uses.as_deref()?.strip_prefix("./")?.trim_end_matches('/');
    let file = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
    let text = ["action.yml", "action.yaml"].into_iter().find_map(|name| read(&RelPath::parse(file(name)).ok()?))?;
    Some((place.to_owned(), serde_yaml::from_str(&text).ok()?))
}
