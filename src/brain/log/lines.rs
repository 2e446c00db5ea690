//! A cleaned log as numbered lines: what every parser sees.

use super::clean;
use super::script;
use super::unfold;

/// Longer lines are cut: no message that a person would quote needs more.
const LINE_LIMIT: usize = 16 * 1024;

#[derive(Default)]
pub(super) struct Lines {
    text: String,
    spans: Vec<(usize, usize)>,
}

impl Lines {
    pub fn of(log: &str) -> Self {
        let mut lines = Self { text: String::with_capacity(log.len()), spans: Vec::new() };
        let mut echo = clean::ScriptEcho::default();
        let mut unfolder = unfold::Unfolder::default();
        let mut buffer = String::new();
        for raw in log.split('\n') {
            buffer.clear();
            clean::clean(raw, &mut buffer);
            if let Some(command) = buffer.strip_prefix("##[group]Run ") {
                lines.push(&script::mark(command));
                echo.hides(&buffer);
            } else if echo.hides(&buffer) || clean::is_remark(&buffer) {
                lines.push("");
            } else {
                unfolder.line(&buffer, &mut |line| lines.push(line));
            }
        }
        unfolder.end(&mut |line| lines.push(line));
        lines
    }

    fn push(&mut self, line: &str) {
        let mut cut = line.len().min(LINE_LIMIT);
        while !line.is_char_boundary(cut) {
            cut -= 1;
        }
        let start = self.text.len();
        self.text.push_str(&line[..cut]);
        self.spans.push((start, self.text.len()));
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The line with the runner's marks, empty past the end.
    pub fn marked(&self, index: usize) -> &str {
        self.spans.get(index).map_or("", |&(start, end)| &self.text[start..end])
    }

    /// The line without the runner's marks: a problem matcher puts one before the tool's own text.
    pub fn get(&self, index: usize) -> &str {
        let line = self.marked(index);
        let mark = ["##[error]", "##[group]", "::error::", "::group::"].iter().find_map(|mark| line.strip_prefix(mark));
        mark.unwrap_or(line)
    }

    /// The numbered lines after `at`, at most `limit` of them.
    pub fn after(&self, at: usize, limit: usize) -> impl Iterator<Item = (usize, &str)> {
        (at + 1..self.len().min(at + 1 + limit)).map(|index| (index, self.get(index)))
    }

    /// The numbered lines before `at`, nearest first, at most `limit` of them.
    pub fn before(&self, at: usize, limit: usize) -> impl Iterator<Item = (usize, &str)> {
        (at.saturating_sub(limit)..at).rev().map(|index| (index, self.get(index)))
    }
}
