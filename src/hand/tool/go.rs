//! gofmt, and the fixes of go vet.

use super::formatter::Formatter;
use super::{LIMIT, invocation, program};
use crate::command::CommandLine;
use crate::hand::{Job, offer};
use crate::patch::Patch;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

pub(super) const GOFMT: Formatter = Formatter {
    program: "gofmt",
    marks: &[".go"],
    files: &[r"^(\S+\.go)$", r"^diff (?:-u )?(\S+?\.go)(?:\.orig)? ", r"^(\S+\.go):\d+(?::\d+)?:.*not `?gofmt"],
    arguments: |_, _| Ok(Vec::new()),
    check_flags: &["-l", "-d", "-e", "-w"],
    beside_the_file: true,
    good_exits: &[0],
    confidence: Confidence::Confident,
};

/// What vet's analyzers would write. Go before 1.26 has no such option, and offers nothing.
pub(super) fn vet(job: &Job) -> Result<Vec<Candidate>> {
    let Some(call) = invocation::find(job.command, "go") else { return Ok(Vec::new()) };
    let packages = match call.words.get(1).map(String::as_str) {
        Some("vet") => call.words[2..].to_vec(),
        // Tests are vetted too before they run.
        Some("test") if job.log.contains("[build failed]") => vec!["./...".to_owned()],
        _ => return Ok(Vec::new()),
    };
    let Some(program) = program(job, "go").filter(|_| !packages.iter().any(|word| word.contains(['$', '`']))) else {
        return Ok(Vec::new());
    };
    let mut command = CommandLine::new([program, "vet".to_owned(), "-fix".to_owned()].into_iter().chain(packages));
    command.directory.clone_from(&job.command.directory);
    command.env = job.command.env.iter().cloned().chain(call.env).collect();
    let (_, patch) = job.workshop.capture(&command, &[], LIMIT)?;
    let mut files = Vec::new();
    for file in patch.files().iter().filter(|file| file.path.extension() == "go") {
        if offer::editable(job, &file.path)?.is_some() {
            files.push(file.clone());
        }
    }
    let patch = Patch::from_files(files);
    let why = match patch.files() {
        [] => return Ok(Vec::new()),
        [one] => format!("took the fixes of go vet in {}", one.path),
        many => format!("took the fixes of go vet in {} files", many.len()),
    };
    Ok(vec![Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident }])
}
