//! What go vet says of formats: the verb that an argument's type wants, the function that formats, an end of line too
//! many.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static WRONG: Said = Said::new(&[r"format (%\S*[A-Za-z]) has arg .+ of wrong type (\S+)"]);
static PLAIN: Said = Said::new(&[r"^(?:\S+\.)?(\w+) call has possible (?:Printf )?formatting directive (%\S+)"]);
static NEWLINE: Said = Said::new(&[r"arg list ends with redundant newline"]);

/// Functions that write what they are given, and those that read a format.
const FORMATS: &[(&str, &str, bool)] = &[
    ("Println", "Printf", true),
    ("Print", "Printf", false),
    ("Sprintln", "Sprintf", true),
    ("Sprint", "Sprintf", false),
    ("Fprintln", "Fprintf", true),
    ("Fprint", "Fprintf", false),
    ("Fatalln", "Fatalf", false),
    ("Panicln", "Panicf", false),
    ("Fatal", "Fatalf", false),
    ("Panic", "Panicf", false),
    ("Error", "Errorf", false),
    ("Log", "Logf", false),
    ("Skip", "Skipf", false),
];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut edits, mut told): (Vec<Edit>, Vec<String>) = (Vec::new(), Vec::new());
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Go) else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        let line = syntax.line(place.line).unwrap_or_default();
        let Some((changes, what)) = mend(&syntax, at, &line, &complaint.message) else { continue };
        let new = changes.into_iter().map(|(range, text)| Edit { path: place.path.clone(), range, text });
        edits.extend(new.filter(|edit| !edits.contains(edit)).collect::<Vec<_>>());
        told.push(what);
    }
    told.dedup();
    let why = told.join("; ");
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}

type Change = (Range<usize>, String);

fn mend(syntax: &Syntax, at: usize, line: &Range<usize>, message: &str) -> Option<(Vec<Change>, String)> {
    if let Some(said) = WRONG.captures(message) {
        let (old, new) = (&said[1], verb(&said[1], &said[2])?);
        // Older versions name the call, newer ones the verb.
        let rest = syntax.text(&(at..line.end));
        let start = at + rest.find(old)?;
        return Some((vec![(start..start + old.len(), new.clone())], format!("wrote `{new}` for `{old}` in a format")));
    }
    let rest = at..line.end;
    if let Some(said) = PLAIN.captures(message) {
        let (plain, formats, newline) = FORMATS.iter().find(|(plain, ..)| *plain == &said[1])?;
        let name = at + syntax.text(&rest).find(&format!("{plain}("))?;
        let mut changes = vec![(name..name + plain.len(), (*formats).to_owned())];
        if *newline {
            let end = literal(syntax, name..line.end)?.end - 1;
            changes.push((end..end, "\\n".to_owned()));
        }
        return Some((changes, format!("called `{formats}` for `{plain}`, since a format is given")));
    }
    NEWLINE.captures(message)?;
    let text = syntax.text(&rest);
    let end = at + text.find("\\n\")")?;
    Some((vec![(end..end + 2, String::new())], "removed an end of line that is written anyway".to_owned()))
}

/// The first string on the way.
fn literal(syntax: &Syntax, within: Range<usize>) -> Option<Range<usize>> {
    let text = syntax.text(&within);
    let open = text.find('"')?;
    let mut skipped = false;
    let close = text[open + 1..].char_indices().find(|(_, c)| {
        let closes = *c == '"' && !skipped;
        skipped = *c == '\\' && !skipped;
        closes
    })?;
    Some(within.start + open..within.start + open + 1 + close.0 + 1)
}

/// `%5d` for a string → `%5s`.
fn verb(old: &str, kind: &str) -> Option<String> {
    let kind = kind.trim_matches(|c: char| !c.is_alphanumeric() && c != '[' && c != ']' && c != '*');
    let letter = match kind {
        "string" | "[]byte" => 's',
        "bool" => 't',
        "float32" | "float64" | "float" => 'f',
        _ if kind.trim_start_matches('u').starts_with("int") || ["byte", "rune", "uintptr"].contains(&kind) => 'd',
        _ => 'v',
    };
    let mut flags = old.strip_suffix(|c: char| c.is_ascii_alphabetic())?.to_owned();
    if !matches!(letter, 'f' | 's') {
        flags.truncate(flags.find('.').unwrap_or(flags.len()));
    }
    let new = format!("{flags}{letter}");
    (new != old).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_mended_as_vet_says() {
        for (text, column, message, mended) in [
            (
                "fmt.Printf(\"%d %5d\\n\", 1, \"a\")",
                16,
                "fmt.Printf format %5d has arg \"a\" of wrong type string",
                "fmt.Printf(\"%d %5s\\n\", 1, \"a\")",
            ),
            (
                "t.Errorf(\"%.2d\", x)",
                1,
                "(*testing.common).Errorf format %.2d has arg x of wrong type float64",
                "t.Errorf(\"%.2f\", x)",
            ),
            (
                "fmt.Println(\"%s \\\"\", x)",
                1,
                "fmt.Println call has possible Printf formatting directive %s",
                "fmt.Printf(\"%s \\\"\\n\", x)",
            ),
            (
                "t.Log(\"%s\", x)",
                1,
                "(*testing.common).Log call has possible Printf formatting directive %s",
                "t.Logf(\"%s\", x)",
            ),
            ("fmt.Println(\"a\\n\")", 1, "fmt.Println arg list ends with redundant newline", "fmt.Println(\"a\")"),
        ] {
            let source = format!("package a\n{text}\n");
            let syntax = Syntax::parse(Language::Go, source.as_bytes()).unwrap();
            let at = syntax.offset(2, column).unwrap();
            let (mut changes, _) = mend(&syntax, at, &syntax.line(2).unwrap(), message).unwrap();
            changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
            let mut after = source.clone();
            changes.into_iter().for_each(|(range, new)| after.replace_range(range, &new));
            assert_eq!(after, format!("package a\n{mended}\n"), "{message}");
        }
        assert_eq!(verb("%s", "[]string"), Some("%v".to_owned()));
        assert_eq!(verb("%v", "struct"), None);
    }
}
