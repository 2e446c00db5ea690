//! A unified diff as files that hold nothing but the lines it adds, each at its own number.

/// A file's path, and its added lines among empty ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Added {
    pub path: String,
    pub text: String,
}

/// So many empty lines are made in all; further ones would only fill memory.
const PADDING: usize = 16 << 20;

/// The files of a unified diff; `None` for a text that is none.
pub fn added(text: &str) -> Option<Vec<Added>> {
    let mut lines = text.lines().peekable();
    let head = text.lines().take(200).collect::<Vec<_>>();
    let is_diff = head.windows(2).any(|w| w[0].starts_with("--- ") && w[1].starts_with("+++ "))
        && text.lines().any(|line| hunk(line).is_some());
    if !is_diff {
        return None;
    }
    let mut files: Vec<Added> = Vec::new();
    // How many lines of the new and of the old file the hunk still has.
    let mut left = (0, 0);
    let mut padding = PADDING;
    while let Some(line) = lines.next() {
        if left == (0, 0) {
            if let Some((start, old, new)) = hunk(line) {
                left = (new, old);
                files.last_mut().into_iter().for_each(|file| padding -= pad(file, start, padding));
            } else if line.starts_with("--- ")
                && let Some(path) = lines.peek().and_then(|next| next.strip_prefix("+++ "))
            {
                files.push(Added { path: name(path), text: String::new() });
            }
            continue;
        }
        let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        left = match sign {
            "+" => (left.0.saturating_sub(1), left.1),
            "-" => (left.0, left.1.saturating_sub(1)),
            "\\" => left,
            _ => (left.0.saturating_sub(1), left.1.saturating_sub(1)),
        };
        if let Some(file) = files.last_mut().filter(|_| !matches!(sign, "-" | "\\")) {
            file.text.push_str(if sign == "+" { rest } else { "" });
            file.text.push('\n');
        }
    }
    Some(files)
}

/// Empty lines up to the hunk; how many.
fn pad(file: &mut Added, start: usize, most: usize) -> usize {
    let lines = memchr::memchr_iter(b'\n', file.text.as_bytes()).count();
    let count = start.saturating_sub(lines + 1).min(most);
    file.text.extend(std::iter::repeat_n('\n', count));
    count
}

/// `@@ -1,2 +3,4 @@`: where the new lines start, how many old and new ones there are.
fn hunk(line: &str) -> Option<(usize, usize, usize)> {
    let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let new = rest.split_once(" @@")?.0;
    let range = |text: &str| {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let ((_, old), (start, new)): ((usize, usize), (usize, usize)) = (range(old)?, range(new)?);
    Some((start, old, new))
}

fn name(path: &str) -> String {
    let path = path.split('\t').next().unwrap_or(path).trim_matches('"');
    path.strip_prefix("b/").unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn added_lines_keep_their_numbers() {
        let diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -2,2 +3,3 @@ fn\n same\n-old\n+--- new\n+more\n@@ -9 +10 @@\n-a\n+b\n\\ No newline at end of file\n--- a/y\n+++ b/y\n@@ -0,0 +1 @@\n+y\n";
        let files = added(diff).unwrap();
        assert_eq!(files[0].path, "x");
        let lines: Vec<(usize, &str)> = files[0].text.lines().enumerate().filter(|(_, l)| !l.is_empty()).collect();
        assert_eq!(lines, [(3, "--- new"), (4, "more"), (9, "b")]);
        assert_eq!(files[1], Added { path: "y".to_owned(), text: "y\n".to_owned() });
        assert_eq!(added("--- a list\n+++ of things\n"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_survived(text in "(--- a\n\\+\\+\\+ b\n)?(@@ -[0-9]{1,3}(,[0-9])? \\+[0-9]{1,9},[0-9] @@\n)?[-+ \\\\@ä\n]{0,60}") {
            let _ = added(&text);
        }
    }
}
