//! What prek and pre-commit print: a line of dots per hook, and the details of those that failed.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its id in the configuration.
    pub hook: String,
    /// As the configuration calls it for people.
    pub name: String,
    /// The first lines of its output.
    pub said: String,
}

const SAID_LINES: usize = 6;
const SAID_CHARS: usize = 400;

pub fn failures(output: &str) -> Vec<Failure> {
    let mut found: Vec<Failure> = Vec::new();
    let mut open = false;
    for line in output.lines() {
        if let Some((name, failed)) = status_line(line) {
            open = failed;
            if failed {
                found.push(Failure { hook: String::new(), name, said: String::new() });
            }
        } else if let Some(failure) = found.last_mut().filter(|_| open) {
            read_detail(line.trim(), failure);
        }
    }
    found.retain(|failure| !failure.hook.is_empty());
    found
}

/// `trim trailing whitespace.....................Failed`
fn status_line(line: &str) -> Option<(String, bool)> {
    let (head, status) = line.trim_end().rsplit_once("...")?;
    let failed = match status.trim_start_matches('.') {
        "Failed" => true,
        status if status.ends_with("Passed") || status.ends_with("Skipped") => false,
        _ => return None,
    };
    Some((head.trim_end_matches('.').chars().filter(|c| !c.is_control()).take(100).collect(), failed))
}

fn read_detail(line: &str, failure: &mut Failure) {
    if let Some(id) = line.strip_prefix("- hook id: ") {
        failure.hook = id.chars().filter(|c| !c.is_control()).take(100).collect();
        return;
    }
    let header = ["- exit code:", "- files were modified", "- duration:"].iter().any(|start| line.starts_with(start));
    let full = failure.said.lines().count() >= SAID_LINES || failure.said.len() >= SAID_CHARS;
    if !header && !line.is_empty() && !full {
        let separator = if failure.said.is_empty() { "" } else { "\n" };
        let line: String = line.chars().filter(|c| !c.is_control()).take(SAID_CHARS / 2).collect();
        failure.said.push_str(&format!("{separator}{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_hooks_are_read_with_what_they_said() {
        let output = "\
trim trailing whitespace.................................................Passed
check yaml...........................................(no files to check)Skipped
ruff.....................................................................Failed
- hook id: ruff
- exit code: 1

a.py:1:8: F401 `os` imported but unused

mypy.....................................................................Failed
- hook id: mypy
- exit code: 2
- files were modified by this hook
";
        let found = failures(output);
        assert_eq!(found.iter().map(|f| f.hook.as_str()).collect::<Vec<_>>(), ["ruff", "mypy"]);
        assert_eq!(found[0].said, "a.py:1:8: F401 `os` imported but unused");
        assert_eq!(found[1].said, "");
        assert!(failures("An error has occurred: InvalidConfigError").is_empty());
    }
}
