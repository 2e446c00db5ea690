//! A call gives too few arguments: what is missing is called as the parameter is, or is what the other calls of the
//! function give there.

use super::complaint::Complaint;
use super::{Scene, meaning, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Role, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "not enough arguments", "cannot be applied to given types", "missing 1 required positional argument",
    "Too few arguments", "Missing positional argument", "arguments, but got", "argument, but got",
    "but 1 argument was supplied", "but 2 arguments were supplied", "but 0 arguments were supplied",
    "but 3 arguments were supplied", "but 4 arguments were supplied", "no suitable method found",
    "no suitable constructor found",
];
const MOST_FILES: usize = 30;
const MOST_OFFERS: usize = 8;
/// A list of more characters is none of arguments.
const LONGEST: usize = 2000;
/// A single quote may begin a lifetime.
const QUOTES: &str = "\"`";

/// A call on one line: what is called, and its arguments.
struct Call<'a> {
    name: &'a str,
    /// Between the brackets.
    inside: Range<usize>,
    arguments: Vec<Range<usize>>,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))).take(3) {
        for (path, syntax, call) in calls_at(scene, complaint)? {
            let text = text(&syntax);
            let Some(call) = call_at(text, call) else { continue };
            for (position, argument) in wanted(scene, &path, text, &call)? {
                let (at, new) = put(&call, position, &argument);
                let why = format!("gave `{}` the missing argument `{argument}`", call.name);
                let edit = Edit { path: path.clone(), range: at..at, text: new };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
                if made.len() >= MOST_OFFERS {
                    return Ok(made);
                }
            }
        }
    }
    Ok(made)
}

type Site = (RelPath, std::rc::Rc<Syntax>, usize);

/// The brackets that open calls on the lines that the complaint names; those of a name that it speaks of first.
fn calls_at(scene: &Scene, complaint: &Complaint) -> Result<Vec<Site>> {
    let mut found = Vec::new();
    for place in complaint.places.iter().take(4) {
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(range) = syntax.line(place.line) else { continue };
        let line = syntax.text(&range).to_owned();
        let opens: Vec<usize> = line.match_indices('(').map(|(at, _)| at).collect();
        let column = place.column.and_then(|column| usize::try_from(column).ok());
        let mut ranked: Vec<_> = opens
            .into_iter()
            .filter_map(|at| {
                let name = meaning::words(&line[..at]).last().filter(|name| line[..at].ends_with(name))?;
                let said = meaning::words(&complaint.message).any(|word| word == name);
                Some(((!said, column.map_or(0, |column| column.abs_diff(at))), range.start + at))
            })
            .collect();
        ranked.sort_unstable();
        found.extend(ranked.into_iter().map(|(_, at)| (place.path.clone(), std::rc::Rc::clone(&syntax), at)));
    }
    Ok(found)
}

fn text(syntax: &Syntax) -> &str {
    std::str::from_utf8(syntax.bytes()).unwrap_or_default()
}

/// The call whose bracket opens at a byte.
fn call_at(text: &str, open: usize) -> Option<Call<'_>> {
    let name = meaning::words(text.get(..open)?).last().filter(|name| text[..open].ends_with(name))?;
    let (end, arguments) = list(text, open)?;
    Some(Call { name, inside: open + 1..end, arguments })
}

/// The end of a bracketed list, and where its parts stand.
fn list(text: &str, open: usize) -> Option<(usize, Vec<Range<usize>>)> {
    let rest = text.get(open + 1..)?;
    let reach = rest.char_indices().nth(LONGEST).map_or(rest.len(), |(at, _)| at);
    let (parts, end) = super::list::parts(&rest[..reach], QUOTES)?;
    let moved = parts.into_iter().map(|part| open + 1 + part.start..open + 1 + part.end);
    Some((open + 1 + end, moved.collect()))
}

