//! Two places that speak of one function or one value, and do not agree: definition and declaration, parameter and
//! call, a variable and what is put into it.

use super::attempt::Try;
use super::declare::{declarations, function};
use super::lexer::Source;
use super::names::unknown;
use super::statement::Scene;
use crate::hand::cc::Problem;
use std::ops::Range;

/// `conflicting types for 'f'`: the head is written as the other one has it.
pub(super) fn head(scene: &Scene) -> Vec<Try> {
    let other = scene.problem.notes.iter().find(|note| note.message.starts_with("previous d"));
    let (Some(own), Some(other)) = (Kinds::of(&scene.problem.message), other.and_then(|note| Kinds::of(&note.message)))
    else {
        return Vec::new();
    };
    let name = scene.quoted();
    let Some(at) =
        (scene.at.saturating_sub(4)..scene.source.tokens.len()).take(40).find(|at| scene.source.at(*at) == name)
    else {
        return Vec::new();
    };
    let open = (at + 1..at + 3).find(|at| scene.source.at(*at) == "(");
    let Some((open, close)) = open.and_then(|open| Some((open, scene.source.closing(open)?))) else {
        return Vec::new();
    };
    let parts = parts(scene.source, open, close);
    let why = format!("wrote the head of `{name}` as it is declared elsewhere");
    let mut edits = Vec::new();
    if own.parameters.len() == other.parameters.len() && parts.len() == own.parameters.len() {
        edits.extend(own.differing(&other, scene.source, &parts));
    } else if own.parameters.len() + 1 == other.parameters.len() {
        let Some(lost) = scene.all.iter().filter_map(|problem| unknown(&problem.message)).next() else {
            return Vec::new();
        };
        let at =
            (0..own.parameters.len()).find(|at| own.parameters[*at] != other.parameters[*at]).unwrap_or(parts.len());
        edits.extend(inserted(scene.source, &parts, open, at, &named(&other.parameters[at], &lost)));
    } else if own.parameters.len() == other.parameters.len() + 1 && !other.parameters.is_empty() {
        let at = (0..other.parameters.len())
            .find(|at| own.parameters[*at] != other.parameters[*at])
            .unwrap_or(parts.len() - 1);
        let range = if at > 0 { parts[at - 1].end..parts[at].end } else { parts[0].start..parts[1].start };
        edits.push((range, String::new()));
    }
    if own.result != other.result {
        edits.extend(result(scene.source, at).map(|range| (range, other.result)));
    }
    if edits.is_empty() { Vec::new() } else { vec![Try::new(edits, 0.5, why)] }
}

/// C++: `no declaration matches 'double Circle::area()'`: the head is written as its class has it.
pub(super) fn member(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let text = |message: &str| Some(message.split('\'').nth(1)?.trim_start_matches("virtual ").to_owned());
    let mut notes = scene.problem.notes.iter().filter(|note| note.message.starts_with("candidate is: '"));
    let (Some(old), Some(new)) = (text(&scene.problem.message), notes.next().and_then(|note| text(&note.message)))
    else {
        return Vec::new();
    };
    let is_const = |text: &str| text.ends_with(") const");
    let bare = |text: &str| Kinds::read(text.strip_suffix(" const").unwrap_or(text));
    let (Some(own), Some(other)) = (bare(&old), bare(&new)) else { return Vec::new() };
    let Some(open) = (scene.at..source.tokens.len()).take(12).find(|at| source.at(*at) == "(") else {
        return Vec::new();
    };
    let Some(close) = source.closing(open) else { return Vec::new() };
    let parts = parts(source, open, close);
    if parts.len() != own.parameters.len() || parts.len() != other.parameters.len() {
        return Vec::new();
    }
    let mut edits: Vec<_> = own.differing(&other, source, &parts).collect();
    let end = scene.range(close).end;
    match (is_const(&old), is_const(&new)) {
        (false, true) => edits.push((end..end, " const".to_owned())),
        (true, false) if source.at(close + 1) == "const" => {
            edits.push((end..scene.range(close + 1).end, String::new()))
        }
        _ => {}
    }
    // `std::string Circle` and `double Circle`: the class stands behind the type.
    let kind = |text: &str| text.rsplit_once(' ').map(|(kind, _)| kind.to_owned());
    if let (Some(was), Some(is)) = (kind(&own.result), kind(&other.result))
        && was != is
    {
        edits.extend(result(source, scene.at).map(|range| (range, is)));
    }
    let why = format!("wrote the head of `{}` as its class declares it", source.at(open - 1));
    if edits.is_empty() { Vec::new() } else { vec![Try::new(edits, 0.4, why)] }
}

