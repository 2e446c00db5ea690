//! What was done to the repository before it broke, read when a hand first asks.

use super::Job;
use crate::git::{Repo, Step};
use crate::ids::Sha;
use crate::patch::Patch;
use anyhow::Result;
use std::cell::OnceCell;
use std::path::Path;
use std::time::SystemTime;

/// Further back nobody calls it the change that broke it.
const MOST_STEPS: usize = 64;

pub struct Past {
    repo: Option<Repo>,
    /// Where the tree lies in its repository; empty for its root.
    below: String,
    since: Option<Sha>,
    /// Before the command first ran.
    began: SystemTime,
    steps: OnceCell<Vec<Step>>,
}

impl Past {
    pub fn of(job: &Job) -> Result<Self> {
        let repo = Repo::discover(&job.root)?;
        let root = job.root.canonicalize()?;
        let top = repo.as_ref().and_then(Repo::workdir).and_then(|top| top.canonicalize().ok());
        let below = top.and_then(|top| root.strip_prefix(&top).ok().and_then(Path::to_str).map(str::to_owned));
        Ok(Self {
            // Without a name for the place of the tree in it, it says nothing about the tree.
            repo: repo.filter(|_| below.is_some()),
            below: below.unwrap_or_default(),
            since: job.since.clone(),
            began: SystemTime::now(),
            steps: OnceCell::new(),
        })
    }

    pub fn steps(&self) -> Result<&[Step]> {
        if let Some(steps) = self.steps.get() {
            return Ok(steps);
        }
        let steps = match &self.repo {
            Some(repo) => repo.steps(self.since.as_ref(), MOST_STEPS, self.began)?,
            None => Vec::new(),
        };
        Ok(self.steps.get_or_init(|| steps))
    }

    pub fn change_of(&self, step: &Step) -> Result<Patch> {
        self.repo.as_ref().map_or_else(|| Ok(Patch::default()), |repo| repo.change_of(step, &self.below, self.began))
    }

    pub fn change_since(&self, from: &Sha) -> Result<Patch> {
        self.repo.as_ref().map_or_else(|| Ok(Patch::default()), |repo| repo.change_since(from, &self.below, self.began))
    }
}
