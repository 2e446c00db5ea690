//! What was done to the repository before it broke, read when a hand first asks.

use super::Job;
use crate::git::{Repo, Step};
use crate::ids::Sha;
use crate::patch::Patch;
use anyhow::Result;
use std::cell::OnceCell;
use std::path::PathBuf;
use std::time::SystemTime;

/// Further back nobody calls it the change that broke it.
const MOST_STEPS: usize = 64;

pub struct Past {
    root: PathBuf,
    since: Option<Sha>,
    /// Before the command first ran.
    began: SystemTime,
    home: OnceCell<Option<Home>>,
    steps: OnceCell<Vec<Step>>,
}

struct Home {
    repo: Repo,
    /// Where the tree lies in its repository; empty for its root.
    below: String,
}

impl Past {
    pub fn of(job: &Job) -> Self {
        Self {
            root: job.root.clone(),
            since: job.since.clone(),
            began: SystemTime::now(),
            home: OnceCell::new(),
            steps: OnceCell::new(),
        }
    }

    fn home(&self) -> Result<Option<&Home>> {
        if let Some(home) = self.home.get() {
            return Ok(home.as_ref());
        }
        // Without a name for the place of the tree in it, it says nothing about the tree.
        let home = Repo::discover(&self.root)?.and_then(|repo| {
            let below = repo.place_of(&self.root)?;
            Some(Home { repo, below })
        });
        Ok(self.home.get_or_init(|| home).as_ref())
    }

    pub fn steps(&self) -> Result<&[Step]> {
        if let Some(steps) = self.steps.get() {
            return Ok(steps);
        }
        let steps = match self.home()? {
            Some(Home { repo, .. }) => repo.steps(self.since.as_ref(), MOST_STEPS, self.began)?,
            None => Vec::new(),
        };
        Ok(self.steps.get_or_init(|| steps))
    }

    pub fn change_of(&self, step: &Step) -> Result<Patch> {
        let Some(Home { repo, below }) = self.home()? else { return Ok(Patch::default()) };
        repo.change_of(step, below, self.began)
    }

    pub fn change_since(&self, from: &Sha) -> Result<Patch> {
        let Some(Home { repo, below }) = self.home()? else { return Ok(Patch::default()) };
        repo.change_since(from, below, self.began)
    }
}
