//! `thanos-fix init`: writes ready-made workflows and a commented configuration into the repository.

use anyhow::{Context as _, Result};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// A file that `init` can write. Those that are not written by default are asked for by name.
struct Template {
    name: &'static str,
    path: &'static str,
    text: &'static str,
    default: bool,
}

const TEMPLATES: [Template; 7] = [
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
];

/// Write the workflow files and a commented .github/thanos.yml for this repository
#[derive(clap::Args)]
pub struct Args {
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
    /// Write only this one (repeatable): config, on-issue, on-failed-build, retry, split, in-job, reusable
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

/// Writes all or nothing: one file that is in the way (without `--force`) and none is written.
pub fn run(args: &Args, repo: &Path, out: &mut dyn Write) -> Result<()> {
    if !repo.is_dir() {
        return Err(super::usage(format!("{} is not a directory; name the repository with --repo", repo.display())));
    }
    let wanted: Vec<&Template> = TEMPLATES.iter().filter(|t| t.wanted(&args.only)).collect();
    let there: Vec<&str> = wanted.iter().map(|t| t.path).filter(|path| in_the_way(&repo.join(path))).collect();
    if !there.is_empty() && !args.force {
        return Err(super::usage(format!(
            "already there: {}; --force overwrites, --only NAME writes one file alone",
            there.join(", ")
        )));
    }
    for template in &wanted {
        write(&repo.join(template.path), template.text)?;
        writeln!(out, "wrote {}", template.path)?;
    }
    next_steps(&wanted, out)
}

/// A dangling symbolic link is in the way too.
fn in_the_way(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Replaces a link rather than writing through it: it may point out of the repository.
fn write(path: &Path, text: &str) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(context)?;
    }
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e).with_context(context),
        _ => std::fs::write(path, text).with_context(context),
    }
}

fn next_steps(wanted: &[&Template], out: &mut dyn Write) -> Result<()> {
    let has = |name: &str| wanted.iter().any(|t| t.name == name);
    writeln!(out, "\nnext:")?;
    if has("on-failed-build") || has("split") {
        writeln!(out, "- put the name of your CI workflow under `workflows:` where it says [CI]")?;
    }
    if has("on-issue") || has("on-failed-build") || has("split") {
        writeln!(out, "- add what your build needs installed where the workflow says so")?;
    }
    if wanted.iter().any(|t| t.name != "config") {
        writeln!(
            out,
            "- allow pull requests: Settings > Actions > General > \"Allow GitHub Actions to create and approve pull requests\""
        )?;
    }
    writeln!(out, "- commit the files to the default branch: workflows and configuration are read from nowhere else")?;
    writeln!(out, "- `thanos-fix doctor` names what is still missing")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(repo: &Path, force: bool, only: &[&str]) -> Result<String> {
        let mut out = Vec::new();
        let args = Args { force, only: only.iter().map(|&n| n.to_owned()).collect() };
        run(&args, repo, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn writes_the_defaults_and_says_what_is_next() {
        let repo = tempfile::tempdir().unwrap();
        let said = init(repo.path(), false, &[]).unwrap();
        for template in TEMPLATES {
            assert_eq!(repo.path().join(template.path).exists(), template.default, "{}", template.name);
            assert_eq!(said.contains(&format!("wrote {}\n", template.path)), template.default, "{}", template.name);
        }
        assert!(said.contains("[CI]") && said.contains("doctor"));
    }

    #[test]
    fn refuses_to_overwrite_and_then_writes_nothing() {
        let repo = tempfile::tempdir().unwrap();
        let mine = repo.path().join(".github/workflows/thanos-retry.yml");
        std::fs::create_dir_all(mine.parent().unwrap()).unwrap();
        std::fs::write(&mine, "mine").unwrap();
        let refused = init(repo.path(), false, &[]).unwrap_err().to_string();
        assert!(refused.contains("thanos-retry.yml; ") && refused.contains("--force"), "{refused}");
        assert!(!repo.path().join(".github/thanos.yml").exists());
        assert!(init(&repo.path().join("missing"), true, &[]).is_err());
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
    fn every_workflow_file_of_the_documentation_can_be_written() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workflows");
        let texts: Vec<&str> = TEMPLATES.iter().map(|t| t.text).collect();
        for entry in std::fs::read_dir(dir).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(texts.contains(&text.as_str()), "{}", text.lines().next().unwrap_or_default());
        }
    }
}