/// Positions and what may be missing there, likeliest first.
fn wanted(scene: &Scene, path: &RelPath, own: &str, call: &Call) -> Result<Vec<(usize, String)>> {
    let given = call.arguments.len();
    let index =
        scene.index(crate::syntax::Language::with_names(path).unwrap_or(crate::syntax::Language::Rust), path)?;
    let (mut parameters, mut others): (Vec<String>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    let holders: Vec<RelPath> = index.holders(call.name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    for holder in holders {
        let Some(syntax) = scene.syntax(&holder)? else { continue };
        let text = text(&syntax);
        for name in syntax.names().iter().filter(|it| syntax.text(&it.range) == call.name) {
            let open = name.range.end + text[name.range.end..].find('(').unwrap_or(0);
            // Type parameters may stand between a name and its list.
            let between = text[name.range.end..open].trim();
            let Some((_, parts)) = list(text, open).filter(|_| between.is_empty() || between.starts_with('<')) else {
                continue;
            };
            if name.defined {
                let named = parts.into_iter().filter_map(|part| parameter(syntax.language(), &text[part]));
                let names: Vec<String> = named.collect();
                if names.len() > given {
                    parameters = names;
                }
            } else if parts.len() > given {
                others.push(parts.into_iter().map(|part| text[part].to_owned()).collect());
            }
        }
    }
    let known: BTreeSet<&str> = meaning::words(own).collect();
    let stands = |text: &str| meaning::words(text).all(|word| known.contains(word));
    let same = |whole: &[String]| {
        // The arguments that are there say which one is not.
        let agree = |at: usize| {
            let rest = whole.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, part)| part);
            rest.zip(&call.arguments).filter(|(a, b)| **a == own[(*b).clone()]).count()
        };
        (0..whole.len()).rev().max_by_key(|at| agree(*at)).unwrap_or(given)
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut add = |position: usize, text: &str| {
        // A name that is only in scope says little, but the command has the last word.
        let item = (position.min(given), text.to_owned());
        if stands(text) && !found.contains(&item) {
            found.push(item);
        }
    };
    if let Some(last) = parameters.get(given) {
        let position = same(&parameters);
        add(given, last);
        add(position, parameters.get(position).map_or("", String::as_str));
        let mut of_these = fields(own, last);
        // Of what the call is given already, before others' fields.
        let is_given = |field: &&str| {
            let owner = field.split('.').next().unwrap_or_default();
            call.arguments.iter().any(|argument| &own[argument.clone()] == owner)
        };
        of_these.sort_by_key(|field| !is_given(field));
        for field in of_these {
            add(given, field);
        }
    }
    // A text that one other call gives is its own.
    let is_own = |part: &String| {
        part.starts_with(['"', '\'', '`']) && others.iter().filter(|other| other.contains(part)).count() < 2
    };
    for other in others.iter().filter(|other| other.len() == given + 1) {
        let position = same(other);
        for (at, part) in [(position, &other[position]), (given, &other[given])] {
            if !is_own(part) {
                add(at, part);
            }
        }
    }
    // A test that expects a failure is content with whatever it gives.
    if place::is_test(path) {
        found.retain(|(_, text)| !text.is_empty());
        return Ok(found);
    }
    for next in followers(own, call) {
        add(given, next);
    }
    if let Some(syntax) = scene.syntax(path)? {
        for name in idle(&syntax, call.inside.start) {
            add(given, &name);
        }
    }
    found.retain(|(_, text)| !text.is_empty());
    Ok(found)
}

/// What follows the last argument in this file's other lists, the most frequent first.
fn followers<'t>(own: &'t str, call: &Call) -> Vec<&'t str> {
    let Some(last) = call.arguments.last().map(|range| own[range.clone()].trim()).filter(|text| text.len() > 1) else {
        return Vec::new();
    };
    let mut found: Vec<(&str, usize)> = Vec::new();
    for (at, _) in own.match_indices(last) {
        let before = own[..at].chars().next_back().unwrap_or(' ');
        let Some(rest) = own[at + last.len()..].strip_prefix(',').map(str::trim_start) else { continue };
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        let is_whole =
            rest[end..].starts_with([',', ')']) && !(before.is_alphanumeric() || before == '_' || before == '.');
        if is_whole && end > 0 {
            match found.iter_mut().find(|(text, _)| *text == &rest[..end]) {
                Some((_, count)) => *count += 1,
                None => found.push((&rest[..end], 1)),
            }
        }
    }
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.into_iter().map(|(text, _)| text).take(2).collect()
}

