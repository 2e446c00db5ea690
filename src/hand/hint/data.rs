//! A JSON, TOML or YAML file that its reader refuses: one mark of punctuation is put in, taken out or closed, so that
//! it reads again, as its neighbours are written.

use super::{Scene, offer, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};

/// Larger files are data, not settings.
const MOST_BYTES: usize = 64 << 10;
const MOST_FILES: usize = 60;
const MOST_OFFERS: usize = 6;
/// Lines around the reader's complaint in which the mark may be missing.
const REACH: usize = 4;
const MARKS: &[&str] = &[",", "\"", "'", ":", "=", "]", "}", "[", "{", " = ", " =", "= ", "],", "},"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Toml,
    Yaml,
}

struct Try {
    at: usize,
    gone: usize,
    new: String,
    cost: f64,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for (path, form) in concerned(scene)? {
        let Some(bytes) = offer::editable(scene.job, &path)?.filter(|bytes| bytes.len() <= MOST_BYTES) else {
            continue;
        };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let Some(line) = refused(form, &text) else { continue };
        for attempt in tries(form, &text, line) {
            let range = attempt.at..attempt.at + attempt.gone;
            let is_indent = attempt.new.trim().is_empty() && text[range.clone()].trim().is_empty();
            let what = if is_indent {
                "indented a line as its neighbours are".to_owned()
            } else if attempt.gone > 1 {
                "wrote a line as the format wants it".to_owned()
            } else if attempt.new.is_empty() {
                format!("removed the superfluous `{}`", &text[range.clone()])
            } else {
                format!("put in the missing `{}`", attempt.new.trim())
            };
            let why = format!("{what} in {}", path.as_str());
            let edit = Edit { path: path.clone(), range, text: attempt.new };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// Files that the output or the command names, then the settings near the root.
fn concerned(scene: &Scene) -> Result<Vec<(RelPath, Form)>> {
    let files = scene.job.workshop.files()?;
    let places: BTreeSet<&RelPath> = scene.complaints.iter().flat_map(|c| c.places.iter().map(|p| &p.path)).collect();
    let said = scene.job.log.to_lowercase().replace("yml", "yaml yml");
    // Some readers say where in the file, and not in which.
    let command = scene.job.command.to_string();
    let known = files.iter().filter_map(|path| Some((path, form(path)?)));
    let mut found: Vec<_> = known
        .filter(|(path, _)| {
            let is_setting = path.as_str().split('/').count() <= 2 && !place::is_test(path);
            let named =
                places.contains(path) || [scene.job.log, &command].iter().any(|it| it.contains(path.file_name()));
            named || (is_setting && said.contains(path.extension().as_str()))
        })
        .collect();
    found.sort_by_key(|(path, _)| {
        (!places.contains(path), !scene.job.log.contains(path.file_name()), path.as_str().split('/').count())
    });
    Ok(found.into_iter().take(MOST_FILES).map(|(path, form)| (path.clone(), form)).collect())
}

fn form(path: &RelPath) -> Option<Form> {
    match path.extension().as_str() {
        "json" => Some(Form::Json),
        "toml" => Some(Form::Toml),
        "yaml" | "yml" => Some(Form::Yaml),
        _ => None,
    }
}

/// Whether the reader of such files takes this one; `None` for files of other kinds.
pub(super) fn reads(path: &RelPath, text: &[u8]) -> Option<bool> {
    let form = form(path)?;
    Some(std::str::from_utf8(text).is_ok_and(|text| refused(form, text).is_none()))
}

/// The line, from 0, at which the reader gives up.
fn refused(form: Form, text: &str) -> Option<usize> {
    match form {
        Form::Json => serde_json::from_str::<serde_json::Value>(text).err().map(|error| error.line().saturating_sub(1)),
        Form::Toml => toml::from_str::<toml::Table>(text).err().map(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            text.bytes().take(at).filter(|byte| *byte == b'\n').count()
        }),
        Form::Yaml => {
            let error = serde_yaml::from_str::<serde_yaml::Value>(text).err()?;
            Some(error.location().map_or(0, |at| at.line().saturating_sub(1)))
        }
    }
}

/// Whether the reader gives up at a key that it has already.
fn has_twice(form: Form, text: &str) -> bool {
    let said = match form {
        Form::Json => None,
        Form::Toml => toml::from_str::<toml::Table>(text).err().map(|error| error.to_string()),
        Form::Yaml => serde_yaml::from_str::<serde_yaml::Value>(text).err().map(|error| error.to_string()),
    };
    said.is_some_and(|said| said.contains("duplicate"))
}

fn tries(form: Form, text: &str, line: usize) -> Vec<Try> {
    let mut shapes: HashMap<String, usize> = HashMap::new();
    for own in text.lines() {
        *shapes.entry(shape(own)).or_default() += 1;
    }
    let (mut at, mut found) = (0, Vec::new());
    for (number, own) in text.split_inclusive('\n').enumerate() {
        let far = number.abs_diff(line);
        if far <= REACH || own.trim() == "," {
            in_line(form, text, at, own.trim_end_matches(['\r', '\n']), &mut found, |new| {
                let usual = shapes.get(&shape(new)).copied().unwrap_or(0);
                0.4 * f64::from(u32::try_from(far).unwrap_or(9)) + if usual > 0 { 0.0 } else { 1.0 }
            });
        }
        at += own.len();
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found.truncate(MOST_OFFERS);
    found
}

/// What makes the whole text readable by one mark in this line.
fn in_line(form: Form, text: &str, start: usize, own: &str, found: &mut Vec<Try>, cost: impl Fn(&str) -> f64) {
    let readable = |at: usize, gone: usize, new: &str| {
        let mut whole = text.to_owned();
        whole.replace_range(start + at..start + at + gone, new);
        refused(form, &whole).is_none()
    };
    let line = |at: usize, gone: usize, new: &str| format!("{}{new}{}", &own[..at], &own[at + gone..]);
    if form == Form::Yaml {
        let depth = own.len() - own.trim_start().len();
        let depths: Vec<usize> = text.lines().map(|line| line.len() - line.trim_start().len()).collect();
        let others: BTreeSet<usize> = depths.iter().copied().filter(|other| *other != depth).collect();
        // As deep as nothing else in the file.
        let is_odd = depth > 0 && depths.iter().filter(|other| **other == depth).count() == 1;
        let tabs = own.starts_with('\t');
        for other in others.into_iter().filter(|other| is_odd && (tabs || other.abs_diff(depth) < 4)) {
            let new = " ".repeat(other);
            if readable(0, depth, &new) {
                let far = if tabs { nested(text, start, own, other) } else { other.abs_diff(depth) };
                let far = f64::from(u32::try_from(far).unwrap_or(9)) * 0.1;
                found.push(Try { at: start, gone: depth, cost: cost(&line(0, depth, &new)) + far - 1.0, new });
            }
        }
    }
    for at in boundaries(own) {
        for mark in MARKS {
            if readable(at, 0, mark) {
                let closes = mark.starts_with([']', '}']);
                let leads = own[..at].trim().is_empty() && !own.trim().is_empty() && !closes && !mark.starts_with('"');
                let ends = if at == own.len() {
                    0.0
                } else if leads {
                    0.9
                } else {
                    0.1
                };
                let dear = if mark.trim().len() > 1 { 0.3 } else { 0.0 };
                // As the other lines are spaced.
                let unlike = mark.contains('=') && text.contains(" = ") && !line(at, 0, mark).contains(" = ")
                    || line(at, 0, mark).contains("  ") && !own.contains("  ");
                let dear = dear + if unlike { 0.4 } else { 0.0 };
                // Nobody gives a comma a line to itself.
                let dear = if own.trim() == "," && closes && own[at..].starts_with(',') { -2.0 } else { dear };
                let cost = cost(&line(at, 0, mark)) + ends + dear;
                found.push(Try { at: start + at, gone: 0, new: (*mark).to_owned(), cost });
            }
        }
    }
    // A line that stands twice, where that is what the reader minds: elsewhere it may well do.
    let twin = !own.trim().is_empty() && has_twice(form, text) && text.lines().filter(|line| *line == own).count() > 1;
    let end = own.len() + usize::from(text.as_bytes().get(start + own.len()) == Some(&b'\n'));
    if twin && readable(0, end, "") {
        // Of two the later one goes.
        let first = text[..start].lines().all(|line| line != own);
        found.push(Try { at: start, gone: end, cost: if first { -0.5 } else { -1.0 }, new: String::new() });
    }
    // A comment that has a line to itself takes it along.
    let is_comment = form == Form::Json && ["//", "#", "/*"].iter().any(|mark| own.trim_start().starts_with(mark));
    if is_comment && readable(0, end, "") {
        found.push(Try { at: start, gone: end, cost: -1.0, new: String::new() });
    }
    for new in foreign(own).into_iter().filter(|_| form == Form::Json) {
        if readable(0, own.len(), &new) {
            found.push(Try { at: start, gone: own.len(), cost: cost(&new), new });
        }
    }
    // What closes has a line of its own, less deep than this one.
    let indent = &own[..own.len() - own.trim_start().len()];
    let step = if indent.starts_with('\t') { &[1][..] } else { &[2, 4][..] };
    for outer in step.iter().filter(|_| form == Form::Json).filter_map(|step| indent.get(*step..)) {
        for mark in ["}", "]", "},", "],"] {
            let new = format!("\n{outer}{mark}");
            if readable(own.len(), 0, &new) {
                // The last of its like has no comma.
                let cost = cost(&new[1..]).min(cost(&format!("{},", &new[1..])));
                found.push(Try { at: start + own.len(), gone: 0, cost, new });
            }
        }
    }
    for (at, c) in own.char_indices().filter(|(_, c)| c.is_ascii_punctuation()) {
        if readable(at, c.len_utf8(), "") {
            let cost = cost(&line(at, c.len_utf8(), "")) + 0.2;
            found.push(Try { at: start + at, gone: c.len_utf8(), new: String::new(), cost });
        }
    }
}

/// How far a depth is from that at which lines of the kind stand below lines as the one before: a list may stand deeper
/// than its key or not.
fn nested(text: &str, start: usize, own: &str, depth: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let before = text[..start].lines().next_back().unwrap_or_default();
    let mark = |line: &str| (line.trim_start().starts_with("- "), line.trim_end().ends_with(':'));
    let pairs = text.lines().zip(text.lines().skip(1));
    let alike = pairs.filter(|(a, b)| mark(a) == mark(before) && mark(b) == mark(own) && !b.starts_with('\t'));
    let steps = alike.map(|(a, b)| indent(b).abs_diff(indent(a)));
    steps.map(|step| (indent(before) + step).abs_diff(depth)).min().unwrap_or(9)
}

/// A line of JSON that is written as another language would: its quotes, its comments, its words.
fn foreign(line: &str) -> Vec<String> {
    let quoted = line.replace('\'', "\"");
    let bare = ["//", "#", "/*"].iter().find_map(|mark| line.find(&format!(" {mark}"))).map(|at| line[..at].trim_end());
    let words = [("True", "true"), ("False", "false"), ("None", "null"), ("undefined", "null")];
    let said =
        words.iter().fold(line.to_owned(), |line, (from, to)| line.replace(&format!(": {from}"), &format!(": {to}")));
    let all = [Some(quoted), bare.map(str::to_owned), Some(said)].into_iter().flatten();
    all.filter(|new| new != line).collect()
}

/// A line without its words: how it is built.
fn shape(line: &str) -> String {
    let mut built = String::new();
    for c in line.chars() {
        let kind = if c.is_alphanumeric() || "_-./^~<>*@ ".contains(c) { 'w' } else { c };
        if kind != 'w' || !built.ends_with('w') {
            built.push(kind);
        }
    }
    built
}

/// Where words, blanks and marks begin, and the end.
fn boundaries(line: &str) -> Vec<usize> {
    let class = |c: char| {
        if c.is_alphanumeric() || "_-./".contains(c) {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        }
    };
    let (mut found, mut before) = (Vec::new(), None);
    for (at, c) in line.char_indices() {
        if before != Some(class(c)) || class(c) == 2 {
            found.push(at);
        }
        before = Some(class(c));
    }
    found.push(line.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_makes_a_file_readable_again() {
        for (form, broken, whole) in [
            (Form::Json, "{\n  \"a\": 1\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            (Form::Json, "{\n  \"a\": 1,\n  \"b\": 2,\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            (Form::Json, "{\n  \"a\": \"x,\n  \"b\": \"y\"\n}\n", "{\n  \"a\": \"x\",\n  \"b\": \"y\"\n}\n"),
            (Form::Json, "{\n  \"a\" 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            (
                Form::Json,
                "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n]\n",
                "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n",
            ),
            (Form::Json, "{\n  \"a\": 1,\n  'b': 'c'\n}\n", "{\n  \"a\": 1,\n  \"b\": \"c\"\n}\n"),
            (Form::Json, "{\n  \"a\": 1, // one\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            (
                Form::Json,
                "[\n  {\n    \"a\": 1,\n    \"b\": 2\n  },\n  {\n    \"a\": 1\n    \"b\": 2\n  }\n]\n",
                "[\n  {\n    \"a\": 1,\n    \"b\": 2\n  },\n  {\n    \"a\": 1,\n    \"b\": 2\n  }\n]\n",
            ),
            (
                Form::Json,
                "{\n  \"a\": {\n    \"b\": 1\n  ,\n  \"c\": {\n    \"d\": 1\n  },\n  \"e\": 2\n}\n",
                "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": {\n    \"d\": 1\n  },\n  \"e\": 2\n}\n",
            ),
            (Form::Json, "{\n  // one\n  \"a\": 1\n}\n", "{\n  \"a\": 1\n}\n"),
            (
                Form::Yaml,
                "a:\n  - b: 1\n    c:\n      - 1\n  - b: 2\n    c:\n\t- 3\n",
                "a:\n  - b: 1\n    c:\n      - 1\n  - b: 2\n    c:\n      - 3\n",
            ),
            (Form::Json, "{\n  \"a\": True,\n  \"b\": 2\n}\n", "{\n  \"a\": true,\n  \"b\": 2\n}\n"),
            (Form::Toml, "[a]\nb = c\"\nd = \"e\"\n", "[a]\nb = \"c\"\nd = \"e\"\n"),
            (Form::Toml, "[a]\nb = \"c\nd = \"e\"\n", "[a]\nb = \"c\"\nd = \"e\"\n"),
            (Form::Toml, "[a]\nb = 1\nc = 2\nb = 1\n", "[a]\nb = 1\nc = 2\n"),
            (Form::Toml, "[a\nb = 1\n", "[a]\nb = 1\n"),
            (Form::Toml, "a = 1\nb [\"x\"]\n", "a = 1\nb = [\"x\"]\n"),
            (Form::Yaml, "a: [1, 2\nb: 3\n", "a: [1, 2]\nb: 3\n"),
            (Form::Yaml, "a:\n  b: c\n   d: 1\n", "a:\n  b: c\n  d: 1\n"),
            (
                Form::Yaml,
                "on:\n  push:\n    a: [b]\n   pull:\n    a: [b]\n",
                "on:\n  push:\n    a: [b]\n  pull:\n    a: [b]\n",
            ),
        ] {
            let line = refused(form, broken).unwrap();
            let best = tries(form, broken, line).into_iter().next().unwrap_or_else(|| panic!("{broken}"));
            let mut made = broken.to_owned();
            made.replace_range(best.at..best.at + best.gone, &best.new);
            assert_eq!(made, whole);
        }
        assert_eq!(refused(Form::Json, "[1]"), None);
    }
}
