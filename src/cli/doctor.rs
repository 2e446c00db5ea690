//! `thanos-fix doctor`: which permission, setting, tool, key or file is missing, what stops working without
//! it, and the line that mends it. Nothing that it asks for can change anything.

mod builds;
mod github;
mod here;
mod project;
mod rabbit;
mod show;
pub(super) mod workflow;
mod workflows;

use super::{Door, Exit};
use crate::git::Repo;
use anyhow::Result;
use serde::Serialize;
pub(super) use workflows::local as workflow_files;

/// Name what is missing here for thanos-fix to work, and the mend
///
/// Nothing that it asks of GitHub can change anything. Exit code 1 when something is missing.
#[derive(clap::Args)]
pub struct Args {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Cannot be known from here, or is done without.
    Unknown,
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Checkup {
    state: State,
    what: String,
    /// What does not work without it; empty when all is well.
    without: String,
    /// The line to add or the thing to do.
    mend: String,
}

/// Checkups under their heading.
type Group = (&'static str, Vec<Checkup>);

fn fine(what: impl Into<String>) -> Checkup {
    Checkup { state: State::Ok, what: what.into(), without: String::new(), mend: String::new() }
}

fn missing(what: impl Into<String>, without: &str, mend: impl Into<String>) -> Checkup {
    Checkup { state: State::Missing, what: what.into(), without: without.to_owned(), mend: mend.into() }
}

fn unknown(what: impl Into<String>, without: &str, mend: impl Into<String>) -> Checkup {
    Checkup { state: State::Unknown, ..missing(what, without, mend) }
}

pub fn run(door: &Door, _args: &Args) -> Result<Exit> {
    let repo = Repo::discover(&door.common.repo)?;
    let root = repo.as_ref().and_then(Repo::workdir).unwrap_or(&door.common.repo);
    let remote = github::Remote::connect(door, repo.as_ref());
    let (config, project) = project::check(door, repo.as_ref(), root, &remote)?;
    let (files, mut workflows) = workflows::find(root, &remote);
    let house = workflow::House { files: &files, root };
    workflows.extend(workflows::check(&house, &config));
    workflows.extend(builds::check(&house));
    workflows.extend(rabbit::check(root, &house, &config));
    workflows.extend(remote.compare(root, &house));
    let github = remote.check(&house);
    let groups = [("here", here::check(door)), ("project", project), ("workflows", workflows), ("GitHub", github)];
    show::show(door, &groups)
}