/// What is called like a parameter, but stands in something: `match.Vars` for `vars`.
fn fields<'t>(text: &'t str, parameter: &str) -> Vec<&'t str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let all = text.split(|c: char| !is_part(c)).filter(|path| path.matches('.').count() == 1 && !path.ends_with('.'));
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let mut found: Vec<&str> = all.filter(|path| last(path) == parameter.to_lowercase()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What the function around a byte defines before it and uses nowhere: it was meant for something.
fn idle(syntax: &Syntax, at: usize) -> Vec<String> {
    let around = syntax.names().iter().filter_map(|name| name.function.clone());
    let Some(function) = around.filter(|it| it.start <= at && at < it.end).max_by_key(|it| it.start) else {
        return Vec::new();
    };
    let inside = |name: &&crate::syntax::Name| function.start <= name.range.start && name.range.end <= function.end;
    let count = |word: &str| syntax.names().iter().filter(|it| inside(it) && syntax.text(&it.range) == word).count();
    let own =
        syntax.names().iter().filter(|it| inside(it) && it.defined && it.range.start < at && it.role == Role::Value);
    let mut found: Vec<String> =
        own.map(|it| syntax.text(&it.range).to_owned()).filter(|word| count(word) == 1).collect();
    found.reverse();
    found
}

/// The name of a parameter, however the language writes it.
fn parameter(language: crate::syntax::Language, part: &str) -> Option<String> {
    use crate::syntax::Language;
    let head = part.split(['=', ':']).next()?.trim();
    let words: Vec<&str> = meaning::words(head).collect();
    let name = match language {
        Language::Java => words.last(),
        Language::Go => words.first(),
        _ => {
            words.iter().find(|word| !matches!(**word, "mut" | "ref" | "readonly" | "private" | "public" | "protected"))
        }
    };
    name.filter(|name| !matches!(**name, "self" | "cls" | "this")).map(|name| (*name).to_owned())
}

/// Where the argument goes and how.
fn put(call: &Call, position: usize, argument: &str) -> (usize, String) {
    match (call.arguments.get(position), call.arguments.last()) {
        (Some(next), _) => (next.start, format!("{argument}, ")),
        (None, Some(last)) => (last.end, format!(", {argument}")),
        (None, None) => (call.inside.start, argument.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    #[test]
    fn an_argument_goes_where_it_is_missing() {
        for (text, position, made) in [
            ("f(a, b)", 2, "f(a, b, x)"),
            ("f( a, g(1, 2))", 1, "f( a, x, g(1, 2))"),
            ("f()", 0, "f(x)"),
            ("f(\"a, b\")", 1, "f(\"a, b\", x)"),
        ] {
            let call = call_at(text, 1).unwrap();
            let (at, new) = put(&call, position, "x");
            assert_eq!(format!("{}{new}{}", &text[..at], &text[at..]), made);
        }
    }

    #[test]
    fn a_field_is_called_like_a_parameter() {
        assert_eq!(fields("f(a, match.Vars)\nmatch.Vars = nil\nx.vary", "vars"), ["match.Vars"]);
    }

    #[test]
    fn arguments_go_together() {
        let text = "before(a, hooks, kwargs)\nold(hooks, kwargs, 1)\nlist(my_hooks, other)\nafter(out, hooks)";
        let call = call_at(text, text.rfind('(').unwrap()).unwrap();
        assert_eq!(followers(text, &call), ["kwargs"]);
    }

    #[test]
    fn parameters_are_named() {
        for (language, part, name) in [
            (Language::Java, "final Map<String, Integer> map", Some("map")),
            (Language::Go, "r *http.Request", Some("r")),
            (Language::Rust, "mut text: &str", Some("text")),
            (Language::Python, "default=None", Some("default")),
            (Language::Python, "self", None),
        ] {
            assert_eq!(parameter(language, part).as_deref(), name);
        }
    }
}
