//! Rules about functions: their heads, their calls, what is given to them.

use super::agree;
use super::attempt::Try;
use super::declare::{self, declarations, statement_end};
use super::lexer::{Kind, Source};
use super::statement::Scene;
use super::words;

/// `f(a));`
pub(super) fn superfluous(scene: &Scene) -> Vec<Try> {
    let next = scene.source.at(scene.at + 1);
    let fits = scene.source.at(scene.at) == ")"
        && (matches!(next, ";" | "{") || scene.source.at(scene.at.wrapping_sub(1)) == ")");
    if fits { vec![scene.replace(scene.at, "", 0.85)] } else { Vec::new() }
}

/// `f(a[])`: the argument is the whole array.
pub(super) fn empty_index(scene: &Scene) -> Vec<Try> {
    if scene.at > 0 && scene.source.at(scene.at) == "]" && scene.source.at(scene.at - 1) == "[" {
        return vec![scene.removed(scene.at - 1..scene.at + 1, 0.5)];
    }
    Vec::new()
}

/// `f(int a, int b)`: types stand in a declaration only.
pub(super) fn type_in_call(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    if !words::is_type(source.at(scene.at)) {
        return Vec::new();
    }
    let statement = scene.statement();
    let is_type = |at: &usize| words::is_type(source.at(*at)) && matches!(source.at(at.wrapping_sub(1)), "(" | ",");
    let all: Vec<_> = statement
        .filter(|at| is_type(at) && *at >= scene.at)
        .map(|at| (scene.range(at).start..scene.range(at + 1).start, String::new()))
        .collect();
    let mut found = vec![Try::new(all, 0.5, "took the types out of a call".to_owned())];
    if matches!(source.at(scene.at.wrapping_sub(1)), ",") {
        // `int a, int b;`
        found.push(Try::new(
            vec![(scene.range(scene.at).start..scene.range(scene.at + 1).start, String::new())],
            0.55,
            "took the second type out of a declaration".to_owned(),
        ));
        found.push(scene.replace(scene.at - 1, ";", 0.7));
    }
    found
}

/// A function that is used for its value, or returns one, has a type.
pub(super) fn typed_function(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let called = (scene.at..source.tokens.len()).take(8).find(|at| source.is_word(*at) && source.at(at + 1) == "(");
    let name = called.map(|at| source.at(at).to_owned());
    let own = source.outer_block(scene.at);
    let heads = declarations(source);
    let mut edits = Vec::new();
    for head in heads.iter().filter(|d| d.next == "(" && d.base == "void" && d.stars == 0) {
        let opens = source.closing(head.name + 1).map(|close| close + 1);
        let is_own = scene.problem.message.contains("returning") && own.is_some() && own == opens;
        if is_own || name.as_deref() == Some(source.at(head.name)) {
            edits.push((scene.range(head.start), "int".to_owned()));
        }
    }
    if edits.is_empty() { Vec::new() } else { vec![Try::new(edits, 1.1, "gave the function a type".to_owned())] }
}

/// `2(a + b)`, `(a)(b)`, `x(i)`: a product, or an index.
pub(super) fn multiplied(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let calls =
        (0..source.tokens.len()).filter(|at| source.tokens[*at].line == line && source.at(*at) == "(" && *at > 0);
    let mut found = Vec::new();
    for open in calls {
        let before = open - 1;
        let is_product =
            matches!(source.kind(before), Some(Kind::Number | Kind::Word)) && !words::is_reserved(source.at(before));
        if !(is_product || source.at(before) == ")") {
            continue;
        }
        found.push(Try::insert(scene.range(before).end, "*", 1.2));
        if let Some(close) = source.closing(open).filter(|_| source.is_word(before)) {
            let edits = vec![(scene.range(open), "[".to_owned()), (scene.range(close), "]".to_owned())];
            found.push(Try::new(edits, 1.1, "indexed instead of calling".to_owned()));
        }
    }
    found
}

fn call_of(scene: &Scene) -> Option<(usize, usize)> {
    let source = scene.source;
    // Of a macro it is said where it ends, and the name stands between other quotes.
    let name = scene.problem.message.strip_prefix("macro \"").and_then(|rest| rest.split('"').next());
    if let Some(name) = name {
        let at = (0..=scene.at).rev().take(60).find(|at| source.at(*at) == name)?;
        return Some((at + 1, source.closing(at + 1)?));
    }
    let name = scene.quoted();
    let at = (scene.at.saturating_sub(2)..source.tokens.len())
        .take(30)
        .find(|at| source.at(*at) == name && source.at(at + 1) == "(")?;
    Some((at + 1, source.closing(at + 1)?))
}