/// What overrides nothing is mostly the one that is not `const`.
pub(super) fn overridden(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let open = (scene.at..source.tokens.len()).take(3).find(|at| source.at(*at) == "(");
    let Some(close) = open.and_then(|open| source.closing(open)) else { return Vec::new() };
    match source.at(close + 1) {
        "const" => Vec::new(),
        _ => vec![Try::insert(scene.range(close).end, " const", 0.4)],
    }
}

/// The type that stands before a function's name: as it is written, `long` is what compilers call `long int`.
fn result(source: &Source, name: usize) -> Option<Range<usize>> {
    const STORED: &[&str] = &["static", "inline", "extern", "__inline", "register"];
    let ends = |at: &usize| matches!(source.at(*at), ";" | "{" | "}") || source.at(*at).starts_with('#');
    let start = (0..name).rev().find(ends).map_or(0, |at| at + 1);
    let first = (start..name).find(|at| !STORED.contains(&source.at(*at)))?;
    Some(source.tokens[first].range.start..source.tokens[name - 1].range.end)
}

/// What a message says of a function's type: `with type 'int (char *, int)'`.
struct Kinds {
    result: String,
    parameters: Vec<String>,
}

impl Kinds {
    fn of(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once("have '").or_else(|| message.split_once("with type '"))?;
        Self::read(rest.split('\'').next()?)
    }

    fn read(text: &str) -> Option<Self> {
        let open = text.find('(')?;
        let inner = text[open + 1..].strip_suffix(')')?;
        let mut parameters = vec![String::new()];
        let mut depth = 0_i32;
        for c in inner.chars() {
            match c {
                ',' if depth == 0 => parameters.push(String::new()),
                _ => {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    parameters.last_mut()?.push(c);
                }
            }
        }
        let parameters = parameters
            .iter()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty() && text != "void")
            .collect();
        Some(Self { result: text[..open].trim().to_owned(), parameters })
    }

    /// The parameters that are of another type there, as many as here.
    fn differing<'s>(
        &'s self,
        other: &'s Self,
        source: &'s Source,
        parts: &'s [Range<usize>],
    ) -> impl Iterator<Item = (Range<usize>, String)> + 's {
        (0..parts.len()).filter(|at| self.parameters[*at] != other.parameters[*at]).map(|at| {
            let text = source.text[parts[at].clone()].trim();
            (parts[at].clone(), of_type(text, &self.parameters[at], &other.parameters[at]))
        })
    }
}

/// The parts of a list between brackets, without the blanks around them.
pub(super) fn parts(source: &Source, open: usize, close: usize) -> Vec<Range<usize>> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let mut first = open + 1;
    for at in open..=close {
        match source.at(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 1 => {}
            _ => continue,
        }
        if at > open && (at == close || depth == 1 && source.at(at) == ",") && first < at {
            found.push(source.tokens[first].range.start..source.tokens[at - 1].range.end);
            first = at + 1;
        }
    }
    found
}

/// A parameter of another type, its name and its blanks as they were.
fn of_type(text: &str, old: &str, new: &str) -> String {
    if new.strip_prefix("const ") == Some(old) {
        return format!("const {text}");
    }
    if let Some(rest) = text.strip_prefix("const ").filter(|_| old.strip_prefix("const ") == Some(new)) {
        return rest.to_owned();
    }
    let name = text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    let blanks = &text[text.trim_end_matches(name).trim_end().len()..text.len() - name.len()];
    if blanks.is_empty() || new.ends_with('*') { named(new, name) } else { format!("{new}{blanks}{name}") }
}

