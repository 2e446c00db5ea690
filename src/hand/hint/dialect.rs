//! Words of another language: whoever writes several of them mixes them up. Each row says in which languages a wording is
//! none of theirs, and how they say it; it is tried on the line that is complained of.

use super::complaint::Complaint;
use super::{Scene, keyword, lines, meaning};
use crate::hand::offer;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;

const MOST_LINES: usize = 6;
const MOST_OFFERS: usize = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Python,
    Script,
    Go,
    Java,
    Rust,
    C,
}

use Tongue::{C, Go, Java, Python, Rust, Script};

/// Where it is none of theirs, the wording, and theirs. A subject is a name, or a chain of them with calls and indexes.
#[rustfmt::skip]
const ROWS: &[(&[Tongue], &str, &str)] = &[
    (&[Python], r"\b(?:else\s+if|elseif|elsif)\b", "elif"),
    (&[Script, Go, Java, Rust, C], r"\b(?:elif|elseif|elsif)\b", "else if"),
    (&[Python], r"\b(?:null|NULL|nil|undefined|nullptr)\b", "None"),
    (&[Script, Java], r"\b(?:None|nil|NULL|nullptr)\b", "null"),
    (&[Go], r"\b(?:null|None|NULL|nullptr|undefined)\b", "nil"),
    (&[Rust], r"\b(?:null|nil|NULL|nullptr)\b", "None"),
    (&[C], r"\b(?:null|nil|None)\b", "NULL"),
    (&[Python], r"\btrue\b", "True"),
    (&[Python], r"\bfalse\b", "False"),
    (&[Script, Go, Java, Rust, C], r"\bTrue\b", "true"),
    (&[Script, Go, Java, Rust, C], r"\bFalse\b", "false"),
    (&[Python], r"\s*&&\s*", " and "),
    (&[Python], r"\s*\|\|\s*", " or "),
    (&[Python], r"([\s(])!([\w(])", "${1}not $2"),
    (&[Script, Go, Java, Rust, C], r"\s+and\s+", " && "),
    (&[Script, Go, Java, Rust, C], r"\s+or\s+", " || "),
    (&[Script, Go, Java, Rust, C], r"([\s(])not\s+", "${1}!"),
    (&[Python], r"([\w.\]]+)\+\+;?", "$1 += 1"),
    (&[Python], r"([\w.\]]+)--;?", "$1 -= 1"),
    (&[Python], r"^(\s*)print\s+([^(=\s].*)$", "${1}print($2)"),
    (&[Python], r"\bfunction\s+(\w+\s*\([^)]*\))\s*:", "def $1:"),
    (&[Python], r"\bthis\.", "self."),
    (&[Script, Java], r"\bself\.", "this."),
    (&[Python, Go], r"([A-Za-z_][\w.]*(?:\[[^\]]*\]|\([^()]*\))*)\.(?:length|size|len)(?:\(\))?", "len($1)"),
    (&[Script], r"\blen\(([^()]*(?:\([^()]*\))*)\)", "$1.length"),
    (&[Script], r"\.(?:length|size|len)\(\)", ".length"),
    (&[Java], r"\blen\(([^()]*(?:\([^()]*\))*)\)", "$1.length()"),
    (&[Java], r"\blen\(([^()]*(?:\([^()]*\))*)\)", "$1.length"),
    (&[Java], r"\blen\(([^()]*(?:\([^()]*\))*)\)", "$1.size()"),
    (&[Java], r"\.(?:length|size|len)(?:\(\))?", ".length()"),
    (&[Java], r"\.(?:length|size|len)(?:\(\))?", ".size()"),
    (&[Java], r"\.(?:length|size|len)\(\)", ".length"),
    (&[Rust], r"\blen\(&?([^()]*(?:\([^()]*\))*)\)", "$1.len()"),
    (&[Rust], r"\.(?:length|size)(?:\(\))?|\.len\b(?:\(\))?", ".len()"),
    (&[Java], r"\b(?:bool|Boolean)\b", "boolean"),
    (&[Script], r"\bbool\b", "boolean"),
    (&[Script], r"\b(?:int|float|double)\b", "number"),
    (&[Script], r"\bstr\b", "string"),
    (&[Go, Rust, C], r"\b(?:boolean|Boolean)\b", "bool"),
    (&[Java], r"\bstring\b|\bstr\b", "String"),
    (&[Go], r"\b(?:String|str)\b", "string"),
    (&[Java, Rust, Script, C], r"\b([A-Z]\w*)\[((?:[A-Z]\w*|string|number|boolean|[iu]\d+|usize|bool|char)(?:, *[A-Z]\w*)*)\]", "$1<$2>"),
    (&[Go], r"\bwhile\b", "for"),
    (&[Go, Java, C], r"'((?:[^'\\\n]|\\.){2,})'", "\"$1\""),
    (&[Rust], r"'((?:[^'\\\n]|\\.){2,})'", "\"$1\""),
    (&[Go], r"\b(?:def|function|fn)\s+(\w+\s*\()", "func $1"),
    (&[Script], r"\b(?:def|fn|func)\s+(\w+\s*\()", "function $1"),
    (&[Rust], r"\b(?:def|function|func)\s+(\w+\s*\()", "fn $1"),
    (&[Python], r"\b(?:fn|func)\s+(\w+\s*\()", "def $1"),
    (&[Rust], r"\bswitch\b", "match"),
    (&[Java, Script], r"\bthrow\s+([A-Z]\w*\()", "throw new $1"),
    (&[Python], r"\bthrow\s+(?:new\s+)?", "raise "),
    (&[Script, Java], r"\braise\s+", "throw new "),
    (&[Python], r"^(\s*[\w.]+(?:: ?[\w.\[\], ]+?)?) := ", "$1 = "),
    (&[Script], r"'([^`]*\$\{[^`]*)'", "`$1`"),
    (&[Script], r#""([^`]*\$\{[^`]*)""#, "`$1`"),
    (&[Python], r"\bcatch\b", "except"),
    (&[Python], r"^(\s*except\s+[\w.]+)\s*,\s*([a-z_]\w*)\s*:", "$1 as $2:"),
    (&[Java, C], r"\bfor\s*\(([^();:]+?)\s+(?:in|of)\s+", "for ($1 : "),
    (&[Script], r"\bfor\s*\(((?:const|let|var)\s+[^();:]+?)\s*:\s*", "for ($1 of "),
    (&[Go], r"\bfor\s+(\w+)\s+in\s+", "for _, $1 := range "),
    (&[Python, Rust], r"\bfor\s+(\w+)\s*(?::|\sof\s)\s*", "for $1 in "),
    (&[Script, Java], r"\bexcept\b", "catch"),
];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(tongue) = Language::of(&place.path).and_then(tongue) else { continue };
        let Some(text) = offer::editable(scene.job, &place.path)?.and_then(|text| String::from_utf8(text).ok()) else {
            continue;
        };
        for number in [place.line, place.line.saturating_sub(1)] {
            let Some(range) = line(&text, number).filter(|_| seen.insert((&place.path, number, &complaint.message)))
            else {
                continue;
            };
            let old = &text[range.clone()];
            let worded = worded(tongue, old, |wording| is_meant(complaint, wording));
            for new in worded.into_iter().chain(constructed(complaint, old)) {
                let why = format!("wrote line {number} of {} as its language has it: `{}`", place.path, new.trim());
                let edit = Edit { path: place.path.clone(), range: range.clone(), text: new };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
            if let Some(range) =
                line(&text, number + 1).filter(|_| tongue == Go).and_then(|next| brace(&text, range, next))
            {
                let why = format!("put the brace on the line of its head in line {number} of {}", place.path);
                let edit = Edit { path: place.path.clone(), range, text: " {".to_owned() };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
        if seen.len() >= 2 * MOST_LINES || made.len() >= MOST_OFFERS {
            break;
        }
    }
    Ok(made)
}

/// Whether a complaint may be about a wording: it quotes a word of it, or cannot read the line at all.
fn is_meant(complaint: &Complaint, wording: &str) -> bool {
    let said = |word: &str| meaning::words(&complaint.message).any(|other| other == word);
    let text = wording.starts_with('\'') && ["character", "rune"].iter().any(|it| complaint.message.contains(it));
    text || keyword::is_syntactic(&complaint.message) || meaning::words(wording).any(said)
}

/// The bytes of a line, counted from 1, without its end.
fn line(text: &str, number: u32) -> Option<Range<usize>> {
    lines::line(text, number).map(|(at, line)| at..at + lines::bare(line).len())
}

fn tongue(language: Language) -> Option<Tongue> {
    Some(match language {
        Language::Python => Python,
        Language::Go => Go,
        Language::Java => Java,
        Language::Rust => Rust,
        Language::C => C,
        language if language.is_script() => Script,
        _ => return None,
    })
}

/// A line in the words of its language: each row by itself, one place or all of them; text and comments stay.
fn worded(tongue: Tongue, line: &str, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let rows = ROWS.iter().filter(|(tongues, ..)| tongues.contains(&tongue));
    for (_, pattern, new) in rows {
        let Ok(pattern) = Regex::new(pattern) else { continue };
        let inside = |at: usize| quoted(&line[..at]);
        let hits: Vec<_> = pattern.captures_iter(line).filter_map(|hit| hit.get(0)).map(|hit| hit.range()).collect();
        // `x.len(1)` is a call of something else.
        let is_other = |range: &Range<usize>| line[range.clone()].contains('.') && line[range.end..].starts_with('(');
        let hits: Vec<_> = hits
            .into_iter()
            .filter(|range| !inside(range.start) && !is_other(range) && is_meant(&line[range.clone()]))
            .collect();
        if hits.is_empty() {
            continue;
        }
        let mut made = line.to_owned();
        for range in hits.iter().rev() {
            let own = pattern.replace(&line[range.clone()], *new).into_owned();
            made.replace_range(range.clone(), &own);
        }
        if made != line && !found.contains(&made) {
            found.push(made);
        }
    }
    found
}

/// Whether a text or a comment is open at the end of what stands before.
fn quoted(before: &str) -> bool {
    let mut open = None;
    let mut escaped = false;
    for c in before.chars() {
        match (open, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(mark), c) if c == mark => open = None,
            (None, '"' | '\'' | '`') => open = Some(c),
            _ => {}
        }
    }
    open.is_some() || before.contains("// ")
}

/// A class that wants `new`.
fn constructed(complaint: &Complaint, line: &str) -> Option<String> {
    let said = &complaint.message;
    // In Java a class with its arguments is no value.
    if said.contains("illegal start of expression") {
        let generic = Regex::new(r"(?:=|return|[(,?:])\s*([A-Z]\w*<[^;()]*>\()").ok()?;
        let at = generic.captures(line)?.get(1)?.start();
        return Some(format!("{}new {}", &line[..at], &line[at..]));
    }
    let name = match said.split_once("lass constructor ") {
        Some((_, rest)) => rest.split_once(" cannot be invoked without 'new'")?.0,
        // Java takes it for a method, and TypeScript says what it would give.
        None => match said.split_once("cannot find symbol: method ") {
            Some((_, rest)) => rest.split('(').next().filter(|name| name.starts_with(char::is_uppercase))?,
            None => meaning::words(said.split_once("Did you mean to include 'new'").map(|_| line)?)
                .find(|word| line.contains(&format!("{word}(")))?,
        },
    };
    let at = line.find(&format!("{name}("))?;
    Some(format!("{}new {}", &line[..at], &line[at..]))
}

/// A block's brace on a line of its own, where the language ends the statement before it: what stands between.
fn brace(text: &str, head: Range<usize>, next: Range<usize>) -> Option<Range<usize>> {
    let own = text[head.clone()].trim_end();
    let is_lone = text[next.clone()].trim() == "{" && !own.is_empty() && !own.ends_with(['{', '}', ';']);
    is_lone.then(|| head.start + own.len()..next.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_compiles() {
        assert!(ROWS.iter().all(|(_, pattern, _)| Regex::new(pattern).is_ok()));
    }

    #[test]
    fn a_line_is_said_in_its_own_language() {
        for (tongue, line, wanted) in [
            (Python, "    else if x > 2:", "    elif x > 2:"),
            (Python, "if x > 1 && x < 5 && y:", "if x > 1 and x < 5 and y:"),
            (Python, "    return xs.length", "    return len(xs)"),
            (Python, "print \"x is\", x", "print(\"x is\", x)"),
            (Python, "x++", "x += 1"),
            (Python, "READERS: Type := {", "READERS: Type = {"),
            (Script, "  warn('Not '${a.b}' here');", "  warn(`Not '${a.b}' here`);"),
            (Script, "} elif (x > 2) {", "} else if (x > 2) {"),
            (Script, "  return len(f(xs));", "  return f(xs).length;"),
            (Go, "\twhile n > 10 {", "\tfor n > 10 {"),
            (Go, "\treturn 'hello'", "\treturn \"hello\""),
            (Go, "\treturn t.next == null", "\treturn t.next == nil"),
            (Java, "    bool isOn() {", "    boolean isOn() {"),
            (Java, "        return s.length;", "        return s.length();"),
            (Java, "    Map[String, Integer] all;", "    Map<String, Integer> all;"),
            (Rust, "    } elif n > 2 {", "    } else if n > 2 {"),
            (C, "    printf('hello\\n');", "    printf(\"hello\\n\");"),
        ] {
            let made = worded(tongue, line, |_| true);
            assert!(made.iter().any(|made| made == wanted), "{line}: {made:?}");
        }
        let any = |_: &str| true;
        let complaint =
            |message: &str| Complaint { places: Vec::new(), message: message.to_owned(), detail: String::new() };
        let made = constructed(&complaint("cannot find symbol: method Node(int) in class A"), "    Node n = Node(1);");
        assert_eq!(made.as_deref(), Some("    Node n = new Node(1);"));
        let made = constructed(&complaint("illegal start of expression"), "    List<String> all = ArrayList<>(1);");
        assert_eq!(made.as_deref(), Some("    List<String> all = new ArrayList<>(1);"));
        assert!(worded(Python, "x = 'a && b'", any).is_empty() && worded(Go, "x := \"None\"", any).is_empty());
        let text = "for i := 0; i < n; i++\n\t{\n";
        assert_eq!(brace(text, 0..22, 23..25), Some(22..25));
    }
}
