//! Takes out of a Markdown text what its author's readers cannot see, since models and parsers would.

use super::fence::Fences;
use memchr::memmem;

/// Tags that GitHub renders (or drops) without showing them; anything else in `<…>` may be code.
const HTML_TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "bdo",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "link",
    "mark",
    "meta",
    "noscript",
    "object",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Tags whose content goes with them.
const HIDING_TAGS: &[&str] = &["script", "style", "template"];

/// Longest label of a link definition that CommonMark takes.
const LONGEST_LABEL: usize = 999;
const LONGEST_TAG: usize = 4096;
/// How deep CommonMark lets parentheses nest in a link's target.
const DEEPEST_TARGET: usize = 32;

/// Strips hidden text: HTML comments, scripts and styles, link definitions, titles and alternative
/// texts, tags with their attributes, and characters that show nothing. In code blocks markup is
/// visible; there only comments and invisible characters go.
pub fn clean(text: &str) -> String {
    let text = visible(text);
    let mut cleaner =
        Cleaner { text: &text, out: String::with_capacity(text.len()), comments_end: true, next_bracket: 0 };
    let mut fences = Fences::default();
    let mut at = 0;
    while at < text.len() {
        let line_end = line_end(&text, at);
        let in_code = fences.feed(&text[at..line_end]);
        at = if in_code { cleaner.code(at, line_end) } else { cleaner.prose(at, line_end) };
    }
    cleaner.out
}

/// Drops characters that show nothing and makes every line end a `\n`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\r' if !rest.starts_with('\n') => out.push('\n'),
            '\u{2028}' | '\u{2029}' => out.push('\n'),
            '&' if rest.starts_with('#') => match invisible_entity(rest) {
                Some(length) => rest = &rest[length..],
                None => out.push('&'),
            },
            c if !is_invisible(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether [`visible`] leaves out or changes what stands at the beginning.
pub fn begins_hidden(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let rest = chars.as_str();
    match first {
        Some('\r') => !rest.starts_with('\n'),
        Some('\u{2028}' | '\u{2029}') => true,
        Some('&') => rest.starts_with('#') && invisible_entity(rest).is_some(),
        first => first.is_some_and(is_invisible),
    }
}

/// The length of `#8203;` (what follows the `&`) when it stands for an invisible character.
fn invisible_entity(rest: &str) -> Option<usize> {
    let end = rest.bytes().take(10).position(|b| b == b';')?;
    let digits = &rest[1..end];
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).is_none_or(|c| is_invisible(c) && c != '\r').then_some(end + 1)
}

/// Controls, zero-width and filler characters, bidirectional controls, variation selectors, tags.
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

struct Cleaner<'a> {
    text: &'a str,
    out: String,
    /// Whether a `-->` may still follow: looked for in vain once, it is not looked for again.
    comments_end: bool,
    /// The first `]` from where it was last looked for.
    next_bracket: usize,
}

