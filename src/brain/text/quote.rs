//! Foreign text made harmless to quote in Markdown that we post, and Markdown cut to a limit.

use super::fence::Fences;
use std::fmt::Write as _;

/// Splits what GitHub would otherwise turn into a mention, reference, link, image or tag. It shows
/// nothing, and unlike an HTML entity it also shows nothing inside a code block.
const SPLIT: char = '\u{200b}';

const NOTICE: &str = "_Cut here: the text is longer than the limit._";

/// Makes mentions, references, links, images, HTML (our own markers too), code fences and slash
/// commands inert, so that quoting notifies nobody, closes nothing and hides nothing.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut fence_run = 0;
    let mut chars = text.chars().peekable();
    let mut before = '\n';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or('\n');
        fence_run = if (c == '`' || c == '~') && c == before { fence_run + 1 } else { 0 };
        if fence_run == 2 {
            out.push(SPLIT);
            fence_run = 0;
        }
        if before == '\n' && opens_block(c, next) {
            out.push(SPLIT);
        }
        out.push(c);
        if splits(before, c, next, &out) {
            out.push(SPLIT);
        }
        before = c;
    }
    out
}

/// A heading, a quotation, a list, a line across: a quoted title is none of them.
fn opens_block(c: char, next: char) -> bool {
    match c {
        '>' => true,
        '#' | '+' | '-' | '*' | '=' | '_' => next == c || next.is_whitespace(),
        _ => false,
    }
}

fn splits(before: char, c: char, next: char, so_far: &str) -> bool {
    match c {
        '@' => next.is_alphanumeric() || next == '-' || next == '_',
        '#' => next.is_ascii_digit(),
        '-' => next.is_ascii_digit() && ends_with_word(so_far, "gh-"),
        ':' => next == '/' || before == ']',
        '.' => ends_with_word(so_far, "www."),
        '!' => next == '[',
        ']' => matches!(next, '(' | '[' | ':'),
        '<' => !next.is_whitespace() && !next.is_ascii_digit() && next != '=',
        '/' => before == '\n' && next.is_ascii_alphabetic(),
        _ => false,
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.len() >= word.len() && text.as_bytes()[text.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
}

/// `1 file`, `2 files`.
pub fn count(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// Cuts Markdown to at most `max_chars` characters, after a whole line where there is one, closes
/// what is open there (code block, `<details>`, comment) and says so in one line.
pub fn cut(markdown: &str, max_chars: usize) -> String {
    if markdown.chars().count() <= max_chars {
        return markdown.to_owned();
    }
    let mut state = State::default();
    let (mut best, mut used, mut end) = (None, 0, 0);
    for line in markdown.split_inclusive('\n') {
        state.feed(line);
        used += line.chars().count();
        end += line.len();
        let tail = state.tail();
        if used > max_chars {
            break;
        }
        if used + tail.chars().count() <= max_chars {
            best = Some((end, tail));
        }
    }
    match best {
        Some((end, tail)) => format!("{}{tail}", &markdown[..end]),
        None => cut_line(markdown, max_chars),
    }
}

/// One line that alone is too long.
fn cut_line(line: &str, max_chars: usize) -> String {
    let tail = format!("\n\n{NOTICE}\n");
    let room = max_chars.saturating_sub(tail.chars().count());
    line.chars().take(room).chain(tail.chars()).take(max_chars).collect()
}

#[derive(Default)]
struct State {
    fences: Fences,
    details: usize,
    in_comment: bool,
}

impl State {
    fn feed(&mut self, line: &str) {
        if !self.in_comment && self.fences.feed(line) {
            return;
        }
        if let (open, Some(at)) = (line.rfind("<!--"), line.rfind("-->").or(Some(0))) {
            self.in_comment = match open {
                Some(open) => open >= at,
                None => self.in_comment && !line.contains("-->"),
            };
        }
        self.details =
            (self.details + line.matches("<details").count()).saturating_sub(line.matches("</details").count());
    }

    fn tail(&self) -> String {
        let mut tail = String::from("\n");
        if self.in_comment {
            tail.push_str("-->\n");
        }
        if let Some(closer) = self.fences.closer() {
            let _ = writeln!(tail, "{closer}");
        }
        for _ in 0..self.details {
            tail.push_str("\n</details>\n");
        }
        let _ = writeln!(tail, "\n{NOTICE}");
        tail
    }
}
