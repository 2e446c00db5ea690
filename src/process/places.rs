//! Which files and folders a job is about: what it may write, what it needs to find, what it must not see.

use super::job::Job;
use super::privileges::Owner;
use super::{Tier, credentials};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where others keep what is not the command's business.
const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];

pub struct Places {
    pub writable: Vec<PathBuf>,
    /// What hiding must not take away: what can be written, the directory, the program.
    pub needed: Vec<PathBuf>,
    /// What the environment names below temporary folders: tools and homes may lie there.
    pub useful: Vec<PathBuf>,
    /// Readable though it is below what is hidden.
    pub readable: Vec<PathBuf>,
    /// The command's own temporary folder.
    pub temp: Option<PathBuf>,
    /// `None`: everything can be read.
    pub hidden: Option<Vec<PathBuf>>,
}

impl Places {
    pub fn of(job: &Job) -> Self {
        let (mut writable, useful) = (job.writable(), useful(job));
        let mut needed = writable.clone();
        needed.extend([job.cwd().to_owned(), job.program().unwrap_or(job.cwd()).to_owned()]);
        needed.retain(|path| path != Path::new("/"));
        let temp = temp(job, &writable);
        let mut hidden = matches!(job.tier, Tier::Landlock | Tier::Namespaces)
            .then(|| credentials::places(&homes(job), job.hidden()));
        let readable = needed.iter().chain(&useful).filter_map(|path| path.canonicalize().ok()).collect();
        let others = TEMPORARY.map(PathBuf::from).into_iter().filter(|dir| !needed.contains(dir));
        match (job.tier, &mut hidden) {
            // There they are the command's own.
            (Tier::Namespaces, _) => writable.extend(others),
            (_, Some(hidden)) => hidden.extend(others.filter_map(|dir| dir.canonicalize().ok())),
            _ => {}
        }
        Self { writable, needed, useful, readable, temp, hidden }
    }
}

fn useful(job: &Job) -> Vec<PathBuf> {
    let values = job.env().flat_map(|(_, value)| std::env::split_paths(value));
    let below = |path: &PathBuf| TEMPORARY.iter().any(|dir| path.starts_with(dir) && path != Path::new(dir));
    let found = values.filter(|path| path.is_absolute()).filter_map(|path| path.canonicalize().ok());
    found.filter(below).collect::<BTreeSet<_>>().into_iter().collect()
}

fn temp(job: &Job, writable: &[PathBuf]) -> Option<PathBuf> {
    let named = job.env().filter(|(key, _)| *key == "TMPDIR").last()?.1;
    let folder = Path::new(named).canonicalize().ok()?;
    let own = |place: &PathBuf| place.canonicalize().is_ok_and(|place| folder.starts_with(place));
    (folder.is_dir() && writable.iter().any(own)).then_some(folder)
}

/// The home that the child is told of and the one that the user has.
fn homes(job: &Job) -> Vec<PathBuf> {
    let user = job.owner.map_or(rustix::process::getuid().as_raw(), Owner::user).to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let own = own
        .filter(|fields| fields.get(2) == Some(&user.as_str()))
        .filter_map(|fields| fields.get(5).map(PathBuf::from));
    let told = job.env().filter(|(key, _)| *key == "HOME").map(|(_, value)| PathBuf::from(value));
    own.chain(told).filter_map(|home| home.canonicalize().ok()).collect()
}
