//! `thanos-fix learnings`: what runs taught, for people to read, to correct and to take back.

use super::ledger::{place, plain};
use super::{Door, Exit, event::local_config, held::held, local, print_json, print_text, usage};
use crate::forge::local::Local;
use crate::git::{RefState, Repo};
use crate::ids::{BranchName, RelPath, RepoSlug};
use crate::learn::{self, Known, Stamp};
use crate::ledger::{Branch, Cloned, Store};
use crate::pipeline;
use crate::record::SCHEMA;
use crate::record::entry::{Entry, Learning};
use crate::stage::memory;
use anyhow::Result;
use serde_json::json;
use std::fmt::Write as _;

/// What earlier runs taught: list it, show one, write one down, correct one, take one back
///
/// Every change is a new version in the ledger; nothing is overwritten. Where a clone has the ledger branch, that is
/// where it is written, for you to push; else it is this user's own ledger of the project.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// All that are in use, the surest first
    List {
        /// Those that were taken back, too
        #[arg(long)]
        all: bool,
    },
    /// One, whole, with its patch
    Show { key: String },
    /// Write something down that runs are to know
    Add {
        text: String,
        /// A file that it is about (repeatable)
        #[arg(long, value_name = "PATH", value_parser = |path: &str| RelPath::parse(path))]
        file: Vec<RelPath>,
    },
    /// Say it in other words, or say how sure it is
    Edit {
        key: String,
        #[arg(long)]
        text: Option<String>,
        /// 0 to 1
        #[arg(long, value_name = "X", value_parser = sure)]
        confidence: Option<f64>,
    },
    /// Take it out of use; its versions stay in the ledger
    Retire { key: String },
}

fn sure(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|x| (0.0..=1.0).contains(x)).ok_or_else(|| "use 0 to 1".to_owned())
}

/// Where the lessons of a project are read and written.
struct Shelf {
    own: crate::ledger::Directory,
    cloned: Option<Cloned>,
    branch: BranchName,
    repository: RepoSlug,
}

impl Shelf {
    fn open(door: &Door) -> Result<Self> {
        let branch = local_config(door, &local::project(door)?)?.ledger.branch;
        let repo = Repo::discover(&door.common.repo)?;
        let slug = repo.as_ref().and_then(|repo| repo.remote_slug("origin"));
        let cloned = repo.map(|repo| Cloned::open(repo, branch.as_str())).transpose()?.flatten();
        let repository = slug.map_or_else(|| RepoSlug::parse("local/tree"), Ok)?;
        Ok(Self { own: local::own_ledger(door)?, cloned, branch, repository })
    }

    fn entries(&self, door: &Door) -> Result<Vec<Entry>> {
        let mut all = memory::facts(&self.own, None)?;
        if let Some(cloned) = &self.cloned {
            all.extend(memory::facts(cloned, None)?);
        }
        if let Some(database) = place::database(door, Some(&self.repository))? {
            all.extend(memory::facts(&database, None)?);
        }
        Ok(all)
    }

    /// Writes a version; where to, for people.
    fn write(&self, door: &Door, learning: Learning) -> Result<String> {
        let now = pipeline::now();
        let who = user(door);
        let stamp = Stamp {
            at: &now,
            repository: Some(&self.repository),
            attempt: None,
            task: None,
            actor: Some(&who),
            cause: &format!("{now} {learning:?}"),
        };
        let entry = stamp.learning(learning);
        if let Some(database) = place::database(door, Some(&self.repository))? {
            return database.append(&[entry]).map(|_| database.place());
        }
        match (&self.cloned, Repo::discover(&door.common.repo)?) {
            (Some(_), Some(repo)) => self.write_branch(&repo, &entry),
            _ => self.own.append(&[entry]).map(|_| self.own.place()),
        }
    }