impl Cleaner<'_> {
    /// Copies a line of code without its comments; returns where to go on.
    fn code(&mut self, mut at: usize, end: usize) -> usize {
        while let Some(open) = memmem::find(&self.text.as_bytes()[at..end.max(at)], b"<!--").map(|i| at + i) {
            self.out.push_str(&self.text[at..open]);
            match self.comment_end(open) {
                Some(close) => at = close,
                None => at = open + 4,
            }
            if at > end {
                return at;
            }
        }
        self.out.push_str(&self.text[at..end]);
        end
    }

    /// Copies the visible part of a line, or of several when something hidden spans them.
    fn prose(&mut self, start: usize, end: usize) -> usize {
        if let Some(next) = definition_end(self.text, start, end) {
            return next;
        }
        let mut no_closer = [false; 9];
        let mut at = start;
        while at < end {
            let line = &self.text.as_bytes()[at..end];
            let skip = line.iter().position(|b| matches!(b, b'<' | b'`' | b'!' | b']')).unwrap_or(line.len());
            self.out.push_str(&self.text[at..at + skip]);
            at += skip;
            at = match line.get(skip..).unwrap_or_default() {
                [] => end,
                [b'<', ..] => self.angle(at),
                [b'`', ..] => self.code_span(at, end, &mut no_closer),
                [b'!', b'[', ..] => self.image(at, end),
                [b']', b'(', ..] => self.link_target(at, end),
                [other, ..] => {
                    self.out.push(char::from(*other));
                    at + 1
                }
            };
        }
        at
    }

    fn angle(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if rest.starts_with("<!--") {
            self.out.push(' ');
            return self.comment_end(at).unwrap_or(self.text.len());
        }
        let Some(tag) = Tag::parse(rest) else {
            self.out.push('<');
            return at + 1;
        };
        if HIDING_TAGS.contains(&tag.name.as_str()) && !tag.closing {
            return at + hidden_length(rest, &tag.name);
        }
        if matches!(tag.name.as_str(), "details" | "summary") || !tag.known() {
            let slash = if tag.closing { "/" } else { "" };
            self.out.push_str(&format!("<{slash}{}>", tag.spelling));
        } else if tag.name == "br" {
            self.out.push('\n');
        }
        at + tag.length
    }

    /// Copies `` `code` `` as it is. An escaped backtick opens nothing.
    fn code_span(&mut self, at: usize, end: usize, no_closer: &mut [bool; 9]) -> usize {
        let bytes = &self.text.as_bytes()[..end];
        let run = bytes[at..].iter().take_while(|b| **b == b'`').count();
        let escaped = bytes[..at].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
        let mut stop = at + run;
        if run < no_closer.len() && !escaped && !no_closer[run] {
            match closing_run(bytes, at + run, run) {
                Some(close) => stop = close,
                None => no_closer[run] = true,
            }
        }
        self.out.push_str(&self.text[at..stop]);
        stop
    }

    /// `![alt](url "title")` shows neither text.
    fn image(&mut self, at: usize, end: usize) -> usize {
        if self.next_bracket < at {
            self.next_bracket = memchr::memchr(b']', &self.text.as_bytes()[at..]).map_or(usize::MAX, |i| at + i);
        }
        let window = &self.text.as_bytes()[..end.min(at.saturating_add(LONGEST_TAG))];
        let closes = (self.next_bracket..window.len()).filter(|i| window[*i] == b']').take(4);
        let target = closes.map(|i| i + 1).find(|i| window.get(*i) == Some(&b'('));
        match target.and_then(|t| Some(t + target_length(&window[t..])?.0)) {
            Some(image_end) => {
                self.out.push_str("(image)");
                image_end
            }
            None => {
                self.out.push('!');
                at + 1
            }
        }
    }

    /// `](url "title")` does not show its title.
    fn link_target(&mut self, at: usize, end: usize) -> usize {
        let window = &self.text.as_bytes()[at + 1..end.min(at + LONGEST_TAG)];
        match target_length(window) {
            Some((length, Some(url_end))) => {
                self.out.push_str(&self.text[at..at + 1 + url_end]);
                self.out.push(')');
                at + 1 + length
            }
            _ => {
                self.out.push(']');
                at + 1
            }
        }
    }

    fn comment_end(&mut self, open: usize) -> Option<usize> {
        if !self.comments_end {
            return None;
        }
        // `<!-->` and `<!--->` are whole comments.
        let found = memmem::find(&self.text.as_bytes()[open + 2..], b"-->").map(|i| open + 2 + i + 3);
        self.comments_end = found.is_some();
        found
    }
}

struct Tag {
    spelling: String,
    name: String,
    closing: bool,
    length: usize,
}

impl Tag {
    /// `None` when `text` does not start with a whole tag.
    fn parse(text: &str) -> Option<Self> {
        let bytes = &text.as_bytes()[..text.len().min(LONGEST_TAG)];
        let closing = bytes.get(1) == Some(&b'/');
        let start = 1 + usize::from(closing);
        let name_byte = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'-';
        let end = start + bytes[start..].iter().take_while(name_byte).count();
        if !bytes.get(start)?.is_ascii_alphabetic() || !matches!(bytes.get(end)?, b' ' | b'\t' | b'\n' | b'/' | b'>') {
            return None;
        }
        let length = end + tag_rest(&bytes[end..])?;
        let spelling = text[start..end].to_owned();
        Some(Self { name: spelling.to_ascii_lowercase(), spelling, closing, length })
    }

    fn known(&self) -> bool {
        HTML_TAGS.contains(&self.name.as_str()) || HIDING_TAGS.contains(&self.name.as_str())
    }
}

