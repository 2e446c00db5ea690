//! Takes the noise off one raw line: terminal codes, timestamps, job and step prefixes, CI folds.

use super::mojibake;
use memchr::{memchr2, memmem};

/// Appends the cleaned form of `raw` to `out`.
pub(super) fn clean(raw: &str, out: &mut String) {
    let line = strip_travis(strip_stamp(raw.trim_end_matches(['\r', '\n'])));
    let line = last_overwrite(line);
    let start = out.len();
    strip_ansi(line, out);
    mojibake::repair(out, start);
    let kept = strip_tool_prefix(&out[start..]).len();
    let cut = out.len() - kept;
    out.replace_range(start..cut, "");
    out.truncate(start + out[start..].trim_end().len());
}

/// A progress bar overwrites its line after each carriage return: the last text is what stays visible.
fn last_overwrite(line: &str) -> &str {
    line.rsplit('\r').find(|part| !part.trim().is_empty()).unwrap_or(line)
}

/// `job<TAB>step<TAB>2026-01-02T03:04:05.1234567Z text` and its shorter forms.
pub(super) fn strip_stamp(line: &str) -> &str {
    let line = line.trim_start_matches('\u{feff}');
    if let Some(rest) = after_stamp(line) {
        return rest;
    }
    let window = &line.as_bytes()[..line.len().min(400)];
    let mut from = 0;
    while let Some(found) = memmem::find(&window[from..], b"Z") {
        let end = from + found + 1;
        if let Some(stamp) = end.checked_sub(STAMP)
            && line.is_char_boundary(stamp)
            && is_field_start(&window[..stamp])
            && let Some(rest) = after_stamp(&line[stamp..])
        {
            return rest;
        }
        from = end;
    }
    line
}

fn is_field_start(before: &[u8]) -> bool {
    before.ends_with(b"\t") || before.ends_with(b"  ") || before.ends_with("\t\u{feff}".as_bytes())
}

/// `2026-01-02T03:04:05.1234567Z`, as GitHub and Azure write it.
const STAMP: usize = 28;

fn after_stamp(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    let (open, bytes) = if bytes.first() == Some(&b'[') { (1, &bytes[1..]) } else { (0, bytes) };
    let shape = b"0000-00-00T00:00:00";
    if bytes.len() < shape.len()
        || !bytes.iter().zip(shape).all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == s })
    {
        return None;
    }
    let rest = &bytes[shape.len()..];
    let fraction = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    if rest.get(fraction) != Some(&b'Z') {
        return None;
    }
    let mut end = open + shape.len() + fraction + 1;
    if open == 1 {
        if line.as_bytes().get(end) != Some(&b']') {
            return None;
        }
        end += 1;
    }
    let text = &line[end..];
    Some(gitlab_stream(text.strip_prefix(' ').unwrap_or(text)))
}

/// GitLab writes `00O ` or `01E+` between the stamp and the text.
fn gitlab_stream(text: &str) -> &str {
    let b = text.as_bytes();
    let is_mark = b.len() >= 4
        && b[0].is_ascii_digit()
        && b[1].is_ascii_hexdigit()
        && matches!(b[2], b'O' | b'E')
        && matches!(b[3], b' ' | b'+');
    if is_mark { &text[4..] } else { text }
}

fn strip_travis(mut line: &str) -> &str {
    while line.starts_with("travis_fold:") || line.starts_with("travis_time:") {
        let bytes = line.as_bytes();
        let Some(end) = memchr2(0x1b, b'\r', bytes) else { return "" };
        line = line[end..].trim_start_matches('\r');
        line = line.strip_prefix("\u{1b}[0K").unwrap_or(line);
    }
    line
}

/// Removes escape sequences; also `^[[`, the way some viewers spell the escape character.
pub(super) fn strip_ansi(line: &str, out: &mut String) {
    let mut rest = line;
    loop {
        let bytes = rest.as_bytes();
        let Some(at) = next_escape(bytes) else {
            out.push_str(rest);
            return;
        };
        out.push_str(&rest[..at]);
        let lead = if bytes[at] == 0x1b { 1 } else { 2 };
        rest = &rest[at + lead + sequence_length(&bytes[at + lead..])..];
    }
}