fn named(kind: &str, name: &str) -> String {
    if kind.ends_with('*') { format!("{kind}{name}") } else { format!("{kind} {name}") }
}

/// A parameter before the one at `at`.
fn inserted(
    source: &Source,
    parts: &[Range<usize>],
    open: usize,
    at: usize,
    new: &str,
) -> Option<(Range<usize>, String)> {
    match parts.get(at) {
        Some(next) => Some((next.start..next.start, format!("{new}, "))),
        // `(void)` names no parameter.
        None if parts.len() == 1 && source.at(open + 1) == "void" && source.at(open + 2) == ")" => {
            Some((parts[0].clone(), new.to_owned()))
        }
        None => {
            let end = parts.last().map_or(source.tokens.get(open)?.range.end, |last| last.end);
            Some((end..end, if parts.is_empty() { new.to_owned() } else { format!(", {new}") }))
        }
    }
}

/// A name that the function does not know, and calls that give more than it takes: a parameter.
pub(super) fn parameter(source: &Source, at: usize, name: &str, all: &[Problem]) -> Option<Try> {
    let body = function(source, at)?;
    let heads = declarations(source);
    let head = heads
        .iter()
        .filter(|d| d.next == "(" && !d.is_parameter)
        .rfind(|d| d.name < body.start && source.closing(d.name + 1).is_some_and(|close| close + 1 == body.start))?;
    let own = source.at(head.name);
    let said = format!("too many arguments to function '{own}'");
    let problem = all.iter().find(|problem| problem.message.starts_with(&said))?;
    let from = source.token_at(source.offset(problem.line, problem.column));
    let call = (from.saturating_sub(2)..source.tokens.len()).take(30).find(|at| source.at(*at) == own)? + 1;
    let given = parts(source, call, source.closing(call)?);
    let open = head.name + 1;
    let taken = parts(source, open, source.closing(open)?);
    let place =
        given.iter().position(|range| &source.text[range.clone()] == name).unwrap_or(taken.len()).min(taken.len());
    let argument = source.text.get(given.get(place)?.clone())?;
    let known = heads.iter().rfind(|d| d.name < call && source.at(d.name) == argument);
    let kind = known.map_or("int".to_owned(), |d| {
        format!("{}{}", d.base, if d.stars > 0 { format!(" {}", "*".repeat(d.stars)) } else { String::new() })
    });
    let edit = inserted(source, &taken, open, place, &named(&kind, name))?;
    Some(Try::new(vec![edit], 0.3, format!("gave `{own}` the parameter `{name}`, as it is called")))
}

/// `assignment to 'A' from incompatible pointer type 'B'`: a cast or a declaration that says `B`.
pub(super) fn pointer(scene: &Scene) -> Vec<Try> {
    let texts = scene.problem.message.split('\'').skip(1).step_by(2).chain(
        scene
            .problem
            .notes
            .iter()
            .filter(|note| note.message.starts_with("expected '"))
            .flat_map(|note| note.message.split('\'').skip(1).step_by(2)),
    );
    let kinds: Vec<&str> = texts.filter(|text| text.ends_with('*')).collect();
    let [wanted, given, ..] = kinds[..] else { return Vec::new() };
    let (wanted, given) =
        if scene.problem.message.starts_with("returning") { (given, wanted) } else { (wanted, given) };
    // What is given may stand on lines below the `=`.
    let tokens = scene.statement();
    let end = scene.range(tokens.end).end.max(scene.source.line_end(scene.problem.line));
    let statement = scene.source.line_start(scene.problem.line)..end;
    let cast = format!("({given})");
    let mut found = Vec::new();
    if let Some(at) = scene.source.text[statement.clone()].find(&cast) {
        let start = statement.start + at;
        found.push(Try::replace(scene.source, start..start + cast.len(), &format!("({wanted})"), 0.7));
    }
    let used = |d: &super::declare::Declared| {
        let name = scene.source.at(d.name);
        (0..scene.source.tokens.len())
            .any(|at| scene.source.tokens[at].line == scene.problem.line && scene.source.at(at) == name)
    };
    let text = |base: &str, stars: usize| format!("{base} {}", "*".repeat(stars));
    for d in declarations(scene.source).iter().filter(|d| d.next != "(" && d.name <= scene.at + 12 && used(d)) {
        let (old, new, cost) = match text(&d.base, d.stars) {
            own if own == given => (given, wanted, 0.9),
            own if own == wanted => (wanted, given, 1.3),
            _ => continue,
        };
        let base = |kind: &str| kind.trim_end_matches(['*', ' ']).to_owned();
        let range = scene.range(d.start).start..scene.range(d.name).start;
        if let Some(at) = scene.source.text[range.clone()].find(&base(old)) {
            let start = range.start + at;
            found.push(Try::replace(scene.source, start..start + base(old).len(), &base(new), cost));
        }
    }
    found
}

