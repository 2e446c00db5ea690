//! `thanos-fix init`: writes ready-made workflows and a commented configuration into the repository.

use super::doctor::{workflow, workflow_files};
use super::{Door, Exit, local, print_json, print_text, usage};
use crate::git::Repo;
use crate::record::SCHEMA;
use anyhow::Result;
use serde_json::json;
use std::io::ErrorKind;
use std::path::Path;
use workflow::{House, Workflow};

/// A file that `init` can write. Those that are not written by default are asked for by name.
struct Template {
    name: &'static str,
    path: &'static str,
    text: &'static str,
    default: bool,
}

const TEMPLATES: [Template; 13] = [
    Template { name: "config", path: ".github/thanos.yml", text: include_str!("../../docs/thanos.yml"), default: true },
    Template {
        name: "on-issue",
        path: ".github/workflows/thanos-issue.yml",
        text: include_str!("../../docs/workflows/on-issue.yml"),
        default: true,
    },
    Template {
        name: "on-failed-build",
        path: ".github/workflows/thanos-build.yml",
        text: include_str!("../../docs/workflows/on-failed-build.yml"),
        default: true,
    },
    Template {
        name: "retry",
        path: ".github/workflows/thanos-retry.yml",
        text: include_str!("../../docs/workflows/retry.yml"),
        default: true,
    },
    Template {
        name: "outcomes",
        path: ".github/workflows/thanos-outcomes.yml",
        text: include_str!("../../docs/workflows/outcomes.yml"),
        default: false,
    },
    Template {
        name: "split",
        path: ".github/workflows/thanos-split.yml",
        text: include_str!("../../docs/workflows/split.yml"),
        default: false,
    },
    Template {
        name: "in-job",
        path: ".github/workflows/thanos-in-job.yml",
        text: include_str!("../../docs/workflows/in-job.yml"),
        default: false,
    },
    Template {
        name: "reusable",
        path: ".github/workflows/thanos-fix.yml",
        text: include_str!("../../docs/workflows/reusable.yml"),
        default: false,
    },
    Template {
        name: "on-review",
        path: ".github/workflows/thanos-review.yml",
        text: include_str!("../../docs/workflows/on-review.yml"),
        default: false,
    },
    Template {
        name: "coderabbit",
        path: ".coderabbit.yaml",
        text: include_str!("../../docs/coderabbit.yaml"),
        default: false,
    },
    Template {
        name: "dashboard",
        path: ".github/workflows/thanos-dashboard.yml",
        text: include_str!("../../docs/workflows/dashboard.yml"),
        default: false,
    },
    Template {
        name: "digest",
        path: ".github/workflows/thanos-digest.yml",
        text: include_str!("../../docs/workflows/digest.yml"),
        default: false,
    },
    Template {
        name: "ledger-backup",
        path: ".github/workflows/thanos-ledger-backup.yml",
        text: include_str!("../../docs/workflows/ledger-backup.yml"),
        default: false,
    },
];

/// Write the workflow files and a commented .github/thanos.yml for this repository
#[derive(clap::Args)]
pub struct Args {
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
    /// Write only this one (repeatable): config, on-issue, on-failed-build, retry, outcomes, split, in-job, reusable,
    /// on-review, coderabbit, dashboard, digest, ledger-backup
    #[arg(long, value_name = "NAME", value_parser = names())]
    only: Vec<String>,
}

fn names() -> clap::builder::PossibleValuesParser {
    TEMPLATES.iter().map(|t| t.name).collect::<Vec<_>>().into()
}

impl Template {
    fn wanted(&self, only: &[String]) -> bool {
        if only.is_empty() { self.default } else { only.iter().any(|name| name == self.name) }
    }
}

/// Where the ready-made workflows name the builds that they wait for.
const WAITS_FOR: &str = "workflows: [CI]";

/// Into the root of the repository: GitHub reads the files nowhere else.
pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let repo = Repo::discover(&door.common.repo)?;
    if repo.as_ref().is_some_and(|repo| repo.workdir().is_none()) {
        return Err(usage("a bare repository has no files to write to; run it in a clone"));
    }
    let mut done = write_all(args, &local::project(door)?)?;
    if repo.is_none() {
        done.next.insert(0, "this folder is no git repository: move .github into the root of one".to_owned());
    }
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "written": done.written, "next": done.next}))?;
    } else if !door.common.quiet {
        let wrote: String = done.written.iter().map(|path| format!("wrote {path}\n")).collect();
        let next: String = done.next.iter().map(|step| format!("- {step}\n")).collect();
        print_text(&format!("{wrote}\nnext:\n{next}"))?;
    }
    Ok(Exit::Done)
}

