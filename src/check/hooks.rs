//! The repository's own hooks, by prek or pre-commit, over the files of a patch and nothing else. What
//! rewriting hooks change comes back as an addition to the patch.

mod output;

use crate::command::CommandLine;
use crate::ids::RelPath;
use crate::mask::Masker;
use crate::patch::Patch;
use crate::process::Finished;
use crate::record::{CheckResult, Finding, Severity};
use crate::report::count;
use anyhow::Result;
use std::collections::BTreeSet;
use std::time::Duration;

const ID: &str = "hooks";
/// Where hooks are configured, and which programs read that file, the faster first.
const CONFIGURATIONS: &[(&str, &[&str])] = &[
    (".pre-commit-config.yaml", &["prek", "pre-commit"]),
    (".pre-commit-config.yml", &["prek"]),
    ("prek.toml", &["prek"]),
];
/// Printed between the two runs of a pass that a hook's rewriting made necessary.
const AGAIN: &str = "::the hooks once more::";

/// Runs a command over some files, takes back what it did to them, and says what that was.
pub type Capture<'a> = dyn Fn(&CommandLine, &[RelPath], Duration) -> Result<(Finished, Patch)> + 'a;

/// The tree with the patch applied, as the caller lets us use it. The hooks' configuration in it is the
/// base commit's: the caller does not let a patch touch it.
pub struct Context<'a> {
    pub patch: &'a Patch,
    pub limit: Duration,
    pub exists: &'a dyn Fn(&RelPath) -> Result<bool>,
    /// The absolute path of an installed program.
    pub find_program: &'a dyn Fn(&str) -> Option<String>,
    /// Runs a command with the network on and takes back what it changes: downloads the hooks' tools.
    pub prepare: &'a dyn Fn(&CommandLine, Duration) -> Result<Finished>,
    /// Runs a command that rewrites files; what it did to `paths` comes back, the tree as it was.
    pub capture: &'a Capture<'a>,
    /// The same with the patch taken out of the tree for as long as the command runs.
    pub capture_at_base: &'a Capture<'a>,
}

/// The verdict, and what rewriting hooks add to the patch.
pub fn run(context: &Context) -> Result<(CheckResult, Option<Patch>)> {
    let Some((file, programs)) = configured(context)? else {
        return Ok((CheckResult::skipped(ID, "no hooks are configured"), None));
    };
    let Some((name, program)) = programs.iter().find_map(|name| Some((*name, (context.find_program)(name)?))) else {
        let mend = format!(
            "{file} is there, but {} is not installed: add `pipx install prek` to the job",
            programs.join(" or ")
        );
        return Ok((CheckResult::skipped(ID, mend), None));
    };
    let paths = kept_paths(context.patch);
    if paths.is_empty() {
        return Ok((CheckResult::skipped(ID, "the patch leaves no file to run the hooks on"), None));
    }
    let prepared = (context.prepare)(&CommandLine::new([program.as_str(), "install-hooks"]), context.limit)?;
    if !prepared.success() {
        return Ok((
            CheckResult::skipped(ID, format!("{name} cannot install its hooks: {}", complaint(&prepared))),
            None,
        ));
    }
    judge(context, name, &program, &paths, prepared.seconds)
}