/// The commas of a call at its own level.
fn commas(source: &Source, open: usize, close: usize) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for at in open..close {
        match source.at(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 1 => found.push(at),
            _ => {}
        }
    }
    found
}

pub(super) fn fewer_arguments(scene: &Scene) -> Vec<Try> {
    let Some((open, close)) = call_of(scene) else { return Vec::new() };
    match commas(scene.source, open, close).last() {
        Some(comma) => vec![scene.removed(*comma..close, 1.2)],
        None => vec![scene.removed(open + 1..close, 1.2)],
    }
}

/// The parameter's name, where there is a variable that is called like it; else what other calls give.
pub(super) fn more_arguments(scene: &Scene) -> Vec<Try> {
    let Some((open, close)) = call_of(scene) else { return Vec::new() };
    let mut found = glued(scene, open, close);
    found.extend(last_named(scene, open, close));
    found.extend(as_declared(scene, open, close));
    found.extend(agree::given_elsewhere(scene.source, scene.source.at(open - 1), open, close));
    found
}

/// `va_start(list)`: what it starts behind is the last parameter that has a name (C11, 7.16.1.4).
fn last_named(scene: &Scene, open: usize, close: usize) -> Option<Try> {
    let source = scene.source;
    let rest = (0..open).rfind(|at| source.at(*at) == "..." && source.at(at + 1) == ")")?;
    let name = source.at(rest.checked_sub(2)?);
    let is_start = source.at(open - 1) == "va_start" && source.at(rest - 1) == ",";
    is_start.then(|| Try::insert(scene.range(close).start, &format!(", {name}"), 0.3))
}

/// Two arguments of one call are both of a wrong type: each stands in the other's place.
pub(super) fn exchanged(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let name = scene.quoted();
    let number = |message: &str| {
        let (before, _) = message.split_once(&format!(" of '{name}'"))?;
        before.rsplit("argument ").next()?.parse::<usize>().ok()
    };
    let here = scene.all.iter().filter(|problem| problem.line == scene.problem.line);
    let wrong: Vec<usize> = here.filter_map(|problem| number(&problem.message)).collect();
    let open = (1..=scene.at).rev().take(60).find(|at| source.at(*at) == "(" && source.at(at - 1) == name);
    let parts = open.and_then(|open| Some(agree::parts(source, open, source.closing(open)?))).unwrap_or_default();
    let &[first, second] = wrong.as_slice() else { return Vec::new() };
    let (Some(a), Some(b)) = (parts.get(first - 1), parts.get(second - 1)) else { return Vec::new() };
    let text = |range: &std::ops::Range<usize>| source.text[range.clone()].to_owned();
    let why = format!("put two arguments of `{name}` in each other's place");
    vec![Try::new(vec![(a.clone(), text(b)), (b.clone(), text(a))], 0.3, why)]
}

/// Two arguments without a comma between them count as one.
fn glued(scene: &Scene, open: usize, close: usize) -> Vec<Try> {
    let is_value = |at: usize| matches!(scene.source.kind(at), Some(Kind::Word | Kind::Number | Kind::Text));
    let is_plain = |at: usize| is_value(at) && !words::is_reserved(scene.source.at(at));
    let ends = |at: usize| is_plain(at) || matches!(scene.source.at(at), ")" | "]");
    let lost = (open + 1..close.saturating_sub(1)).filter(|at| ends(*at) && is_plain(at + 1));
    lost.map(|at| Try::insert(scene.range(at).end, ",", 0.7)).collect()
}

fn as_declared(scene: &Scene, open: usize, close: usize) -> Vec<Try> {
    let source = scene.source;
    let name = scene.quoted();
    let has = if close == open + 1 { 0 } else { commas(source, open, close).len() + 1 };
    let all = declarations(source);
    let Some(head) = all.iter().find(|d| source.at(d.name) == name && d.next == "(") else { return Vec::new() };
    let Some(end) = source.closing(head.name + 1) else { return Vec::new() };
    let parameters: Vec<_> = all.iter().filter(|d| d.is_parameter && (head.name..end).contains(&d.name)).collect();
    let Some(missing) = parameters.get(has..).filter(|missing| !missing.is_empty()) else { return Vec::new() };
    let names: Vec<&str> = missing.iter().map(|d| source.at(d.name)).collect();
    // A variable that nobody has would have to be declared, and hold nothing.
    let body = declare::function(source, open).unwrap_or(open..open);
    let is_there = |name: &str| {
        let mut own = all.iter().filter(|d| source.at(d.name) == name && d.next != "(");
        own.any(|d| body.contains(&d.name) || !d.is_parameter && source.outer_block(d.name).is_none())
            || parameters_of(source, body.start).any(|at| source.at(at) == name)
    };
    if !names.iter().all(|name| is_there(name)) {
        return Vec::new();
    }
    let lead = if has > 0 { ", " } else { "" };
    vec![Try::insert(scene.range(close).start, &format!("{lead}{}", names.join(", ")), 1.3)]
}

