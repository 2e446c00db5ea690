//! What one demonstration leaves for the next: the ledger's branch of each new repository begins with what the ones
//! before it recorded, kept in this user's state folder.

use super::super::{Door, held::held, local};
use crate::forge::Forge;
use crate::ids::BranchName;
use crate::ledger::{Branch, Directory, Store, Wanted};
use crate::record::AttemptRecord;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// So many earlier demonstrations are carried over.
const MOST: usize = 10;

pub struct Past<'a> {
    kept: Directory,
    place: PathBuf,
    branch: Branch<'a>,
}

impl<'a> Past<'a> {
    pub fn open(door: &Door, forge: &'a dyn Forge, branch: BranchName) -> Self {
        let place = local::state_dir(door).join("demo");
        Self { kept: Directory::new(&place, held().mask_fn()), place, branch: Branch::new(forge, branch) }
    }

    /// Where it is kept.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Lays the earlier ones into the new ledger; how many there were in all.
    pub fn bring(&self) -> Result<u64> {
        let all = self.kept.list(None, usize::MAX)?.records;
        for record in all.iter().take(MOST).rev() {
            self.branch.put(record)?;
        }
        if !all.is_empty() {
            self.branch.append(&self.kept.entries(&Wanted::default())?.entries)?;
        }
        Ok(all.len() as u64)
    }

    /// Keeps this one.
    pub fn keep(&self, record: &AttemptRecord) -> Result<()> {
        self.kept.put(record)?;
        self.kept.append(&self.branch.entries(&Wanted::default())?.entries)?;
        Ok(())
    }
}