fn configured(context: &Context) -> Result<Option<(&'static str, &'static [&'static str])>> {
    for (file, programs) in CONFIGURATIONS {
        if (context.exists)(&RelPath::parse(*file)?)? {
            return Ok(Some((file, programs)));
        }
    }
    Ok(None)
}

/// The files that exist after the patch. A name that a program would take for an option is left out.
pub fn kept_paths(patch: &Patch) -> Vec<RelPath> {
    let kept = patch.files().iter().filter(|file| file.after.is_some() && !file.path.as_str().starts_with('-'));
    kept.map(|file| file.path.clone()).collect()
}

fn judge(
    context: &Context,
    name: &str,
    program: &str,
    paths: &[RelPath],
    spent: f64,
) -> Result<(CheckResult, Option<Patch>)> {
    let command = twice(program, paths);
    let (done, addition) = (context.capture)(&command, paths, context.limit)?;
    let mut result = if done.limit.is_some() {
        CheckResult::skipped(ID, format!("{name} did not end within its limits"))
    } else if done.success() {
        CheckResult::from_findings(ID, Vec::new())
    } else {
        failed(context, &command, paths, &done)?
    };
    result.seconds = spent + done.seconds;
    if result.detail.is_empty() {
        result.detail = format!("{name} over {}", count(paths.len(), "file"));
    }
    // Half a pass is not a rewriting to build on.
    let addition = Some(addition).filter(|patch| done.limit.is_none() && !patch.is_empty());
    Ok((result, addition))
}

/// A hook that rewrites a file fails by that alone, so only the second run is the verdict.
fn twice(program: &str, paths: &[RelPath]) -> CommandLine {
    let script =
        format!(r#""$0" run --color never --files "$@" || {{ echo '{AGAIN}'; "$0" run --color never --files "$@"; }}"#);
    let fixed = ["sh".to_owned(), "-c".to_owned(), script, program.to_owned()];
    CommandLine::new(fixed.into_iter().chain(paths.iter().map(ToString::to_string)))
}

/// Which hooks fail because of the patch: those that fail without it too only get a word.
fn failed(context: &Context, command: &CommandLine, paths: &[RelPath], done: &Finished) -> Result<CheckResult> {
    let failures = output::failures(&verdict_output(done));
    if failures.is_empty() {
        return Ok(CheckResult::skipped(ID, format!("the hooks could not run: {}", complaint(done))));
    }
    let existing = existing(context.patch, paths);
    let before: BTreeSet<String> = if existing.is_empty() {
        BTreeSet::new()
    } else {
        let (base, _) = (context.capture_at_base)(&command_for(command, &existing), &existing, context.limit)?;
        output::failures(&verdict_output(&base)).into_iter().map(|failure| failure.hook).collect()
    };
    let findings = failures.into_iter().map(|failure| finding(&failure, before.contains(&failure.hook)));
    Ok(CheckResult::from_findings(ID, findings.collect()))
}

/// Those of `paths` that are there without the patch.
pub fn existing(patch: &Patch, paths: &[RelPath]) -> Vec<RelPath> {
    let existed = |path: &&RelPath| patch.files().iter().any(|file| file.path == **path && file.before.is_some());
    paths.iter().filter(existed).cloned().collect()
}

fn command_for(command: &CommandLine, paths: &[RelPath]) -> CommandLine {
    let fixed = command.argv.iter().take(4).cloned();
    CommandLine::new(fixed.chain(paths.iter().map(ToString::to_string)))
}

fn finding(failure: &output::Failure, known: bool) -> Finding {
    let (severity, note) =
        if known { (Severity::Warning, " (fails without the patch too)") } else { (Severity::Error, "") };
    let said = Masker::default().mask(&failure.said).into_owned();
    Finding {
        rule: format!("hooks/{}", failure.hook),
        severity,
        path: None,
        line: None,
        column: None,
        message: format!("{}{note}: {said}", failure.name),
        fingerprint: None,
    }
}

/// What the last of the two runs printed.
fn verdict_output(done: &Finished) -> String {
    let text = String::from_utf8_lossy(&done.stdout);
    text.rsplit(AGAIN).next().unwrap_or_default().to_owned()
}

/// The line in which a program says what is wrong, or its last one.
pub fn complaint(done: &Finished) -> String {
    let text = String::from_utf8_lossy(&done.combined);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let complains =
        |line: &&str| ["error", "an error", "fatal"].iter().any(|word| line.to_lowercase().starts_with(word));
    let line = lines.clone().find(complains).or_else(|| lines.next_back()).unwrap_or("it says nothing");
    let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    Masker::default().mask(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::FilePatch;
    use crate::record::CheckStatus;
    use std::cell::RefCell;

    fn file(path: &str, before: Option<&str>, after: Option<&str>) -> FilePatch {
        let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
        FilePatch { path: RelPath::parse(path).unwrap(), before: bytes(before), after: bytes(after) }
    }

    struct World {
        files: Vec<&'static str>,
        programs: Vec<&'static str>,
        prepared: Finished,
        run: (Finished, Patch),
        base: Finished,
    }

    impl World {
        fn new(run: Finished) -> Self {
            Self {
                files: vec![".pre-commit-config.yaml"],
                programs: vec!["pre-commit", "prek"],
                prepared: Finished::imagined(0, ""),
                run: (run, Patch::default()),
                base: Finished::imagined(0, ""),
            }
        }

        /// The verdict and every command that ran.
        fn judge(&self) -> (CheckResult, Option<Patch>, Vec<Vec<String>>) {
            let patch = Patch::from_files([
                file("a.py", Some("a\n"), Some("b\n")),
                file("gone.py", Some("a\n"), None),
                file("new.py", None, Some("n\n")),
            ]);
            let ran = RefCell::new(Vec::new());
            let note = |command: &CommandLine| ran.borrow_mut().push(command.argv.clone());
            let (result, addition) = run(&Context {
                patch: &patch,
                limit: Duration::from_secs(1),
                exists: &|path| Ok(self.files.contains(&path.as_str())),
                find_program: &|name| self.programs.contains(&name).then(|| format!("/bin/{name}")),
                prepare: &|command, _| {
                    note(command);
                    Ok(self.prepared.clone())
                },
                capture: &|command, _, _| {
                    note(command);
                    Ok(self.run.clone())
                },
                capture_at_base: &|command, _, _| {
                    note(command);
                    Ok((self.base.clone(), Patch::default()))
                },
            })
            .unwrap();
            (result, addition, ran.into_inner())
        }
    }

    const RUFF: &str = "ruff....Failed\n- hook id: ruff\n- exit code: 1\n\na.py:1: F401\n";

    #[test]
    fn hooks_run_over_the_files_that_are_left() {
        let (result, addition, ran) = World::new(Finished::imagined(0, "ruff...Passed\n")).judge();
        assert_eq!((result.status, addition), (CheckStatus::Pass, None));
        assert_eq!(ran[0], ["/bin/prek", "install-hooks"]);
        assert_eq!(ran[1][3..], ["/bin/prek", "a.py", "new.py"]);
    }

    #[test]
    fn a_hook_that_fails_blocks_unless_it_failed_before() {
        let mut world = World::new(Finished::imagined(1, &format!("mypy...Failed\n- hook id: mypy\n{AGAIN}\n{RUFF}")));
        let (result, _, ran) = world.judge();
        assert_eq!(result.status, CheckStatus::Fail);
        assert_eq!(result.findings.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), ["hooks/ruff"]);
        assert_eq!(ran[2][3..], ["/bin/prek", "a.py"]);
        world.base = Finished::imagined(1, RUFF);
        assert_eq!(world.judge().0.status, CheckStatus::Warn);
    }

    #[test]
    fn what_hooks_rewrite_is_handed_back() {
        let mut world = World::new(Finished::imagined(0, "black...Passed\n"));
        world.run.1 = Patch::from_files([file("a.py", Some("b\n"), Some("c\n"))]);
        let (result, addition, _) = world.judge();
        assert_eq!((result.status, addition), (CheckStatus::Pass, Some(world.run.1)));
    }

    #[test]
    fn whatever_keeps_the_hooks_from_running_is_named() {
        let mut none = World::new(Finished::imagined(0, ""));
        none.files.clear();
        let mut missing = World::new(Finished::imagined(0, ""));
        missing.programs.clear();
        let mut offline = World::new(Finished::imagined(0, ""));
        offline.prepared = Finished::imagined(1, "cannot resolve host\n");
        let broken = World::new(Finished::imagined(3, "An error has occurred: InvalidConfigError\n"));
        for (world, said) in [
            (none, "no hooks"),
            (missing, "pipx install prek"),
            (offline, "cannot resolve host"),
            (broken, "InvalidConfigError"),
        ] {
            let (result, addition, _) = world.judge();
            assert_eq!((result.status, addition), (CheckStatus::Skipped, None), "{said}");
            assert!(result.detail.contains(said), "{}", result.detail);
        }
    }
}
