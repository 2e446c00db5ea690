//! Enough of the shell's grammar to see that a line is one plain command, and to insert arguments in it.

use crate::command::CommandLine;
use std::ops::Range;

/// A command that we can see through, and where its words stand.
pub struct Invocation {
    whole: CommandLine,
    words: Vec<String>,
    /// Where each word stands in the script; empty for an argument vector.
    spans: Vec<Range<usize>>,
}

impl Invocation {
    /// An argument vector, or a script whose last line is one plain command.
    pub fn of(command: &CommandLine) -> Option<Self> {
        let Some(script) = command.script() else {
            return Some(Self { whole: command.clone(), words: command.argv.clone(), spans: Vec::new() });
        };
        let end = script.trim_end().len();
        let start = script[..end].rfind('\n').map_or(0, |at| at + 1);
        if !stands_alone(&script[..start]) {
            return None;
        }
        let (words, spans) = plain_words(&script[start..end])?.into_iter().unzip::<_, Range<usize>, _, Vec<_>>();
        let spans = spans.into_iter().map(|span| span.start + start..span.end + start).collect();
        Some(Self { whole: command.clone(), words, spans })
    }

    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether `tool` is named anywhere but in the plain command itself.
    pub fn mentioned_before(&self, tool: &str) -> bool {
        let before = self.spans.first().map_or(0, |span| span.start);
        self.whole.script().is_some_and(|script| script[..before].contains(tool))
    }

    /// The same command with `args` after word number `at`.
    pub fn insert(&self, at: usize, args: &[String]) -> CommandLine {
        let mut command = self.whole.clone();
        match (self.spans.get(at), command.argv.last_mut()) {
            (Some(span), Some(script)) => {
                let text = args.iter().fold(String::new(), |text, arg| text + " " + &quoted(arg));
                script.insert_str(span.end, &text);
            }
            _ => drop(command.argv.splice(at + 1..at + 1, args.iter().cloned())),
        }
        command
    }

    /// The same command with `args` at its end.
    pub fn append(&self, args: &[String]) -> CommandLine {
        self.insert(self.words.len() - 1, args)
    }

    /// The same command with `args` instead of everything after word number `last`.
    pub fn cut(&self, last: usize, args: &[String]) -> CommandLine {
        let mut command = self.whole.clone();
        match (self.spans.get(last), command.argv.last_mut()) {
            (Some(span), Some(script)) => script.truncate(span.end),
            _ => command.argv.truncate(last + 1),
        }
        let cut = Self { whole: command, words: Vec::new(), spans: self.spans.clone() };
        cut.insert(last, args)
    }
}

/// A script without the lines that only install or build: those that set the stage (directory, variables,
/// activation) and the last one.
pub fn without_preparation(command: &CommandLine) -> CommandLine {
    let mut command = command.clone();
    let Some(script) = command.script().map(|script| script.trim_end().to_owned()) else { return command };
    let (before, last) = script.rsplit_once('\n').unwrap_or(("", &script));
    let sets_stage = |line: &&str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        matches!(first, "cd" | "source" | "." | "export" | "set") || first.contains('=')
    };
    if stands_alone(before) {
        let kept: Vec<&str> = before.lines().filter(sets_stage).chain([last]).collect();
        if let Some(script) = command.argv.last_mut() {
            *script = kept.join("\n");
        }
    }
    command
}

/// As a POSIX shell reads it back.
fn quoted(arg: &str) -> String {
    CommandLine::new([arg]).to_string()
}

/// Whether the lines before a last line leave nothing open that would swallow it.
fn stands_alone(before: &str) -> bool {
    let opens = ["if", "for", "while", "until", "case", "function"];
    before.lines().all(|line| {
        let first = line.split_whitespace().next().unwrap_or_default();
        !line.ends_with('\\')
            && !opens.contains(&first)
            && !line.contains("<<")
            && !line.trim_end().ends_with(['{', '(', '|', '&'])
    })
}

/// The words of one command without substitutions, pipes, redirections or lists; `None` for anything else.
pub fn plain_words(line: &str) -> Option<Vec<(String, Range<usize>)>> {
    let (mut words, mut word, mut start, mut quote) = (Vec::new(), None::<String>, 0, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '$' | '`' | '\\') => return None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                start = if word.is_none() { at } else { start };
                word.get_or_insert_default();
                quote = Some(c);
            }
            (None, ' ' | '\t') => words.extend(word.take().map(|word| (word, start..at))),
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '\\' | '#' | '\n' | '!') => return None,
            (None, c) => {
                start = if word.is_none() { at } else { start };
                word.get_or_insert_default().push(c);
            }
        }
    }
    words.extend(word.map(|word| (word, start..line.len())));
    (quote.is_none() && !words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<Vec<String>> {
        plain_words(line).map(|words| words.into_iter().map(|(word, _)| word).collect())
    }

    #[test]
    fn only_plain_commands_are_seen_through() {
        assert_eq!(words("go test './a b' -run=\"x y\"").unwrap(), ["go", "test", "./a b", "-run=x y"]);
        for line in ["a | b", "a && b", "a > f", "a $(b)", "a \"$b\"", "a; b", "a 'b", "", "a \\", "(a)"] {
            assert_eq!(words(line), None, "{line}");
        }
    }

    #[test]
    fn arguments_go_where_they_belong() {
        let step = CommandLine::shell("bash", "cd sub\ngo test './a b'\n");
        let seen = Invocation::of(&step).unwrap();
        assert_eq!(seen.insert(1, &["-json".into()]).script().unwrap(), "cd sub\ngo test -json './a b'\n");
        assert_eq!(seen.append(&["x y".into()]).script().unwrap(), "cd sub\ngo test './a b' 'x y'\n");
        let step = CommandLine::shell("bash", "pip install .\ncd sub\npytest -x\n");
        let stage = without_preparation(&step);
        let cut = Invocation::of(&stage).unwrap().cut(0, &["a b".into()]);
        assert_eq!(cut.script().unwrap(), "cd sub\npytest 'a b'");
        assert_eq!(
            Invocation::of(&CommandLine::new(["a", "b", "c"])).unwrap().cut(1, &["d".into()]).argv,
            ["a", "b", "d"]
        );
        assert!(Invocation::of(&CommandLine::shell("bash", "if true; then\n pytest\nfi")).is_none());
        let plain = CommandLine::new(["go", "test", "./..."]);
        assert_eq!(Invocation::of(&plain).unwrap().insert(1, &["-json".into()]).argv, ["go", "test", "-json", "./..."]);
    }
}