struct Done {
    written: Vec<&'static str>,
    next: Vec<String>,
}

/// All or nothing: one file that is in the way (without `--force`) and none is written.
fn write_all(args: &Args, root: &Path) -> Result<Done> {
    let wanted: Vec<&Template> = TEMPLATES.iter().filter(|t| t.wanted(&args.only)).collect();
    let folders = [".github", workflow::DIRECTORY];
    if let Some(file) = folders.into_iter().find(|dir| root.join(dir).is_file()) {
        return Err(usage(format!("{file} is a file, but GitHub reads a folder of that name; move it away")));
    }
    if let Some(link) = folders.into_iter().find(|dir| root.join(dir).is_symlink()) {
        return Err(usage(format!("{link} is a symbolic link: the files would land elsewhere; make it a folder")));
    }
    let there: Vec<&str> = wanted.iter().map(|t| t.path).filter(|path| in_the_way(&root.join(path))).collect();
    if !there.is_empty() && !args.force {
        return Err(usage(format!(
            "already there: {}; --force overwrites, --only NAME writes one file alone",
            there.join(", ")
        )));
    }
    let builds = builds(root);
    for template in &wanted {
        let text = match builds.as_slice() {
            [] => template.text.to_owned(),
            names => template.text.replace(WAITS_FOR, &format!("workflows: [{}]", names.join(", "))),
        };
        write(&root.join(template.path), &text)
            .map_err(|e| usage(format!("cannot write {}: {e}", root.join(template.path).display())))?;
    }
    let next = next_steps(&wanted, &builds);
    Ok(Done { written: wanted.iter().map(|template| template.path).collect(), next })
}

/// The names of the workflows that build what is pushed, as YAML; ours are not among them.
fn builds(root: &Path) -> Vec<String> {
    let texts = workflow_files(root).into_iter();
    let files: Vec<Workflow> = texts.filter_map(|(path, text)| Workflow::parse(&path, text).ok()).collect();
    let house = House { files: &files, root };
    let ours: Vec<&str> = house.ours().iter().map(|(file, _)| file.path.as_str()).collect();
    let builds = files.iter().filter(|file| !ours.contains(&file.path.as_str()) && file.builds());
    builds.map(|file| quoted(file.name())).collect()
}

/// A name as an element of a YAML list.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain);
    if is_plain { name.to_owned() } else { json!(name).to_string() }
}

/// A dangling symbolic link is in the way too.
fn in_the_way(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Replaces a link rather than writing through it: it may point out of the repository.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => std::fs::write(path, text),
    }
}

