//! The blocks by which a reviewer on GitHub says word by word what is to stand in the place of the lines that a
//! comment is about.

/// Every block of a comment, in order. An empty one takes the lines away.
pub fn suggestions(comment: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = comment.lines();
    while let Some(line) = lines.next() {
        let Some((ticks, info)) = fence(line) else { continue };
        let mut block = Vec::new();
        let mut closed = false;
        for line in lines.by_ref() {
            if fence(line).is_some_and(|(more, info)| more >= ticks && info.is_empty()) {
                closed = true;
                break;
            }
            block.push(line.trim_end_matches('\r'));
        }
        // What is never closed may have lost its end on the way.
        if closed && info == "suggestion" {
            found.push(block.join("\n"));
        }
    }
    found
}

/// How many backticks open or close a block here, and the first word after them.
fn fence(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches(' ');
    let ticks = rest.bytes().take_while(|b| *b == b'`').count();
    let info = rest[ticks..].trim();
    let is_fence = line.len() - rest.len() <= 3 && ticks >= 3 && !info.contains('`');
    is_fence.then(|| (ticks, info.split_whitespace().next().unwrap_or_default()))
}

/// `text` with the lines `first` to `last` (from 1) replaced, in the way in which its lines end; `None` where there
/// are no such lines.
pub fn replaced(text: &str, (first, last): (u32, u32), suggestion: &str) -> Option<String> {
    let (first, last) = (first as usize, last as usize);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    if first == 0 || last < first || last > lines.len() {
        return None;
    }
    let ending = if lines[first - 1].ends_with("\r\n") { "\r\n" } else { "\n" };
    let mut new: String = lines[..first - 1].concat();
    let block = suggestion.split('\n').map(|line| line.trim_end_matches('\r'));
    if !suggestion.is_empty() {
        new.extend(block.flat_map(|line| [line, ending]));
        // The last line of a file may end without one.
        if last == lines.len() && !lines[last - 1].ends_with('\n') {
            new.truncate(new.len() - ending.len());
        }
    }
    new.extend(lines[last..].iter().copied());
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_github_writes_them() {
        let one = "Please:\r\n```suggestion\r\n    return amount\r\n```\r\nthanks";
        assert_eq!(suggestions(one), ["    return amount"]);
        let empty = "```suggestion\n```";
        assert_eq!(suggestions(empty), [""]);
        let nested = "````suggestion\n```rust\nx\n```\n````\n```diff\n- a\n```\n";
        assert_eq!(suggestions(nested), ["```rust\nx\n```"]);
        let quoted = "see\n```md\n```suggestion\nx\n```\n";
        assert!(suggestions(quoted).is_empty(), "a block inside another is an example");
        for none in ["```suggestion\nnever closed", "`suggestion`", "    ```suggestion\n    x\n    ```", ""] {
            assert!(suggestions(none).is_empty(), "{none}");
        }
        assert_eq!(suggestions("```suggestion\na\n```\n```suggestion\nb\n```").len(), 2);
    }

    #[test]
    fn lines_are_replaced_exactly() {
        assert_eq!(replaced("a\nb\nc\n", (2, 2), "B\nBB").unwrap(), "a\nB\nBB\nc\n");
        assert_eq!(replaced("a\nb\nc\n", (1, 2), "").unwrap(), "c\n");
        assert_eq!(replaced("a\r\nb\r\n", (2, 2), "x\ny").unwrap(), "a\r\nx\r\ny\r\n");
        assert_eq!(replaced("a\nb", (2, 2), "c").unwrap(), "a\nc");
        assert_eq!(replaced("a\nb\n", (1, 1), "x\n").unwrap(), "x\n\nb\n", "an empty line that is meant");
        for lines in [(0, 1), (3, 3), (2, 1)] {
            assert_eq!(replaced("a\nb\n", lines, "x"), None, "{lines:?}");
        }
    }
}
