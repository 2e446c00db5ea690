//! Giving up what only the helper needed: capabilities, groups, root itself where `sudo` lent it.

use anyhow::{Context, Result};
use rustix::fs::{Gid, Uid};
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, geteuid, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Whose command it is, where `sudo` made the helper root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    pub fn this() -> Self {
        Self { user: geteuid().as_raw(), group: rustix::process::getegid().as_raw() }
    }

    pub fn user(self) -> u32 {
        self.user
    }

    /// From now on this process is the owner's, in no group but the first.
    pub fn become_it(self) -> Result<()> {
        lower_bound(CapabilitySet::empty());
        let (user, group) = (Uid::from_raw(self.user), Gid::from_raw(self.group));
        rustix::thread::set_thread_groups(&[group])
            .and_then(|()| rustix::thread::set_thread_res_gid(group, group, group))
            .and_then(|()| rustix::thread::set_thread_res_uid(user, user, user))
            .context("cannot become the user again")
    }
}

/// With these root reaches files of others, as it must where a workspace is theirs (job containers).
fn for_files() -> CapabilitySet {
    // Not FSETID: what is written into a set-uid program takes that mark away.
    CapabilitySet::CHOWN | CapabilitySet::DAC_OVERRIDE | CapabilitySet::FOWNER
}

/// What the user's own command in a terminal keeps when that user is root.
fn for_terminal() -> CapabilitySet {
    for_files()
        | CapabilitySet::FSETID
        | CapabilitySet::KILL
        | CapabilitySet::SETGID
        | CapabilitySet::SETUID
        | CapabilitySet::NET_BIND_SERVICE
}

/// What foreign code keeps: nothing, but for root in a place that belongs to somebody else.
pub fn kept(foreign: bool, writable: &BTreeSet<PathBuf>) -> CapabilitySet {
    if !geteuid().is_root() {
        return CapabilitySet::empty();
    }
    if !foreign {
        return for_terminal();
    }
    let others = |path: &PathBuf| path.metadata().is_ok_and(|meta| meta.uid() != 0);
    if writable.iter().any(others) { for_files() } else { CapabilitySet::empty() }
}

/// What no program gains by being started. Who may not lower it has nothing to gain.
fn lower_bound(kept: CapabilitySet) {
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if kept.contains(capability) {
            continue;
        }
        // Beyond the last that this kernel knows.
        if rustix::thread::remove_capability_from_bounding_set(capability) == Err(Errno::INVAL) {
            break;
        }
    }
}

/// Keeps `kept` alone, for this process and for whatever it starts, and gains nothing ever again.
pub fn give_up(kept: CapabilitySet) -> Result<()> {
    lower_bound(kept);
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    let _ = rustix::thread::clear_ambient_capability_set();
    rustix::thread::set_capabilities(None, sets).context("cannot give up capabilities")?;
    rustix::thread::set_no_new_privs(true).context("cannot give up new privileges")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).context("cannot hide the helper's memory")
}
