//! `thanos-fix demo`: the whole main job offline, on a small project that fails and a payload that GitHub
//! sent (from octokit's webhook examples, MIT). Only the forge is a local twin; every stage is the real one.

use super::desk::Desk;
use super::held::held;
use super::{Door, Exit, local};
use crate::event;
use crate::forge::local::{Item, Local};
use crate::git::{Moved, RefState, Repo};
use crate::ids::{BranchName, RelPath, RepoSlug};
use crate::patch::{FilePatch, Patch};
use crate::pipeline::{Ended, ThisRun};
use crate::record::Outcome;
use anyhow::{Context as _, Result, bail};
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
    let ui = door.ui;
    let event = event::parse("issues", PAYLOAD)?;
    let Some(repository) = &event.repository else { bail!("the payload names no repository") };
    // What a new bare repository calls its default branch.
    let branch = BranchName::parse("main")?;
    let place = folder(args)?;
    let bare = place.join("remote.git");
    publish_project(&bare, &branch)?;
    ui.stage("demo", &format!("a project with a failing test is at {} (a bare repository)", bare.display()));
    ui.stage("demo", "the event is a real payload of `issues.opened`; no network, no key");
    let desk = open(door, &event, &repository.slug, &bare, &place)?;
    let ended = desk.pipeline(None, None, |pipeline| pipeline.run(&event))?;
    show(&desk, &ended, &place)?;
    Ok(if ended.healing.outcome == Outcome::Fixed { Exit::Done } else { Exit::No })
}

fn folder(args: &Args) -> Result<PathBuf> {
    let place = match &args.out {
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
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
    ui.verdict(ended.healing.outcome == Outcome::Fixed, &crate::report::verdict(&ended.healing, false));
    if desk.door.common.json {
        super::print_json(&local::as_json(&ended.healing))?;
    }
    Ok(())
}
