//! `thanos-fix demo`: the whole main job offline, on a small project that fails and a payload that GitHub
//! sent (from octokit's webhook examples, MIT). Only the forge is a local twin; every stage is the real one.

mod past;

use super::desk::Desk;
use super::held::held;
use super::ledger::place;
use super::{Door, Exit, local};
use crate::config::Config;
use crate::event;
use crate::forge::local::{Item, Local};
use crate::git::{Moved, RefState, Repo};
use crate::ids::{BranchName, RelPath, RepoSlug};
use crate::patch::{FilePatch, Patch};
use crate::pipeline::{Ended, ThisRun};
use crate::record::{HandId, Outcome};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The whole main job, offline, without a key, in seconds
#[derive(clap::Args)]
pub struct Args {
    /// Where to put the repository, the pull request and the ledger (a new temporary folder)
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const PAYLOAD: &[u8] = include_bytes!("issues.opened.json");
const PROJECT: &[(&str, &str)] = &[
    (".github/thanos.yml", include_str!("project/thanos.yml")),
    ("README.py", include_str!("project/README.py")),
    ("history/__init__.py", include_str!("project/history/__init__.py")),
    ("history/log.py", include_str!("project/history/log.py")),
    ("history/store.py", include_str!("project/history/store.py")),
    ("tests/__init__.py", include_str!("project/tests/__init__.py")),
    ("tests/test_history.py", include_str!("project/tests/test_history.py")),
];
const AUTHOR: (&str, &str) = ("Demo", "demo@localhost");

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    // A database is the team's, behind a network, and its reports are no place for demonstrations.
    let door = &door.without(place::URL);
    let ui = door.ui;
    let event = event::parse("issues", PAYLOAD)?;
    let Some(repository) = &event.repository else { bail!("the payload names no repository") };
    // What a new bare repository calls its default branch.
    let branch = BranchName::parse("main")?;
    let folder = folder(args)?;
    let bare = folder.join("remote.git");
    publish_project(&bare, &branch)?;
    ui.stage("demo", &format!("a project with a failing test is at {} (a bare repository)", bare.display()));
    ui.stage("demo", "the event is a real payload of `issues.opened`; no network, no key");
    let mut desk = open(door, &event, &repository.slug, &bare, &folder)?;
    let earlier = past(&desk)?.bring().unwrap_or_else(|e| {
        ui.stage("memory", &format!("earlier demonstrations are not known: {e:#}"));
        0
    });
    // Two runs never share a name, on whatever machines: they may come together in one database.
    desk.this.id = u64::try_from(jiff::Timestamp::now().as_millisecond())?;
    let ended = desk.pipeline(None, None, |pipeline| pipeline.run(&event))?;
    show(&desk, &ended, &folder)?;
    if let Err(e) = remember(&desk, &ended, earlier, &folder) {
        ui.stage("memory", &format!("this run is not kept for the next one: {e:#}"));
    }
    Ok(if ended.healing.outcome == Outcome::Fixed { Exit::Done } else { Exit::No })
}

fn past<'a>(desk: &'a Desk) -> Result<past::Past<'a>> {
    let branch = Config::default().ledger.branch;
    Ok(past::Past::open(desk.door, desk.forge.as_ref(), branch))
}

/// Keeps this run for the next one, and says what the earlier ones were good for.
fn remember(desk: &Desk, ended: &Ended, earlier: u64, folder: &Path) -> Result<()> {
    let (ui, past) = (desk.door.ui, past(desk)?);
    if let Some(record) = &ended.record {
        past.keep(record)?;
    }
    let recalled = ended.healing.candidate.as_ref().is_some_and(|candidate| candidate.hand == HandId::Recall);
    let told = if recalled {
        let runs = crate::report::count(usize::try_from(earlier).unwrap_or(usize::MAX), "earlier demonstration");
        format!("this run remembered {runs}: the hand `recall` did again what had mended it, and it was proven anew")
    } else {
        "run the demonstration again: the next one remembers this repair and needs no search for it".to_owned()
    };
    ui.stage("memory", &told);
    let (kept, site) = (past.place(), folder.join("site"));
    ui.stage("memory", &format!("it lies in {} (remove the folder to forget)", kept.display()));
    let (kept, site) = (word(kept), word(&site));
    let runs = if earlier == 0 { "this run" } else { "all of these runs" };
    ui.stage(
        "pages",
        &format!("{runs}, and why each candidate fell: thanos-fix dashboard build --from {kept} --out {site}"),
    );
    let url = place::URL;
    ui.stage("move", &format!("to PostgreSQL, with {url} set: thanos-fix ledger sync --store {kept} --to database"));
    Ok(())
}

