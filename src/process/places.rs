//! Which files and folders a job is about: what it may write, what it needs to find, what it must not see.

use super::job::Job;
use super::privileges::Owner;
use super::{Tier, credentials};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where others keep what is not the command's business.
pub const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];

pub struct Places {
    /// What the job says can be written.
    pub own: BTreeSet<PathBuf>,
    /// The same, and temporary folders that are private.
    pub writable: BTreeSet<PathBuf>,
    /// What hiding must not take away: what can be written, the directory, the program.
    pub needed: BTreeSet<PathBuf>,
    /// The same, and what the environment names below temporary folders: tools and homes may lie there.
    pub kept: BTreeSet<PathBuf>,
    /// The command's own temporary folder.
    pub temp: Option<PathBuf>,
    /// `None`: everything can be read.
    pub hidden: Option<BTreeSet<PathBuf>>,
}

/// All are told by where they really are, and only those that are there.
impl Places {
    pub fn of(job: &Job) -> Self {
        let real = |path: &Path| path.canonicalize().ok();
        let own: BTreeSet<PathBuf> = job.writable().iter().filter_map(|path| real(path)).collect();
        let mut needed = own.clone();
        needed.extend([job.cwd(), job.program().unwrap_or(job.cwd())].into_iter().filter_map(real));
        needed.remove(Path::new("/"));
        let mut hidden = matches!(job.tier, Tier::Landlock | Tier::Namespaces)
            .then(|| credentials::places(&homes(job), job.hidden()));
        let mut writable = own.clone();
        let others = TEMPORARY.iter().filter_map(|dir| real(Path::new(dir))).filter(|dir| !needed.contains(dir));
        match (job.tier, &mut hidden) {
            // There they are the command's own.
            (Tier::Namespaces, _) => writable.extend(others),
            (_, Some(hidden)) => hidden.extend(others),
            _ => {}
        }
        let kept = needed.iter().cloned().chain(useful(job)).collect();
        Self { temp: temp(job, &own), own, writable, needed, kept, hidden }
    }
}

fn useful(job: &Job) -> impl Iterator<Item = PathBuf> {
    let values = job.env().flat_map(|(_, value)| std::env::split_paths(value));
    let below = |path: &PathBuf| TEMPORARY.iter().any(|dir| path.starts_with(dir) && path != Path::new(dir));
    values.filter(|path| path.is_absolute()).filter_map(|path| path.canonicalize().ok()).filter(below)
}

fn temp(job: &Job, own: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let named = job.env().filter(|(key, _)| *key == "TMPDIR").last()?.1;
    let folder = Path::new(named).canonicalize().ok()?;
    (folder.is_dir() && own.iter().any(|place| folder.starts_with(place))).then_some(folder)
}

/// The home that the child is told of, the one that the user has, and those of others. One that was made for the child, below what it may
/// write, holds nothing that is not its own.
fn homes(job: &Job) -> BTreeSet<PathBuf> {
    let user = job.owner.map_or(rustix::process::getuid().as_raw(), Owner::user).to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    // As root in somebody else's tree it reads what they may.
    let is_one = |fields: &Vec<&str>| {
        let home = fields.get(5).copied().unwrap_or_default();
        fields.get(2) == Some(&user.as_str()) || home == "/root" || home.starts_with("/home/")
    };
    let own = own.filter(is_one).filter_map(|fields| fields.get(5).map(PathBuf::from));
    let told = job.env().filter(|(key, _)| *key == "HOME").map(|(_, value)| PathBuf::from(value));
    let writable: Vec<PathBuf> = job.writable().iter().filter_map(|path| path.canonicalize().ok()).collect();
    let is_made = |home: &PathBuf| writable.iter().any(|place| home != place && home.starts_with(place));
    let told = told.filter_map(|home| home.canonicalize().ok()).filter(|home| !is_made(home));
    own.filter_map(|home| home.canonicalize().ok()).chain(told).collect()
}
