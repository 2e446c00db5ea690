//! Which lines of a Markdown text stand in a fenced code block.

/// Fed with one line after another.
#[derive(Debug, Default, Clone)]
pub struct Fences {
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    mark: char,
    length: usize,
    /// The block stands in a quotation or list item, and ends with it.
    quoted: bool,
    listed: bool,
    language: String,
}

impl Fences {
    /// Whether this line belongs to a code block; its two fences do.
    pub fn feed(&mut self, line: &str) -> bool {
        if let Some(open) = &self.open {
            if open.closes(line) {
                self.open = None;
                return true;
            }
            if !open.left_by(line) {
                return true;
            }
        }
        self.open = Open::parse(line);
        self.open.is_some()
    }

    /// The open block's language, lower-cased; `None` outside.
    pub fn language(&self) -> Option<&str> {
        self.open.as_ref().map(|open| open.language.as_str())
    }

    /// The line that would close what is open.
    pub fn closer(&self) -> Option<String> {
        self.open.as_ref().map(|open| open.mark.to_string().repeat(open.length))
    }
}

impl Open {
    fn parse(line: &str) -> Option<Self> {
        let content = line.trim_start_matches([' ', '\t', '>']);
        let item = content.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' '));
        let content = item.unwrap_or(content).trim_start();
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = content.chars().take_while(|c| *c == mark).count();
        let info = content[length..].trim();
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let word = info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
        Some(Self {
            mark,
            length,
            quoted: line.trim_start().starts_with('>'),
            listed: item.is_some() || indent > 3,
            language: word.to_ascii_lowercase(),
        })
    }

    fn closes(&self, line: &str) -> bool {
        let content = line.trim_matches([' ', '\t', '>', '\n', '\r']);
        content.len() >= self.length && content.chars().all(|c| c == self.mark)
    }

    fn left_by(&self, line: &str) -> bool {
        let left_quote = self.quoted && !line.trim_start().starts_with('>');
        let left_item = self.listed && !line.trim().is_empty() && !line.starts_with([' ', '\t']);
        left_quote || left_item
    }
}
