//! A comment that does not end where it should: its `*/` is lost, and it takes code with it up to the next one.

use super::Scene;
use super::keyword::is_syntactic;
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

const MOST_FILES: usize = 400;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let named = scene.complaints.iter().filter_map(|complaint| complaint.places.first());
    let mut made = prose(scene)?;
    // What is lost with its comment is missed in other files of the language.
    let Some(extension) = named.map(|place| place.path.extension()).find(|extension| comments(extension)) else {
        return Ok(made);
    };
    let like = |path: &&RelPath| path.extension() == extension || (extension == "c" && path.extension() == "h");
    for path in scene.job.workshop.files()?.iter().filter(like).take(MOST_FILES) {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let Some(open) = endless(&text) else { continue };
        let line = text[..open.start].matches('\n').count() + 1;
        for (at, end) in ends(&text, &open) {
            let edit = Edit { path: path.clone(), range: at..at, text: end };
            let why = format!("ended the comment that begins in line {line} of {path}");
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
        if made.len() >= MOST_OFFERS {
            break;
        }
    }
    Ok(made)
}

/// A line of words in the middle of code: a comment whose mark is lost, or half of it.
fn prose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|complaint| is_syntactic(&complaint.message)).take(3) {
        let Some(place) = complaint.places.first() else { continue };
        // Who only imports a broken file reads well.
        let Some(syntax) = scene.syntax(&place.path)?.filter(|syntax| !syntax.is_sound()) else { continue };
        let Some(range) = syntax.line(place.line) else { continue };
        let mark = if syntax.language() == Language::Python { "# " } else { "// " };
        let body = syntax.text(&range).trim_start();
        let at = range.start + syntax.text(&range).len() - body.len();
        let edit = match body.strip_prefix("/ ") {
            Some(_) if mark == "// " => Edit { path: place.path.clone(), range: at..at, text: "/".to_owned() },
            _ if is_prose(body) && !begins_a_statement(&syntax, body) => {
                Edit { path: place.path.clone(), range: at..at, text: mark.to_owned() }
            }
            _ => continue,
        };
        let why = format!("made a comment of the words in line {} of {}", place.line, place.path);
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

fn begins_a_statement(syntax: &Syntax, line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| syntax.language().keywords().contains(&word))
}

/// Words upon words, which no statement has.
fn is_prose(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_part = |c: char| c.is_alphabetic() || "'/-".contains(c);
    let is_word = |word: &&&str| word.trim_end_matches(['.', ',', ':']).chars().all(is_part);
    let enough = if line.ends_with('.') { 3 } else { 4 };
    words.len() >= enough
        && words.iter().filter(is_word).count() * 4 >= words.len() * 3
        && !line.ends_with(['{', ';', '('])
}

fn comments(extension: &str) -> bool {
    let path = RelPath::parse(format!("a.{extension}"));
    let language = path.ok().and_then(|path| Language::of(&path));
    language.is_some_and(|language| {
        language.is_script() || matches!(language, Language::Java | Language::C | Language::Go | Language::Rust)
    })
}

/// The first comment on lines of its own in which another one begins on a line, or that never ends.
fn endless(text: &str) -> Option<Range<usize>> {
    let leads = |at: usize| text[..at].rsplit('\n').next().unwrap_or_default().trim().is_empty();
    let mut from = 0;
    while let Some(open) = text[from..].find("/*").map(|at| from + at) {
        let end = text[open + 2..].find("*/").map(|at| open + 2 + at);
        let again = text[open + 2..end.unwrap_or(text.len())].match_indices("/*").map(|(at, _)| open + 2 + at);
        let again = again.into_iter().find(|at| leads(*at));
        if leads(open) && (again.is_some() || end.is_none()) {
            return Some(open..again.unwrap_or(text.len()));
        }
        from = end.map_or(text.len(), |end| end + 2);
    }
    None
}