/// The length up to and with the `>`. An unquoted `<` means that it was no tag.
fn tag_rest(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (i, b) in bytes.iter().enumerate() {
        match (quote, b) {
            (None, b'>') => return Some(i + 1),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(*b),
            (Some(q), _) if q == *b => quote = None,
            _ => {}
        }
    }
    None
}

/// The length of `<script>…</script>`; all the rest when it is never closed.
fn hidden_length(text: &str, name: &str) -> usize {
    let closes =
        |i: usize| text.as_bytes()[i + 2..].get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()));
    let close = memmem::find_iter(text.as_bytes(), b"</").find(|i| closes(*i));
    let end = close.and_then(|i| memchr::memchr(b'>', &text.as_bytes()[i..]).map(|n| i + n + 1));
    end.unwrap_or(text.len())
}

/// The length of `(url "title")`, and where the url ends when a title follows.
fn target_length(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    if bytes.first() != Some(&b'(') {
        return None;
    }
    let (mut quote, mut url_end, mut depth) = (None, None, 0);
    for (i, b) in bytes.iter().enumerate() {
        match (quote, b) {
            (Some(q), _) if q == *b => quote = None,
            (Some(_), _) => {}
            (None, b')') if depth <= 1 => return Some((i + 1, url_end)),
            (None, b')') => depth -= 1,
            (None, b' ' | b'\t') => url_end = url_end.or(Some(i)).filter(|_| i > 1),
            (None, b'"' | b'\'') if url_end.is_some() => quote = Some(*b),
            (None, b'(') if url_end.is_some() => quote = Some(b')'),
            (None, b'(') if depth < DEEPEST_TARGET => depth += 1,
            (None, b'(') => return None,
            _ if url_end.is_some() => return None,
            _ => {}
        }
    }
    None
}

/// Where to go on after a link definition (`[label]: url "title"`) that starts on this line.
fn definition_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let line = &text[start..end];
    let indent = line.len() - line.trim_start_matches([' ', '\t', '>', '-', '*', '+']).len();
    let label_start = start + indent;
    if !text[label_start..].starts_with('[') || text[label_start..].starts_with("[^") {
        return None;
    }
    let window = &text.as_bytes()[label_start + 1..text.len().min(label_start + 2 + LONGEST_LABEL)];
    let label_end = label_start + 1 + window.iter().position(|b| matches!(b, b']' | b'['))?;
    if !text[label_end..].starts_with("]:") {
        return None;
    }
    let mut last = line_end(text, label_end);
    let mut words = text[label_end + 2..last].trim();
    if words.is_empty() {
        let next = line_end(text, last);
        words = text[last..next].trim();
        last = next;
    }
    let (_, title) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let title = title.trim_start();
    if words.is_empty() || !(title.is_empty() || title.starts_with(['"', '\'', '('])) {
        return None;
    }
    Some(if title.is_empty() { title_end(text, last).unwrap_or(last) } else { title_rest(text, last, title) })
}

/// A title on a line of its own, after the definition's first line.
fn title_end(text: &str, at: usize) -> Option<usize> {
    let end = line_end(text, at);
    let line = text[at..end].trim();
    line.starts_with(['"', '\'', '(']).then(|| title_rest(text, end, line))
}

/// A title may go on over several lines, up to its closing quote or an empty line.
fn title_rest(text: &str, mut at: usize, title: &str) -> usize {
    let quote = match title.as_bytes().first() {
        Some(b'(') => ')',
        Some(b'\'') => '\'',
        _ => '"',
    };
    let mut closed = title[1..].contains(quote);
    while !closed && at < text.len() {
        let end = line_end(text, at);
        let line = text[at..end].trim();
        if line.is_empty() {
            break;
        }
        closed = line.contains(quote);
        at = end;
    }
    at
}

fn closing_run(bytes: &[u8], mut at: usize, run: usize) -> Option<usize> {
    while let Some(i) = memchr::memchr(b'`', &bytes[at..]) {
        let start = at + i;
        let length = bytes[start..].iter().take_while(|b| **b == b'`').count();
        at = start + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// Where the line that holds `at` ends, its `\n` included.
fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |i| at + i + 1)
}