/// A path as a shell takes it.
fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+@".contains(c));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn folder(args: &Args) -> Result<PathBuf> {
    let place = match &args.out {
        Some(dir) => {
            let made = std::fs::create_dir_all(dir);
            made.map_err(|e| super::usage(format!("--out: cannot make {}: {e}", dir.display())))?;
            if dir.read_dir()?.next().is_some() {
                return Err(super::usage(format!("{} is not empty; give a new folder", dir.display())));
            }
            dir.clone()
        }
        None => tempfile::Builder::new().prefix("thanos-fix-demo-").tempdir()?.keep(),
    };
    Ok(place.canonicalize()?)
}

fn publish_project(bare: &Path, branch: &BranchName) -> Result<()> {
    let repo = Repo::init_bare(bare)?;
    let file = |(path, text): &(&str, &str)| {
        Ok(FilePatch { path: RelPath::parse(*path)?, before: None, after: Some(text.as_bytes().to_vec()) })
    };
    let files: Vec<FilePatch> = PROJECT.iter().map(file).collect::<Result<_>>()?;
    let patch = Patch::from_files(files);
    let Ok(commit) = repo.create_commit(None, &patch, "Snapshots of a text\n", AUTHOR)? else {
        bail!("a new repository has no files to conflict with")
    };
    match repo.move_branch(branch, RefState::Absent, Some(&commit))? {
        Moved::Yes => Ok(()),
        _ => bail!("a new repository has no branches"),
    }
}

fn open<'a>(door: &'a Door, event: &event::Event, slug: &RepoSlug, bare: &Path, place: &Path) -> Result<Desk<'a>> {
    let forge = Local::open(slug.clone(), bare, &place.join("forge"), held().mask_fn())?;
    if let event::Body::Issue { issue, .. } = &event.body {
        forge.add_issue(&Item { title: issue.title.clone(), body: issue.body.clone(), ..Item::default() })?;
    }
    let this = ThisRun { id: 1, attempt: 1, job: "demo".to_owned(), url: None };
    let temp = place.join("work");
    std::fs::create_dir_all(&temp)?;
    Ok(Desk {
        door,
        forge: Box::new(forge),
        temp,
        this,
        cancel: local::cancel_flag()?,
        transcript: Default::default(),
        talked: Default::default(),
        watch: Default::default(),
        beacon: local::beacon(door, "the demo", slug.as_str()),
    })
}

/// What a person would see on GitHub, and where it lies now.
fn show(desk: &Desk, ended: &Ended, place: &Path) -> Result<()> {
    let ui = desk.door.ui;
    if let Some(candidate) = &ended.healing.candidate {
        ui.block("");
        ui.diff(&candidate.patch.unified_diff());
    }
    ui.block(&crate::report::guard_lines(&ended.healing.guards));
    if let Some(number) = ended.published.pull
        && let Some(pull) = desk.forge.pull(number)?
    {
        let text = place.join("pull-request.md");
        std::fs::write(&text, format!("# {}\n\n{}\n", pull.title, pull.body))?;
        ui.block(&format!("\n──── the pull request as it would be posted ────\n\n# {}\n\n{}\n", pull.title, pull.body));
        ui.block("────────────────────────────────────────────────\n");
        ui.stage("branch", &format!("git -C {} show {}", place.join("remote.git").display(), pull.head));
        ui.stage("text", &text.display().to_string());
    }
    if let Some(record) = &ended.record {
        let month = record.started.get(..7).unwrap_or_default().replace('-', "/");
        let entry = format!("thanos/ledger:runs/{month}/{}.json", record.attempt);
        ui.stage("ledger", &format!("git -C {} show {entry}", place.join("remote.git").display()));
    }
    ui.verdict(
        ended.healing.outcome == Outcome::Fixed,
        &crate::report::verdict(&ended.healing, crate::report::Kept::Nowhere),
    );
    if desk.door.common.json {
        super::print_json(&local::as_json(&ended.healing))?;
    }
    Ok(())
}
