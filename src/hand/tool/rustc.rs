//! The suggestions of rustc and clippy, read from their JSON and applied here. Suggestions that only
//! guess a similar name are left to the hand `hint`, which also sees the other ends of a name.

use super::{LIMIT, imports, invocation};
use crate::command::CommandLine;
use crate::hand::recent::Recent;
use crate::hand::{Job, offer};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;
use serde::Deserialize;

const RUNS_THE_COMPILER: &[&str] = &["check", "build", "test", "clippy", "run", "bench", "doc", "c", "b", "t", "r"];

/// The largest number of suggestions that are tried one by one.
const MOST_ALONE: usize = 20;

#[derive(Deserialize)]
struct CargoLine {
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Diagnostic>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<String>,
    #[serde(default)]
    text: Vec<SpanText>,
}

#[derive(Deserialize)]
struct SpanText {
    text: String,
    highlight_start: usize,
    highlight_end: usize,
}

/// One way to silence one diagnostic.
#[derive(Debug, Clone)]
struct Suggestion {
    message: String,
    edits: Vec<Edit>,
    certain: bool,
}

impl Suggestion {
    fn imports(&self) -> bool {
        self.edits.iter().all(|edit| edit.range.is_empty() && imports::imported(&edit.text).is_some())
    }
}

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let promising = job.log.lines().any(|line| line.contains("help: ") && !is_about_names(line));
    let Some(command) = promising.then(|| json_command(job)).flatten() else { return Ok(Vec::new()) };
    let done = job.workshop.run(&command, None, LIMIT)?;
    let lines = done.stdout.split(|b| *b == b'\n').filter(|line| line.first() == Some(&b'{'));
    let diagnostics: Vec<Diagnostic> =
        lines.filter_map(|line| serde_json::from_slice::<CargoLine>(line).ok()?.message).collect();
    let mut suggestions = Vec::new();
    let blocking = diagnostics.iter().filter(|d| d.level.starts_with("error") && !is_about_a_lost_quote(&d.message));
    for diagnostic in blocking {
        suggestions.extend(suggestions_of(job, diagnostic)?);
    }
    if suggestions.iter().any(Suggestion::imports) {
        // Where the last change took an import out, its own words are better than any new ones: `hint` has them.
        let recent = Recent::of(job)?;
        suggestions.retain(|one| !(one.imports() && one.edits.iter().any(|edit| recent.lost_imports(&edit.path))));
    }
    candidates(job, &suggestions)
}

/// All that is certain at once, then the certain with each doubtful one.
fn candidates(job: &Job, suggestions: &[Suggestion]) -> Result<Vec<Candidate>> {
    let certain: Vec<&Suggestion> = suggestions.iter().filter(|s| s.certain).collect();
    let doubtful: Vec<&Suggestion> = suggestions.iter().filter(|s| !s.certain).collect();
    let mut made = Vec::new();
    made.extend(candidate(job, &certain, Confidence::Confident)?);
    if doubtful.len() > 1 {
        let all: Vec<_> = suggestions.iter().collect();
        made.extend(candidate(job, &all, Confidence::Suggested)?);
    }
    for one in doubtful.iter().take(MOST_ALONE) {
        let with: Vec<_> = certain.iter().chain([one]).copied().collect();
        made.extend(candidate(job, &with, Confidence::Suggested)?);
    }
    Ok(made)
}

fn candidate(job: &Job, suggestions: &[&Suggestion], confidence: Confidence) -> Result<Option<Candidate>> {
    let mut edits: Vec<Edit> = Vec::new();
    for suggestion in suggestions {
        let collides = |new: &Edit| edits.iter().any(|old| overlap(old, new) && old != new);
        if !suggestion.edits.iter().any(collides) {
            edits.extend(suggestion.edits.iter().cloned());
        }
    }
    let why = match suggestions {
        [] => return Ok(None),
        [one] => format!("took the compiler's suggestion: {}", one.message),
        many => format!("took {} suggestions of the compiler, first: {}", many.len(), many[0].message),
    };
    let patch = offer::patch(job, edits)?;
    Ok(patch.map(|patch| Candidate { patch, hand: HandId::Tool, why, confidence }))
}

fn overlap(a: &Edit, b: &Edit) -> bool {
    a.path == b.path && (a.range.start < b.range.end && b.range.start < a.range.end || a.range == b.range)
}

/// The failing cargo call, asked for JSON; tests are compiled, not run.
fn json_command(job: &Job) -> Option<CommandLine> {
    let call = invocation::find(job.command, "cargo")?;
    let sub = call.words.iter().skip(1).find(|word| !word.starts_with(['-', '+']))?;
    if !RUNS_THE_COMPILER.contains(&sub.as_str()) || call.words.iter().any(|word| word.contains(['$', '`'])) {
        return None;
    }
    let end = call.words.iter().position(|word| word == "--").unwrap_or(call.words.len());
    let mut argv: Vec<String> = call.words[..end].to_vec();
    argv.retain(|word| !word.starts_with("--message-format") && word != "--no-run");
    argv.push("--message-format=json".to_owned());
    let runs = match sub.as_str() {
        "run" | "r" => return None,
        "test" | "t" | "bench" => Some("--no-run".to_owned()),
        _ => None,
    };
    argv.extend(runs);
    argv.extend(call.words[end..].iter().cloned());
    argv[0] = job.workshop.find_program("cargo")?;
    let env = job.command.env.iter().cloned().chain(call.env).collect();
    Some(CommandLine { argv, directory: job.command.directory.clone(), env })
}

