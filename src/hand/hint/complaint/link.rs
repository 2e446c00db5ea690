//! Tools name a source as it was opened; where that is a symbolic link, the file behind it is the one
//! to edit.

use crate::command::CommandLine;
use crate::hand::Job;
use anyhow::Result;
use std::collections::HashMap;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);
/// Prints the root, then each link with a tab and the file behind it.
const LIST: &str = r#"
root=$(pwd -P) && printf '%s\n' "$root"
find "$root" \( -name .git -o -name node_modules -o -name .venv -o -name target \) -prune -o -type l -print |
head -n 1000 | while IFS= read -r link; do printf '%s\t%s\n' "$link" "$(readlink -f "$link")"; done
"#;

#[derive(Default)]
pub(super) struct Links {
    root: String,
    targets: HashMap<String, String>,
}

impl Links {
    pub fn of(job: &Job) -> Result<Self> {
        let Some(shell) = job.workshop.find_program("sh") else { return Ok(Self::default()) };
        let done = job.workshop.run(&CommandLine::new([shell.as_str(), "-c", LIST]), None, LIMIT)?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut lines = text.lines();
        let root = lines.next().unwrap_or_default().to_owned();
        let pairs = lines.filter_map(|line| line.split_once('\t'));
        Ok(Self { root, targets: pairs.map(|(link, target)| (link.to_owned(), target.to_owned())).collect() })
    }

    /// The file behind a path as a log wrote it.
    pub fn target(&self, path: &str) -> Option<&str> {
        let whole = format!("{}/{}", self.root, path.trim_start_matches("./"));
        self.targets.get(path).or_else(|| self.targets.get(&whole)).map(String::as_str)
    }
}