/// `assignment to 'char *' from 'int'`: the variable is declared as what it is given.
pub(super) fn scalar(scene: &Scene) -> Vec<Try> {
    let kinds: Vec<&str> = scene.problem.message.split('\'').skip(1).step_by(2).take(2).collect();
    let &[wanted, given] = kinds.as_slice() else { return Vec::new() };
    let start = (0..=scene.at).rev().take_while(|at| !matches!(scene.source.at(*at), ";" | "{" | "}")).last();
    let name = start.map_or("", |at| scene.source.at(at));
    let written = |d: &super::declare::Declared| {
        let stars = if d.stars > 0 { format!(" {}", "*".repeat(d.stars)) } else { String::new() };
        format!("{}{stars}", d.base)
    };
    let all = declarations(scene.source);
    let own = all.iter().rfind(|d| d.name <= scene.at && scene.source.at(d.name) == name && d.next == ";");
    let own = own.filter(|d| written(d) == wanted && !name.is_empty());
    let edit = own.map(|d| (scene.range(d.start).start..scene.range(d.name).end, named(given, name)));
    edit.map(|edit| Try::new(vec![edit], 0.7, format!("declared `{name}` as `{given}`"))).into_iter().collect()
}

/// What all other calls of the function give where this one gives nothing.
pub(super) fn given_elsewhere(source: &Source, name: &str, open: usize, close: usize) -> Vec<Try> {
    let own = parts(source, open, close);
    let has = own.len();
    let text = |range: &Range<usize>| source.text[range.clone()].to_owned();
    let (mut alike, mut rests): (Vec<&str>, Vec<(usize, &str)>) = Default::default();
    for at in (0..source.tokens.len()).filter(|at| source.at(*at) == name && source.at(at + 1) == "(" && at + 1 != open)
    {
        // Behind a type stands its own head.
        let ahead = source.at(at.wrapping_sub(1));
        if ahead == "*" || source.is_word(at.wrapping_sub(1)) && !matches!(ahead, "return" | "else" | "case" | "do") {
            continue;
        }
        let Some(end) = source.closing(at + 1) else { continue };
        let given = parts(source, at + 1, end);
        let Some(rest) = given.get(has).and_then(|first| source.text.get(first.start..given.last()?.end)) else {
            continue;
        };
        if has > 0 && own.iter().zip(&given).all(|(a, b)| text(a) == text(b)) && !alike.contains(&rest) {
            alike.push(rest);
        }
        match rests.iter_mut().find(|(_, other)| *other == rest) {
            Some((count, _)) => *count += 1,
            None => rests.push((1, rest)),
        }
    }
    let lead = if has > 0 { ", " } else { "" };
    let give = |rest: &str, cost| Try::insert(source.tokens[close].range.start, &format!("{lead}{rest}"), cost);
    // A call that gives the same otherwise says it best.
    if let &[only] = alike.as_slice() {
        return vec![give(only, 0.6)];
    }
    // Where they differ it is what most of them give, or nobody says which is meant.
    let all: usize = rests.iter().map(|(count, _)| count).sum();
    let Some((count, rest)) =
        rests.into_iter().max_by_key(|(count, _)| *count).filter(|(count, _)| count * 3 >= all * 2)
    else {
        return Vec::new();
    };
    let cost = if count == all { 1.0 } else { 2.0 };
    vec![give(rest, cost)]
}