fn suggestions_of(job: &Job, diagnostic: &Diagnostic) -> Result<Vec<Suggestion>> {
    let mut found = Vec::new();
    for child in diagnostic.children.iter().filter(|child| !is_about_names(&child.message)) {
        let offered: Vec<&Span> = child.spans.iter().filter(|span| is_offered(span)).collect();
        let mut edits = Vec::new();
        for span in &offered {
            edits.extend(edit(job, span)?);
        }
        if edits.is_empty() || edits.len() != offered.len() {
            continue;
        }
        let certain = offered.iter().all(|span| span.suggestion_applicability.as_deref() == Some("MachineApplicable"));
        let message = format!("{} ({})", child.message, diagnostic.message);
        let alternatives = edits.windows(2).all(|pair| pair[0].range == pair[1].range) && edits.len() > 1;
        if alternatives {
            let one = |edit| Suggestion { message: message.clone(), edits: vec![edit], certain: false };
            found.extend(edits.into_iter().map(one));
        } else {
            found.push(Suggestion { message, edits, certain });
        }
    }
    Ok(found)
}

fn is_offered(span: &Span) -> bool {
    span.suggested_replacement.is_some()
        && matches!(span.suggestion_applicability.as_deref(), Some("MachineApplicable" | "MaybeIncorrect"))
        // What panics where it does not fit silences the compiler: the hand `hint` looks at both types.
        && !span.suggested_replacement.as_deref().is_some_and(|text| text.contains(".try_into().unwrap()"))
}

/// Suggestions that silence a lint instead of heeding it are none of ours.
fn is_about_names(message: &str) -> bool {
    ["similar name", "similarly named", "#[allow", "#[expect"]
        .iter()
        .any(|phrase| message.to_lowercase().contains(phrase))
}

/// Behind a missing quote code and text change places, and what the lexer advises makes it worse.
fn is_about_a_lost_quote(message: &str) -> bool {
    ["prefix `", "unknown start of token", "character literal may only", "unterminated"]
        .iter()
        .any(|start| message.starts_with(start))
}

/// The edit, when the file still reads as the compiler saw it.
fn edit(job: &Job, span: &Span) -> Result<Option<Edit>> {
    let Some(path) = job.workshop.resolve(&span.file_name) else { return Ok(None) };
    let Some(text) = offer::editable(job, &path)? else { return Ok(None) };
    let range = span.byte_start..span.byte_end;
    let Some(there) = text.get(range.clone()) else { return Ok(None) };
    if let [line] = span.text.as_slice() {
        let count = line.highlight_end.saturating_sub(line.highlight_start);
        let seen: String = line.text.chars().skip(line.highlight_start.saturating_sub(1)).take(count).collect();
        if seen.as_bytes() != there {
            return Ok(None);
        }
    }
    let new = span.suggested_replacement.clone().unwrap_or_default();
    if let Some(item) = imports::imported(&new).filter(|_| range.is_empty()) {
        return imports::edit(job, path, &text, item);
    }
    if let Some((at, text)) = new
        .trim()
        .strip_prefix("#[derive(")
        .filter(|_| range.is_empty())
        .and_then(|rest| derived(&text, range.start, rest.strip_suffix(")]")?))
    {
        return Ok(Some(Edit { path, range: at..at, text }));
    }
    Ok(Some(Edit { path, range, text: new }))
}

/// What is derived joins the list that the item has, before what stands behind it in other lists of the file.
fn derived(text: &[u8], item: usize, name: &str) -> Option<(usize, String)> {
    let text = std::str::from_utf8(text).ok()?;
    let lists: Vec<(usize, &str)> = text
        .match_indices("#[derive(")
        .filter_map(|(at, mark)| Some((at + mark.len(), text[at + mark.len()..].split_once(")]")?.0)))
        .collect();
    let (start, own) = *lists.iter().rfind(|(at, _)| *at < item)?;
    // Between the list and the item stand its other attributes and comments alone.
    let between = text.get(start + own.len() + 2..item)?.lines().map(str::trim);
    if !between.into_iter().all(|line| line.is_empty() || line.starts_with("#[") || line.starts_with("//")) {
        return None;
    }
    let parts = |list: &'_ str| list.split(',').map(|it| it.trim().to_owned()).collect::<Vec<_>>();
    let follows = |other: &str| {
        lists.iter().map(|(_, list)| parts(list)).any(|list| {
            let at = |word: &str| list.iter().position(|it| it == word);
            at(name).zip(at(other)).is_some_and(|(own, next)| own < next)
        })
    };
    let next = own.split(',').find(|part| follows(part.trim()));
    Some(match next {
        Some(part) => (part.trim_start().as_ptr() as usize - text.as_ptr() as usize, format!("{name}, ")),
        // Most people write it first.
        None if name == "Debug" => (start, format!("{name}, ")),
        None => (start + own.trim_end_matches([',', ' ', '\n']).len(), format!(", {name}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_joins_its_list() {
        for (text, name, wanted) in [
            ("#[derive(Copy, Clone)]\nstruct A;", "Hash", "#[derive(Copy, Clone, Hash)]\nstruct A;"),
            ("#[derive(Clone)]\nstruct A;", "Debug", "#[derive(Debug, Clone)]\nstruct A;"),
            (
                "#[derive(Debug, Clone)]\nstruct B;\n#[derive(Copy, Clone)]\n#[repr(C)]\nstruct A;",
                "Debug",
                "#[derive(Debug, Clone)]\nstruct B;\n#[derive(Copy, Debug, Clone)]\n#[repr(C)]\nstruct A;",
            ),
        ] {
            let (at, new) = derived(text.as_bytes(), text.find("struct A").unwrap(), name).unwrap();
            assert_eq!(format!("{}{new}{}", &text[..at], &text[at..]), wanted);
        }
        let other = "#[derive(Copy, Clone)]\nstruct B;\nstruct A;";
        assert_eq!(derived(other.as_bytes(), other.find("struct A").unwrap(), "Debug"), None);
    }
}
