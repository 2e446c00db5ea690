//! What Java's own library has, asked of the installed development kit.

use crate::command::CommandLine;
use crate::hand::Job;
use anyhow::Result;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);
/// Lists the classes of the installed kit by their paths.
const LIST: &str = r#"
kit=$(readlink -f "$0") && home=${kit%/bin/*} &&
"$home/bin/jimage" list --include "regex:.*/javax?/.*" "$home/lib/modules"
"#;
const MEMBERS: &str = r#"kit=$(readlink -f "$0") && "${kit%/*}/javap" -protected "$@""#;

/// Each public-looking class of `java.*` and `javax.*` as its package and its name.
pub(super) fn classes(job: &Job) -> Result<Vec<(String, String)>> {
    let Some(text) = ask(job, LIST, &[])? else { return Ok(Vec::new()) };
    let paths = text.lines().filter_map(|line| line.trim().strip_suffix(".class")).filter(|path| !path.contains('$'));
    Ok(paths
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, name)| (folder.replace('/', "."), name.to_owned()))
        .collect())
}

/// The names of what a class of the library lets be called.
pub(super) fn members(job: &Job, class: &str) -> Result<Vec<String>> {
    let packages = ["java.lang", "java.util", "java.io", "java.util.stream", "java.util.function", "java.nio.file"];
    let classes: Vec<String> = packages.iter().map(|package| format!("{package}.{class}")).collect();
    let words: Vec<&str> = classes.iter().map(String::as_str).collect();
    let Some(text) = ask(job, MEMBERS, &words)? else { return Ok(Vec::new()) };
    let before = |line: &str, mark: char| {
        let head = line.split(mark).next().unwrap_or_default();
        super::meaning::words(head).last().map(str::to_owned)
    };
    Ok(text.lines().filter(|line| line.ends_with(';')).filter_map(|line| before(line, '(')).collect())
}

fn ask(job: &Job, script: &str, words: &[&str]) -> Result<Option<String>> {
    let (Some(shell), Some(javac)) = (job.workshop.find_program("sh"), job.workshop.find_program("javac")) else {
        return Ok(None);
    };
    let argv = [shell.as_str(), "-c", script, javac.as_str()].into_iter().chain(words.iter().copied());
    let done = job.workshop.run(&CommandLine::new(argv), None, LIMIT)?;
    Ok(Some(String::from_utf8_lossy(&done.stdout).into_owned()))
}