/// Where it may end: below its last line that looks like one, on the empty line there if there is one.
fn ends(text: &str, comment: &Range<usize>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = comment.start;
    let lines: Vec<&str> = text[comment.clone()].split_inclusive('\n').collect();
    let starred = lines.get(1).is_some_and(|line| line.trim_start().starts_with('*'));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = text[..comment.start].len() - text[..comment.start].trim_end_matches([' ', '\t']).len();
    for (number, line) in lines.iter().enumerate() {
        let bare = line.trim_end_matches(['\r', '\n']);
        let end = at + bare.len();
        at += line.len();
        let next = lines.get(number + 1).map(|line| line.trim_end_matches(['\r', '\n'])).unwrap_or_default();
        // What stands deeper than its first line, and a rule below its words, are parts of a comment.
        let deeper = depth(next) > own && !next.trim().is_empty() && !starred;
        let goes_on = next.trim_start().starts_with('*')
            || next.trim_start().starts_with(RULES) && !next.contains(char::is_alphanumeric);
        if bare.trim().is_empty() || deeper || goes_on {
            continue;
        }
        let below = end + (line.len() - bare.len()) + next.len();
        let indent = &bare[..bare.len() - bare.trim_start().len()];
        found.push(match next {
            "" if starred && number + 1 < lines.len() => (below, format!("{indent}*/")),
            blank if starred && blank.trim().is_empty() => (below, "*/".to_owned()),
            _ if starred => (end, format!("{}{indent}*/", &line[bare.len()..])),
            _ if bare.ends_with(' ') || ends_others(text, bare) => (end, "*/".to_owned()),
            _ => (end, " */".to_owned()),
        });
        if found.len() >= MOST_OFFERS {
            break;
        }
    }
    found
}

/// What a line of a comment that is no words begins with.
const RULES: [char; 4] = ['*', '-', '=', '_'];

/// Whether other comments end right behind the marks that a line ends with: `--*/`.
fn ends_others(text: &str, line: &str) -> bool {
    let marks = &line[line.trim_end_matches(RULES).len()..];
    !marks.is_empty() && text.contains(&format!("{marks}*/"))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::Hint;
    use crate::hand::hint::tests::{Example, check};
    use crate::hand::testing::{Shop, after};

    #[test]
    fn a_comment_ends_where_its_lines_do() {
        check(&[
            Example {
                files: &[("A.java", "/*\n * About.\n \npackage a;\n\n/** B. */\nclass A {\n}\n")],
                log: "A.java:7: error: class A is already defined\n",
                fixed: "/*\n * About.\n */\npackage a;\n\n/** B. */\nclass A {\n}\n",
            },
            Example {
                files: &[
                    ("a.ts", "/* One.\nexport const a = 1;\n/* Two. */\nexport const b = 2;\n"),
                    ("b.ts", "import { a } from './a';\n"),
                ],
                log: "b.ts(1,10): error TS2305: Module './a' has no exported member 'a'.\n",
                fixed: "/* One. */\nexport const a = 1;\n/* Two. */\nexport const b = 2;\n",
            },
            Example {
                files: &[(
                    "a.c",
                    "void f(void) {\n   /*--\n      The loop.\n   --\n\n   g();\n\n   /*-- More. --*/\n   h();\n}\n",
                )],
                log: "a.c:9:1: error: expected identifier or '(' before '}' token\n",
                fixed: "void f(void) {\n   /*--\n      The loop.\n   --*/\n\n   g();\n\n   /*-- More. --*/\n   h();\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "fn f() -> u8 {\n    If we have reached the end, it is one.\n    1\n}\n")],
                log: "error: expected one of `!`, `.`, or an operator, found `we`\n --> src/lib.rs:2:8\n",
                fixed: "fn f() -> u8 {\n    // If we have reached the end, it is one.\n    1\n}\n",
            },
        ]);
    }

    #[test]
    fn a_statement_is_no_prose() {
        let log = "  File \"/repo/t.py\", line 1, in <module>\n    from m import double\n  File \"/repo/m.py\", line 2\n    retrun x\nSyntaxError: invalid syntax\n";
        let files = [("t.py", "from m import double\n"), ("m.py", "def double(x):\n    retrun x\n")];
        let offers = Shop::new(&files).offers(&Hint, "the failing command", log, &[]);
        assert!(offers.iter().all(|offer| !after(offer).contains('#')));
    }
}