    /// On the clone's own branch, which begins where that of `origin` is.
    fn write_branch(&self, repo: &Repo, entry: &Entry) -> Result<String> {
        let branch = &self.branch;
        if repo.branch_tip(branch.as_str())?.is_none() {
            let tip = repo.resolve(&format!("refs/remotes/origin/{branch}"))?;
            repo.move_branch(branch, RefState::Absent, tip.as_ref())?;
        }
        let folder = tempfile::tempdir()?;
        let forge = Local::open(self.repository.clone(), repo.git_dir(), folder.path(), held().mask_fn())?;
        Branch::new(&forge, branch.clone()).append(std::slice::from_ref(entry))?;
        Ok(format!("the branch {branch} of this clone; `git push origin {branch}` makes it everybody's"))
    }
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let shelf = Shelf::open(door)?;
    let newest = learn::newest(&shelf.entries(door)?);
    let find = |key: &str| {
        let mut found = newest.values().filter(|one| one.learning.key.starts_with(key));
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.learning.clone()),
            (None, _) => {
                Err(usage(format!("no lesson has the key `{key}`: `thanos-fix learnings list --all` shows them")))
            }
            _ => Err(usage(format!("more than one lesson begins with `{key}`"))),
        }
    };
    let changed = match &args.action {
        Action::List { all } => {
            return list(door, newest.into_values().filter(|k| *all || !k.learning.retired).collect());
        }
        Action::Show { key } => return show(door, &find(key)?),
        Action::Add { text, file } => {
            let files: Vec<String> = file.iter().map(ToString::to_string).collect();
            if text.trim().is_empty() {
                return Err(usage("the text is empty"));
            }
            learn::add_note(text, &files, None, &pipeline::now(), &user(door))
        }
        Action::Edit { text: None, confidence: None, .. } => return Err(usage("give --text or --confidence")),
        Action::Edit { key, text, confidence } => learn::edited(&find(key)?, text.as_deref(), *confidence, &user(door)),
        Action::Retire { key } => learn::retire(&find(key)?, &user(door)),
    };
    let key = changed.key.clone();
    let is_retired = changed.retired && matches!(args.action, Action::Edit { .. });
    let place = shelf.write(door, changed)?;
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "key": key, "place": place}))?;
    } else {
        let still = if is_retired { "; it stays taken back: no run looks at it" } else { "" };
        print_text(&format!("{key} is written to {place}{still}"))?;
    }
    Ok(Exit::Done)
}

fn user(door: &Door) -> String {
    door.env.get("USER").unwrap_or_else(|| "somebody".to_owned())
}

fn list(door: &Door, mut all: Vec<Known>) -> Result<Exit> {
    let now = pipeline::now();
    all.sort_by(|a, b| b.worth(&now).total_cmp(&a.worth(&now)).then_with(|| a.learning.key.cmp(&b.learning.key)));
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "learnings": all}))?;
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        print_text("nothing was learned here yet")?;
        return Ok(Exit::Done);
    }
    let mut out = String::new();
    for known in &all {
        let Known { learning, .. } = known;
        let kind = format!("{:?}", learning.lesson).to_lowercase();
        let sure = format!("{:.0} %", known.worth(&now) * 100.0);
        let gone = if learning.retired { " (taken back)" } else { "" };
        let _ = writeln!(out, "{:28} {kind:9} {sure:>5}  {}{gone}", learning.key, plain(&learning.text));
    }
    print_text(&out)?;
    Ok(Exit::Done)
}

fn show(door: &Door, learning: &Learning) -> Result<Exit> {
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "learning": learning}))?;
        return Ok(Exit::Done);
    }
    let lines = [
        ("key", learning.key.clone()),
        ("lesson", format!("{:?}", learning.lesson).to_lowercase()),
        ("text", learning.text.clone()),
        ("signature", learning.signature.as_ref().map_or_else(|| "-".to_owned(), |s| s.0.clone())),
        ("hand", learning.hand.map_or("-", |hand| hand.as_str()).to_owned()),
        ("files", learning.files.join(", ")),
        ("origin", learning.origin.clone()),
        ("confidence", format!("{:.2} ({} for, {} against)", learning.confidence, learning.wins, learning.losses)),
        ("in use", if learning.retired { "no" } else { "yes" }.to_owned()),
    ];
    let mut out: String = lines.iter().map(|(name, value)| format!("{name:11} {}\n", plain(value))).collect();
    if let Some(patch) = &learning.patch {
        // Its tabs are part of it.
        let line = |line: &str| line.split('\t').map(plain).collect::<Vec<_>>().join("\t");
        let lines = patch.lines().map(|text| format!("{}\n", line(text)));
        out.extend(std::iter::once("\n".to_owned()).chain(lines));
    }
    print_text(&out)?;
    Ok(Exit::Done)
}
