//! The ledger on an orphan branch at the forge: one commit per write, nothing ever forced. What few files a write needs
//! is asked of the forge's API; whoever reads fetches the branch's last commit over git's own protocol, once.

use super::cloned::Commit;
use super::files::{Change, Files, Plan, View};
use super::{Filed, Under};
use crate::forge::{Forge, ForgeError, RefCreated, RefUpdate};
use crate::git::Repo;
use crate::ids::{BranchName, RelPath, Sha};
use crate::patch::Patch;
use anyhow::{Context as _, Result, bail};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

/// Many attempts may end in the same second.
const TRIES: u32 = 40;
/// Whoever loses so often while the branch stays where it is lost to nobody.
const MOST_STILL: u32 = 6;
/// The wait doubles with each lost race, up to so many times the pause: fifty writers must not keep one another busy.
const SLOWEST: u32 = 128;

pub struct Branch<'a> {
    forge: &'a dyn Forge,
    branch: BranchName,
    pause: Duration,
    /// That it is a ledger was seen.
    is_ours: Cell<bool>,
    fetched: RefCell<Option<Rc<Fetched>>>,
}

/// The commit, and the folder that it lies in.
struct Fetched {
    commit: Commit,
    _folder: tempfile::TempDir,
}

impl<'a> Branch<'a> {
    /// `branch` is `thanos/ledger` unless the configuration says otherwise.
    pub fn new(forge: &'a dyn Forge, branch: BranchName) -> Self {
        let pause = Duration::from_millis(100);
        Self { forge, branch, pause, is_ours: Cell::new(false), fetched: RefCell::new(None) }
    }

    /// The shortest wait after a lost race.
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    fn fetched(&self, tip: &Sha) -> Result<Rc<Fetched>> {
        if let Some(fetched) = self.fetched.borrow().as_ref().filter(|fetched| fetched.commit.tip == *tip) {
            return Ok(Rc::clone(fetched));
        }
        let folder = tempfile::Builder::new().prefix("thanos-fix-ledger-").tempdir().context("cannot make a folder")?;
        let fetched = self.forge.fetch(tip, folder.path());
        fetched.with_context(|| format!("cannot fetch the branch {}", self.branch))?;
        let commit = Commit { repo: Repo::open(folder.path())?, tip: tip.clone() };
        let fetched = Rc::new(Fetched { commit, _folder: folder });
        *self.fetched.borrow_mut() = Some(Rc::clone(&fetched));
        Ok(fetched)
    }

    fn now(&self) -> Result<Tip<'_, 'a>> {
        Ok(Tip { branch: self, tip: self.forge.branch_tip(&self.branch)? })
    }

    /// `false`: somebody else was quicker.
    fn try_change(&self, now: &Tip, plan: Plan) -> Result<bool> {
        let Change { files, message } = plan(now)?;
        if files.is_empty() {
            return Ok(true);
        }
        match self.forge.create_commit(now.tip.as_ref(), &Patch::from_files(files), &message) {
            Ok(commit) => self.move_to(now.tip.as_ref(), &commit),
            Err(ForgeError::Stale { .. } | ForgeError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn move_to(&self, tip: Option<&Sha>, commit: &Sha) -> Result<bool> {
        Ok(match tip {
            Some(tip) => self.forge.update_branch(&self.branch, tip, commit, false)? == RefUpdate::Updated,
            None => self.forge.create_branch(&self.branch, commit)? == RefCreated::Created,
        })
    }
}

impl Files for Branch<'_> {
    fn place(&self) -> String {
        format!("branch {} of {}", self.branch, self.forge.web_url())
    }

    /// A branch of people's is never written to: ours holds at least one record or fact.
    fn unusable(&self) -> Result<Option<String>> {
        let Some(tip) = self.forge.branch_tip(&self.branch)?.filter(|_| !self.is_ours.get()) else { return Ok(None) };
        for under in [Under::Months, Under::Runs, Under::Facts] {
            let listing = self.forge.list(&tip, Some(&under.path()))?;
            let mut files = listing.entries.into_iter().map(|(path, entry)| Filed { path, blob: Some(entry.id) });
            if files.any(|file| under.takes(&file.path) && file.month().is_some()) {
                self.is_ours.set(true);
                return Ok(None);
            }
        }
        Ok(Some(format!("ledger.branch is {}, which exists and is no ledger: name a branch of its own", self.branch)))
    }

    fn mask(&self, text: &str) -> String {
        self.forge.mask(text)
    }

    fn view(&self) -> Result<Box<dyn View + '_>> {
        Ok(Box::new(self.now()?))
    }

    fn change(&self, salt: &str, plan: Plan) -> Result<()> {
        if let Some(why) = Files::unusable(self)? {
            bail!(why);
        }
        let (mut before, mut still) = (None, 0);
        for lost in 1..=TRIES {
            let now = self.now();
            let tried = now.and_then(|now| Ok((self.try_change(&now, plan)?, now.tip)));
            let (is_done, tip) = tried.with_context(|| format!("cannot write the ledger on branch {}", self.branch))?;
            if is_done {
                return Ok(());
            }
            still = if before.as_ref() == Some(&tip) { still + 1 } else { 0 };
            if still == MOST_STILL {
                bail!("the ledger branch {} takes no change, although nobody else writes: try again", self.branch);
            }
            before = Some(tip);
            std::thread::sleep(spread(salt, lost, self.pause));
        }
        bail!("the ledger branch {} moved {TRIES} times while we wrote: try again", self.branch)
    }
}

/// The branch where it is now.
struct Tip<'b, 'a> {
    branch: &'b Branch<'a>,
    tip: Option<Sha>,
}

impl Tip<'_, '_> {
    fn fetched(&self) -> Result<Option<Rc<Fetched>>> {
        self.tip.as_ref().map(|tip| self.branch.fetched(tip)).transpose()
    }

    /// Only where it was fetched before.
    fn at_hand(&self) -> Option<Rc<Fetched>> {
        let fetched = self.branch.fetched.borrow();
        fetched.as_ref().filter(|fetched| Some(&fetched.commit.tip) == self.tip.as_ref()).map(Rc::clone)
    }
}

impl View for Tip<'_, '_> {
    fn list(&self, under: Under) -> Result<Vec<Filed>> {
        self.fetched()?.map_or_else(|| Ok(Vec::new()), |fetched| (&fetched.commit).list(under))
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        self.fetched()?.map_or(Ok(None), |fetched| (&fetched.commit).read(file))
    }

    fn file(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        if let Some(fetched) = self.at_hand() {
            return (&fetched.commit).file(path);
        }
        Ok(self.tip.as_ref().map(|tip| self.branch.forge.file(tip, path)).transpose()?.flatten())
    }

    fn there(&self, paths: &[RelPath]) -> Result<BTreeSet<RelPath>> {
        if let Some(fetched) = self.at_hand() {
            return (&fetched.commit).there(paths);
        }
        let Some(tip) = &self.tip else { return Ok(BTreeSet::new()) };
        Ok(self.branch.forge.entries(tip, paths)?.into_keys().collect())
    }
}

/// Attempts that lost the same race wait differently long.
fn spread(salt: &str, lost: u32, pause: Duration) -> Duration {
    let mixed =
        salt.bytes().fold(lost.wrapping_mul(2_654_435_761), |sum, b| (sum ^ u32::from(b)).wrapping_mul(16_777_619));
    let longest = pause * 2_u32.saturating_pow(lost).min(SLOWEST);
    longest / 4 + longest * (mixed >> 24) / 256
}
