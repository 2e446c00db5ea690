//! Which ledger is meant: the one of the environment, a branch, a folder, a database.

use crate::cli::event::local_config;
use crate::cli::held::held;
use crate::cli::{Door, local, run, usage};
use crate::forge::{Forge as _, ForgeError};
use crate::git::Repo;
use crate::ids::{RepoSlug, digest};
use crate::ledger::{self, Branch, Cloned, Directory, Postgres, Spooled, Store};
use anyhow::Result;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The variable that names a database.
pub const URL: &str = "THANOS_LEDGER_URL";
/// What people ask for may take longer than what a run waits for.
const LONG: Duration = Duration::from_secs(900);

/// What `--store` and `--to` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Where {
    #[default]
    Usual,
    Database,
    Branch,
    Own,
    Url(String),
    Folder(PathBuf),
}

impl FromStr for Where {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "" => return Err("use database, branch, own, a folder or a postgres:// address".to_owned()),
            "database" => Self::Database,
            "branch" => Self::Branch,
            "own" => Self::Own,
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => Self::Url(url.to_owned()),
            url if url.contains("://") => {
                return Err("use database, branch, own, a folder or a postgres:// address".to_owned());
            }
            folder => Self::Folder(folder.into()),
        })
    }
}

/// The database of the environment, if there is one; of one repository, or of all.
pub fn database(door: &Door, repository: Option<&RepoSlug>) -> Result<Option<Postgres>> {
    let Some(url) = door.env.get(URL) else { return Ok(None) };
    let opened = Postgres::open(url.trim(), repository, held().mask_fn());
    opened.map(Some).map_err(|error| usage(format!("{URL}: {error:#}")))
}

/// The same for a run: what cannot be written waits in a folder of this user.
pub fn spooled<'a>(door: &Door, store: Box<dyn Store + 'a>, say: impl Fn(&str) + 'a) -> Spooled<'a> {
    let spool = local::state_dir(door).join("ledger-spool").join(digest(store.place(), 8));
    Spooled::new(store, Directory::new(spool, held().mask_fn()), say)
}

/// The same for who only reads: a folder that is not there is a misspelt name, not an empty ledger.
pub fn there<R>(door: &Door, at: &Where, act: impl FnOnce(&dyn Store) -> Result<R>) -> Result<R> {
    match at {
        Where::Folder(folder) if !folder.is_dir() => {
            Err(usage(format!("--store: there is no folder {}", folder.display())))
        }
        _ => with(door, at, act),
    }
}

/// Opens the ledger, for people who may wait.
pub fn with<R>(door: &Door, at: &Where, act: impl FnOnce(&dyn Store) -> Result<R>) -> Result<R> {
    match at {
        Where::Usual => usual(door, act),
        Where::Own => act(&local::own_ledger(door)?),
        Where::Folder(file) if file.is_file() => Err(usage(format!(
            "{} is a file, not a ledger's folder: `thanos-fix ledger import` reads one",
            file.display()
        ))),
        Where::Folder(folder) => act(&Directory::new(folder, held().mask_fn())),
        Where::Database => match database(door, None)? {
            Some(store) => act(&store.with_patience(LONG)),
            None => Err(usage(format!("{URL} is not set: it names the database, postgres://USER@HOST/DATABASE"))),
        },
        Where::Url(url) => {
            held().learn(ledger::secrets_of(url));
            let opened = Postgres::open(url, None, held().mask_fn()).map_err(|error| usage(format!("{error:#}")))?;
            act(&opened.with_patience(LONG))
        }
        Where::Branch => match cloned(door)? {
            _ if run::has_credential(&door.env) => at_forge(door, act),
            Some(store) => act(&store),
            None => {
                let branch = local_config(door, &local::project(door)?)?.ledger.branch;
                Err(usage(format!(
                    "there is no branch {branch} here: fetch it (git fetch origin {branch}:{branch}), or set GITHUB_TOKEN and \
                     GITHUB_REPOSITORY to read it at GitHub"
                )))
            }
        },
    }
}

/// The ledger that is meant when nobody says which.
fn usual<R>(door: &Door, act: impl FnOnce(&dyn Store) -> Result<R>) -> Result<R> {
    if let Some(store) = database(door, None)? {
        return act(&store.with_patience(LONG));
    }
    if door.env.in_actions() && run::has_credential(&door.env) {
        return at_forge(door, act);
    }
    match cloned(door)? {
        Some(store) => act(&store),
        None => act(&local::own_ledger(door)?),
    }
}

fn cloned(door: &Door) -> Result<Option<Cloned>> {
    let branch = local_config(door, &local::project(door)?)?.ledger.branch;
    match Repo::discover(&door.common.repo)? {
        Some(repo) => Cloned::open(repo, branch.as_str()),
        None => Ok(None),
    }
}

/// What the forge has against a token or a name is the user's to mend.
fn refused(error: ForgeError) -> anyhow::Error {
    match error {
        ForgeError::Unauthorized { .. } | ForgeError::NotFound { .. } => usage(error),
        other => other.into(),
    }
}

fn at_forge<R>(door: &Door, act: impl FnOnce(&dyn Store) -> Result<R>) -> Result<R> {
    let forge = run::github(door, &local::cancel_flag()?)?;
    let config = local_config(door, &local::project(door)?)?;
    let default = forge.repo_info().map_err(refused)?.default_branch;
    crate::config::apart(&config, &default).map_err(usage)?;
    act(&Branch::new(&forge, config.ledger.branch))
}