/// The words between the brackets before a function's block.
fn parameters_of(source: &Source, block: usize) -> impl Iterator<Item = usize> + '_ {
    let open = (0..block).rev().take(80).find(|at| source.at(*at) == "(" && source.closing(*at) == Some(block - 1));
    open.map_or(0..0, |open| open..block).filter(|at| source.is_word(*at))
}

/// The function was used before it was declared.
pub(super) fn earlier(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let name = scene.quoted();
    let all = declarations(source);
    let heads: Vec<_> = all.iter().filter(|d| source.at(d.name) == name && d.next == "(").collect();
    let text = |d: &declare::Declared| {
        let close = source.closing(d.name + 1)?;
        Some((scene.range(d.start).start..scene.range(close).end, source.at(close + 1)))
    };
    let definition = heads.iter().filter_map(|d| text(d)).find(|(_, next)| *next == "{");
    let Some((definition, _)) = definition else { return Vec::new() };
    let head = source.text[definition].to_owned();
    match heads.iter().filter_map(|d| text(d)).find(|(_, next)| *next == ";") {
        Some((range, _)) => {
            vec![Try::new(vec![(range, head.clone())], 0.9, format!("declared `{name}` as it is defined"))]
        }
        None => {
            let first = all.iter().find(|d| d.next == "(" && !d.is_parameter);
            let place = first.map_or(0, |d| source.line_start(source.tokens[d.start].line));
            let line = format!("{head};{}", source.line_break());
            vec![Try::new(vec![(place..place, line)], 0.6, format!("declared the function `{name}` before its use"))]
        }
    }
}

/// `format '%d' expects argument of type 'int *', but argument 2 has type 'int'`.
pub(super) fn addressed(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let message = &scene.problem.message;
    let number = message.split("argument ").filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok()).next();
    let open = (0..scene.at + 1).rev().find(|at| source.at(*at) == "(" && source.at(at.wrapping_sub(1)).ends_with('f'));
    let (Some(number), Some(open)) = (number, open) else { return Vec::new() };
    let Some(close) = source.closing(open) else { return Vec::new() };
    let Some(comma) = commas(source, open, close).get(number.saturating_sub(2)).copied() else { return Vec::new() };
    let pointer = message.contains(" *', but");
    let start = scene.range(comma + 1).start;
    match source.at(comma + 1) {
        "&" if !pointer => vec![scene.replace(comma + 1, "", 0.5)],
        _ if pointer => vec![Try::insert(start, "&", 0.5)],
        _ => Vec::new(),
    }
}

/// `int main {`: a function's name without its brackets.
pub(super) fn parentheses(scene: &Scene) -> Vec<Try> {
    if scene.source.at(scene.at) == "{" && scene.at > 0 && scene.source.is_word(scene.at - 1) {
        return vec![Try::insert(scene.range(scene.at - 1).end, "()", 0.6)];
    }
    Vec::new()
}

/// `if (a) && (b)`, `printf("…" a)`, `(a, b c)`.
pub(super) fn declared_argument(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let before = scene.at.saturating_sub(1);
    if source.kind(before) == Some(Kind::Text) || source.kind(scene.at) == Some(Kind::Text) {
        return vec![Try::insert(scene.range(before).end, ",", 0.8)];
    }
    Vec::new()
}

/// `printf "x";`
pub(super) fn string_call(scene: &Scene) -> Vec<Try> {
    if scene.at == 0 || !scene.source.is_word(scene.at - 1) {
        return Vec::new();
    }
    let open = scene.range(scene.at).start;
    let end = statement_end(scene.source, scene.at);
    let close = scene.range(end).start;
    let mut found = vec![Try::insert(open, "(", 1.2)];
    found.push(Try::new(
        vec![(open..open, "(".to_owned()), (close..close, ")".to_owned())],
        1.3,
        "put a call's argument in brackets".to_owned(),
    ));
    found
}

/// `int f(int a; int b)`.
pub(super) fn parameters(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let signs = (0..source.tokens.len()).filter(|at| source.tokens[*at].line == line && source.at(*at) == ";");
    let edits: Vec<_> =
        signs.filter(|at| words::is_type(source.at(at + 1))).map(|at| (scene.range(at), ",".to_owned())).collect();
    if edits.is_empty() { Vec::new() } else { vec![Try::new(edits, 0.7, "divided parameters by `,`".to_owned())] }
}
