//! Small pieces of Markdown that hold foreign text safely.

use std::fmt::Write as _;

/// A fenced block whose fence the content cannot close.
pub fn fence(lang: &str, content: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in content.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ticks = "`".repeat(longest.max(2) + 1);
    format!("{ticks}{lang}\n{}\n{ticks}\n", content.trim_end_matches('\n'))
}

/// Inline code that the content cannot leave (CommonMark, code spans).
pub fn code(content: &str) -> String {
    let content = one_line(content, 300);
    if !content.contains('`') {
        return format!("`{content}`");
    }
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    format!("{ticks} {content} {ticks}")
}

/// One cell of a table: code, one line, bars escaped, also those behind a backslash that would itself be escaped.
pub fn cell(content: &str) -> String {
    let mut cell = String::new();
    let mut escaped = false;
    for c in one_line(content, 300).chars() {
        if c == '|' {
            cell.push_str(if escaped { "\\\\" } else { "\\" });
        }
        cell.push(c);
        escaped = c == '\\' && !escaped;
    }
    cell
}

/// The first `max` characters on one line, white space folded, control characters dropped.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
        if line.chars().count() > max {
            return line.chars().take(max.saturating_sub(1)).chain(['…']).collect();
        }
    }
    line
}

/// A table with a header row. Cells must be escaped already.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

/// A folded section.
pub fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{body}\n</details>\n")
}

/// The last `max` lines of `text`, with a note when some are left out.
pub fn tail(text: &str, max: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.len().checked_sub(max) {
        Some(left @ 1..) => format!("… {left} lines before …\n{}", lines[left..].join("\n")),
        _ => lines.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's tables take a backslash before a bar for the bar's, unless another one stands before it.
    #[test]
    fn a_cell_stays_one_cell() {
        for (content, cell_of) in [("a|b", r"a\|b"), (r"a\|b", r"a\\\|b"), (r"a\\|b", r"a\\\|b"), (r"a\ b", r"a\ b")] {
            assert_eq!(cell(content), cell_of, "{content}");
        }
    }
}
