//! What gcc and clang say, as data: places, messages, and their own fixes.

use regex::Regex;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// One error. Lines and columns count from 1, columns in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub line: u32,
    pub column: u32,
    /// With plain quotes, without the option that asked for it.
    pub message: String,
    pub fixes: Vec<Fix>,
    /// What notes below it point at.
    pub notes: Vec<Note>,
    /// Who includes the file, each with the line of it, from the inside out.
    pub from: Vec<(String, u32)>,
    pub is_warning: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub line: u32,
    pub message: String,
}

/// A replacement that the compiler proposes, in lines and byte columns; the end is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub from: (u32, u32),
    pub to: (u32, u32),
    pub text: String,
}

impl Problem {
    /// A fix that is hardly ever wrong: a lost `;`, a header, a format, an arrow. What merely resembles a name, or
    /// closes a bracket where the compiler noticed, is a guess.
    pub fn sure_fix(&self) -> Option<&Fix> {
        let fix = self.fixes.first()?;
        let text = fix.text.trim();
        let is_sure =
            text == ";" || text.starts_with("#include") || text == "->" || self.message.starts_with("format '");
        is_sure.then_some(fix)
    }
}

impl Fix {
    /// In bytes of the text that it was proposed for.
    pub fn range(&self, text: &str) -> Option<Range<usize>> {
        let start = |line: u32| match line {
            0 => None,
            1 => Some(0),
            _ => memchr::memchr_iter(b'\n', text.as_bytes()).nth(usize::try_from(line).ok()? - 2).map(|at| at + 1),
        };
        let at = |(line, column): (u32, u32)| Some(start(line)? + usize::try_from(column.checked_sub(1)?).ok()?);
        let range = at(self.from)?..at(self.to)?;
        text.get(range.clone())?;
        Some(range)
    }
}

static HEAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(.+?):([0-9]+):([0-9]+): (?:fatal )?(error|warning|note): (.+)$").ok());
static FROM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(In file included| {16,}) from (.+?):([0-9]+)(?::[0-9]+)?[,:]$").ok());
static FIX: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^fix-it:"(.+?)":\{([0-9]+):([0-9]+)-([0-9]+):([0-9]+)\}:"(.*)"$"#).ok());
static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" \[-[\w=+,.-]+\]$").ok());

/// The errors of an output, in its order, each once.
pub fn problems(output: &str) -> Vec<Problem> {
    let (Some(head), Some(from), Some(fix), Some(option)) =
        (HEAD.as_ref(), FROM.as_ref(), FIX.as_ref(), OPTION.as_ref())
    else {
        return Vec::new();
    };
    let mut found: Vec<Problem> = Vec::new();
    let mut is_error = false;
    // The way to the file that is spoken of: compilers tell it once.
    let (mut way, mut of): (Vec<(String, u32)>, &str) = (Vec::new(), "");
    let number = |text: &str| text.parse().unwrap_or(0);
    for line in output.lines() {
        if let Some(parts) = from.captures(line) {
            if parts[1].starts_with("In") {
                (way, of) = (Vec::new(), "");
            }
            way.push((parts[2].to_owned(), number(&parts[3])));
        } else if let Some(parts) = head.captures(line) {
            let path = parts.get(1).map_or("", |path| path.as_str());
            if !of.is_empty() && of != path {
                way.clear();
            }
            of = path;
            let message = option.replace(&parts[5].replace(['‘', '’'], "'"), "").into_owned();
            let (at, column) = (number(&parts[2]), number(&parts[3]));
            match (&parts[4], found.last_mut()) {
                ("note", Some(last)) if is_error => last.notes.push(Note { line: at, message }),
                ("error" | "warning", _) if &parts[4] == "error" || is_cause(&message) => {
                    is_error = true;
                    let (path, from) = (path.to_owned(), way.clone());
                    found.push(Problem {
                        path,
                        line: at,
                        column,
                        message,
                        fixes: Vec::new(),
                        notes: Vec::new(),
                        from,
                        is_warning: &parts[4] == "warning",
                    });
                }
                _ => is_error = false,
            }
        } else if let Some(parts) = fix.captures(line).filter(|_| is_error)
            && let Some(last) = found.last_mut()
        {
            let [a, b, c, d] = [2, 3, 4, 5].map(|group| number(&parts[group]));
            last.fixes.push(Fix { from: (a, b), to: (c, d), text: unescaped(&parts[6]) });
        }
    }
    let errors: HashSet<(String, u32)> = found
        .iter()
        .filter(|problem| !problem.is_warning)
        .map(|problem| (problem.path.clone(), problem.line))
        .collect();
    found.retain(|problem| {
        let cuts = problem.message.starts_with("missing terminating");
        !problem.is_warning || cuts || errors.contains(&(problem.path.clone(), problem.line))
    });
    found.dedup_by(|a, b| a.message == b.message && a.line == b.line && a.column == b.column);
    found
}

/// A warning that tells better than the error behind it what is wrong.
fn is_cause(message: &str) -> bool {
    message.starts_with("missing terminating") || message.starts_with("implicit declaration of")
}

/// As both compilers write it: `\n`, `\t`, `\"`, `\\`, and octal for the rest.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        match (byte, rest.peek().copied()) {
            (b'\\', Some(b'n')) => bytes.push(b'\n'),
            (b'\\', Some(b't')) => bytes.push(b'\t'),
            (b'\\', Some(b'0'..=b'7')) => {
                let mut value: u32 = 0;
                for _ in 0..3 {
                    let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
                continue;
            }
            (b'\\', Some(other)) => bytes.push(other),
            _ => {
                bytes.push(byte);
                continue;
            }
        }
        rest.next();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_with_their_fixes_and_notes() {
        let output = "<stdin>: In function 'main':
<stdin>:4:2: warning: unused [-Wunused]
fix-it:\"<stdin>\":{4:2-4:2}:\"x\"
a.c:5:27: error: ‘lengt’ undeclared (first use in this function); did you mean ‘lenght’? [-Werror=some]
    5 |  return lengt;
a.c:5:27: note: each undeclared identifier is reported only once for each function it appears in
fix-it:\"a.c\":{5:27-5:32}:\"a\\\"b\\n\\303\\251\"
a.c:7:1: fatal error: x.h: No such file or directory
In file included from inc/b.h:2,
                 from src/a.c:5:
inc/c.h:9:3: error: expected ';' before '}' token
inc/c.h:11:3: error: unknown type name 'size_y'
src/a.c:9:3: error: other
";
        let found = problems(output);
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[0].message, "'lengt' undeclared (first use in this function); did you mean 'lenght'?");
        assert_eq!(found[0].fixes, [Fix { from: (5, 27), to: (5, 32), text: "a\"b\né".to_owned() }]);
        assert_eq!(found[0].fixes[0].range("1\n2\n3\n4\n return lengt; // the rest of the line"), Some(34..39));
        assert_eq!((found[0].notes.len(), found[1].line, found[1].notes.len()), (1, 7, 0));
        let way = [("inc/b.h".to_owned(), 2), ("src/a.c".to_owned(), 5)];
        assert_eq!((&found[2].from[..], &found[3].from[..], &found[4].from[..]), (&way[..], &way[..], &[][..]));
    }
}