/// Stops at the nearer of the two spellings: to search the whole line for each would be quadratic.
fn next_escape(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr2(0x1b, b'^', &bytes[from..]) {
        let at = from + found;
        if bytes[at] == 0x1b || bytes[at..].starts_with(b"^[[") {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The length of the sequence that follows the escape character.
fn sequence_length(after: &[u8]) -> usize {
    match after.first() {
        Some(b'[') => {
            let body = after[1..].iter().take_while(|b| (0x20..0x40).contains(*b)).count();
            let end = after.get(1 + body).is_some_and(|b| (0x40..0x7f).contains(b));
            1 + body + usize::from(end)
        }
        Some(b']') => after.iter().position(|b| *b == 7).map_or(1, |end| end + 1),
        Some(b'(' | b')') => after.len().min(2).min(1 + usize::from(after.get(1).is_some_and(u8::is_ascii))),
        Some(b) if (b'0'..=b'~').contains(b) => 1,
        _ => 0,
    }
}

/// `12:34:56 text` and `[12:34:56] text`, as Jenkins, gulp and many scripts write it; a blank keeps the indent.
fn strip_clock(line: &str) -> &str {
    let open = usize::from(line.starts_with('['));
    let bytes = &line.as_bytes()[open..];
    let shape = b"00:00:00";
    let is_clock = bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == s });
    let end = shape.len() + 2 * open;
    match line.as_bytes().get(open + shape.len()) {
        Some(b']') if open == 1 && is_clock => line[end..].strip_prefix(' ').unwrap_or(&line[end..]),
        Some(b' ') if open == 0 && is_clock => &line[end + 1..],
        _ => line,
    }
}

/// Ant tasks (`[javac] …`), the runner's own commands (`##[error]`, `::error …::`) and BuildKit's clock.
fn strip_tool_prefix(line: &str) -> &str {
    let line = strip_clock(line);
    let line = line.strip_prefix("[ERROR] ").filter(|rest| rest.starts_with("npm ")).unwrap_or(line);
    let trimmed = line.trim_start();
    for task in
        ["[javac] ", "[junit] ", "[exec] ", "[java] ", "[junitlauncher] ", "[scalac] ", "[testng] ", "[checkstyle] "]
    {
        if let Some(rest) = trimmed.strip_prefix(task) {
            return rest;
        }
    }
    let stripped = strip_buildkit(trimmed).or_else(|| strip_gutter(trimmed)).or_else(|| strip_package(trimmed));
    stripped.or_else(|| strip_service(line)).unwrap_or(line)
}

/// `web_1  | text` and `web-1  | text`: Docker Compose names the container.
fn strip_service(line: &str) -> Option<&str> {
    let bar = memmem::find(&line.as_bytes()[..line.len().min(60)], b" |")?;
    let name = line[..bar].trim_end();
    let (service, number) = name.rsplit_once(['_', '-'])?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let named = service.starts_with(|c: char| c.is_ascii_alphabetic()) && service.bytes().all(plain);
    let numbered = (1..3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let rest = &line[bar + 2..];
    (named && numbered).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

/// `│  text`, the frame that Storybook and other step printers draw at the left.
fn strip_gutter(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['│', '■', '└', '├', '◇'])?;
    rest.starts_with("  ").then_some(rest)
}

/// `packages/ui lint: text` and `web:build: text`: pnpm, Lerna and Turborepo name the package and its script.
fn strip_package(line: &str) -> Option<&str> {
    let head = &line.as_bytes()[..line.len().min(80)];
    let end = memmem::find(head, b": ")?;
    let (package, script) = line[..end].split_once(' ').or_else(|| line[..end].rsplit_once(':'))?;
    let known = SCRIPTS.contains(&script.split([':', '-']).next()?);
    let named = package.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/_-.".contains(&b));
    let spaced = line.as_bytes().get(package.len()) == Some(&b' ');
    let plain = if spaced { package == "." || package.contains('/') } else { !package.contains('.') };
    (known && named && plain && !package.is_empty()).then(|| &line[end + 2..])
}

const SCRIPTS: [&str; 12] =
    ["build", "lint", "test", "tests", "check", "typecheck", "type", "tsc", "format", "compile", "e2e", "coverage"];

/// `#12 3.456 text` from BuildKit's plain progress.
fn strip_buildkit(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?;
    let (step, rest) = rest.split_once(' ')?;
    let (clock, text) = rest.split_once(' ')?;
    let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (is_number(step) && is_number(clock) && clock.contains('.')).then_some(text)
}

/// What the runner only remarks is no failure.
pub(super) fn is_remark(line: &str) -> bool {
    // A matcher that marks a tool's own indented row leaves it part of that tool's list.
    let row = line.strip_prefix("##[warning]").is_some_and(|rest| rest.starts_with(' '));
    is_build_step(line)
        || !row
            && ["##[warning]", "##[notice]", "##[debug]", "##[command]", "##[section]"]
                .iter()
                .any(|mark| line.starts_with(mark))
}

/// `#12 [build 3/4] RUN …`: BuildKit repeats the command, and prints `#12 ERROR: …` when it fails.
fn is_build_step(line: &str) -> bool {
    let Some((step, rest)) = line.strip_prefix('#').and_then(|l| l.split_once(' ')) else { return false };
    step.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with('[') && rest.contains("] RUN ")
}

/// The runner prints a step's script before it runs it; its words are no messages of any tool.
#[derive(Default)]
pub(super) struct ScriptEcho {
    inside: bool,
}

impl ScriptEcho {
    pub fn hides(&mut self, line: &str) -> bool {
        if line.starts_with("##[group]Run ") {
            self.inside = true;
        } else if self.inside && (line.starts_with("##[endgroup]") || line.starts_with("##[error]")) {
            self.inside = false;
            return line.starts_with("##[endgroup]");
        }
        self.inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, cleaned: &str) {
        let mut out = String::new();
        clean(raw, &mut out);
        assert_eq!(out, cleaned, "{raw:?}");
    }

    #[test]
    fn prefixes_codes_and_folds_come_off() {
        check("2026-01-02T03:04:05.1234567Z error: x", "error: x");
        check("build\tRun tests\t\u{feff}2026-01-02T03:04:05.1234567Z  error: x\r", " error: x");
        check("Rust tests  Run tests  2026-01-02T03:04:05.1234567Z error: x", "error: x");
        check("[2026-01-02T03:04:05.123Z] error: x", "error: x");
        check("2026-01-02T03:04:05.123456Z 01O error: x", "error: x");
        check("\u{1b}[0m\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: x", "error: x");
        check("^[[1m^[[91merror^[[0m: x", "error: x");
        check("\u{1b}]8;;http://a\u{7}link\u{1b}]8;;\u{7} x", "link x");
        check("10%\r50%\r100% done\r", "100% done");
        check("travis_fold:start:a\r\u{1b}[0Ktravis_time:start:0f\r\u{1b}[0K$ make", "$ make");
        check("travis_time:end:0f:start=1,finish=2,duration=1\u{1b}[0K", "");
        check("    [javac] A.java:1: error: x", "A.java:1: error: x");
        check("#12 3.456 E: x", "E: x");
        check("packages/ui lint:   1:2  error  x", "  1:2  error  x");
        check("@shop/web:type-check: a.ts(1,2): error TS1: x", "a.ts(1,2): error TS1: x");
        check("src/a.c:12: test: x", "src/a.c:12: test: x");
        check("│  at f (a.js:1:2)", "  at f (a.js:1:2)");
        check("plain text Z with letters", "plain text Z with letters");
        check("\u{1b}", "");
        check("\u{1b}[", "");
        check("\u{1b}(é", "é");
    }
}