fn next_steps(wanted: &[&Template], builds: &[String]) -> Vec<String> {
    let mut next = Vec::new();
    for template in wanted.iter().filter(|t| t.text.contains(WAITS_FOR)) {
        next.push(if builds.is_empty() {
            format!("put the name of your CI workflow under `workflows:` in {}, where it says [CI]", template.path)
        } else {
            format!("{} waits for {}: take out what is no build", template.path, builds.join(", "))
        });
    }
    if wanted.iter().any(|t| matches!(t.name, "on-issue" | "on-failed-build" | "on-review" | "split")) {
        next.push("add what your build needs installed where the workflow says so".to_owned());
    }
    if wanted.iter().any(|t| !matches!(t.name, "config" | "coderabbit")) {
        let setting = "\"Allow GitHub Actions to create and approve pull requests\"";
        next.push(format!("allow pull requests: Settings > Actions > General > {setting}"));
    }
    let commit = "commit the files to the default branch: workflows and configuration are read from nowhere else";
    next.push(commit.to_owned());
    next.push("`thanos-fix doctor` names what is still missing".to_owned());
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(repo: &Path, force: bool, only: &[&str]) -> Result<Done> {
        write_all(&Args { force, only: only.iter().map(|&n| n.to_owned()).collect() }, repo)
    }

    #[test]
    fn writes_the_defaults_and_says_what_is_next() {
        let repo = tempfile::tempdir().unwrap();
        let said = init(repo.path(), false, &[]).unwrap();
        for template in TEMPLATES {
            assert_eq!(repo.path().join(template.path).exists(), template.default, "{}", template.name);
            assert_eq!(said.written.contains(&template.path), template.default, "{}", template.name);
        }
        let next = said.next.join("\n");
        assert!(next.contains("[CI]") && next.contains("doctor"), "{next}");
    }

    #[test]
    fn refuses_to_overwrite_and_then_writes_nothing() {
        let repo = tempfile::tempdir().unwrap();
        let mine = repo.path().join(".github/workflows/thanos-retry.yml");
        std::fs::create_dir_all(mine.parent().unwrap()).unwrap();
        std::fs::write(&mine, "mine").unwrap();
        let refused = init(repo.path(), false, &[]).err().unwrap().to_string();
        assert!(refused.contains("thanos-retry.yml; ") && refused.contains("--force"), "{refused}");
        assert!(!repo.path().join(".github/thanos.yml").exists());
        assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
        init(repo.path(), true, &["retry"]).unwrap();
        assert_ne!(std::fs::read_to_string(&mine).unwrap(), "mine");
    }

    #[test]
    fn force_replaces_a_link_and_leaves_its_target() {
        let repo = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::fs::create_dir_all(repo.path().join(".github")).unwrap();
        std::os::unix::fs::symlink(outside.path(), repo.path().join(".github/thanos.yml")).unwrap();
        assert!(init(repo.path(), false, &["config"]).is_err());
        init(repo.path(), true, &["config"]).unwrap();
        assert_eq!(std::fs::read_to_string(outside.path()).unwrap(), "");
    }

    #[test]
    fn the_builds_that_are_there_are_waited_for() {
        let repo = tempfile::tempdir().unwrap();
        let dir = repo.path().join(".github/workflows");
        std::fs::create_dir_all(&dir).unwrap();
        let job = "jobs: {a: {steps: [{run: make}]}}\n";
        let ours = "jobs: {a: {steps: [{uses: thanos-ai/fix@v1}]}}\n";
        for (file, text) in [
            ("a.yml", format!("name: 'Build: all'\non: [push]\n{job}")),
            ("b.yml", format!("name: Tests\non: {{pull_request: }}\n{job}")),
            ("c.yml", format!("name: Nightly\non: {{schedule: [{{cron: '1 1 * * *'}}]}}\n{job}")),
            ("d.yml", format!("name: Release\non: {{push: {{tags: [v1]}}}}\n{job}")),
            ("e.yml", format!("name: Fix\non: [push]\n{ours}")),
        ] {
            std::fs::write(dir.join(file), text).unwrap();
        }
        let said = init(repo.path(), false, &["on-failed-build", "split"]).unwrap();
        let names = r#"workflows: ["Build: all", Tests]"#;
        for file in ["thanos-build.yml", "thanos-split.yml"] {
            let text = std::fs::read_to_string(dir.join(file)).unwrap();
            assert!(text.contains(names) && Workflow::parse(file, text.clone()).is_ok(), "{text}");
            assert!(said.next.iter().any(|step| step.contains(file) && step.contains("Tests")), "{:?}", said.next);
        }
    }

    #[test]
    fn nothing_is_written_through_a_linked_folder_or_where_nothing_can_be() {
        let (repo, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), repo.path().join(".github")).unwrap();
        let refused = init(repo.path(), true, &[]).err().unwrap();
        assert!(refused.to_string().contains(".github is a symbolic link"), "{refused}");
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
        std::fs::remove_file(repo.path().join(".github")).unwrap();
        std::fs::write(repo.path().join(".github"), "a file").unwrap();
        let refused = init(repo.path(), false, &[]).err().unwrap();
        assert!(refused.is::<crate::cli::UsageError>(), "{refused:?}");
    }

    #[test]
    fn every_workflow_file_of_the_documentation_can_be_written() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workflows");
        let texts: Vec<&str> = TEMPLATES.iter().map(|t| t.text).collect();
        for entry in std::fs::read_dir(dir).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(texts.contains(&text.as_str()), "{}", text.lines().next().unwrap_or_default());
        }
    }
}
