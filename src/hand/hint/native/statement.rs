//! What single messages spell out: the compiler's own fixes, and the usual cause of each kind of complaint.

use super::attempt::Try;
use super::declare::{declarations, statement_end};
use super::lexer::{Kind, Source};
use super::{agree, call, format, text};
use crate::hand::cc::{Problem, include};
use std::ops::Range;

/// The compiler's own fixes for an error. Names that are merely similar are judged elsewhere.
pub(super) fn compilers(source: &Source, problem: &Problem) -> Option<Try> {
    if problem.fixes.is_empty() || problem.message.contains("did you mean") && !problem.message.contains("'->'") {
        return None;
    }
    let edit = |fix: &crate::hand::cc::Fix| {
        let range = source.offset(fix.from.0, fix.from.1)..source.offset(fix.to.0, fix.to.1);
        (range, fix.text.clone())
    };
    let mut edits: Vec<_> = problem.fixes.iter().take(1).map(edit).collect();
    let text = edits[0].1.trim().to_owned();
    let cost = if problem.sure_fix().is_some() { 0.9 } else { 1.6 };
    if let Some(header) = text.strip_prefix("#include ") {
        edits = vec![include::place(&source.text, header)];
    }
    // A `;` before a block ends a head whose keyword is misspelt.
    let ends_head = text == ";" && source.text[edits[0].0.end..].trim_start().starts_with('{');
    let cost = if ends_head { cost + 2.0 } else { cost };
    if let Some(open) = redundant(&source.text, edits[0].0.start).filter(|_| text == ")") {
        return Some(Try::replace(source, open..open + 1, "", 1.2));
    }
    let why = if text.is_empty() {
        "took out what the compiler marks".to_owned()
    } else {
        format!("put in `{text}`, as the compiler advises")
    };
    Some(Try::new(edits, cost, why))
}

/// The outer `(` of `((x)`, which a `)` at `at` would close for nothing: it is one too many.
fn redundant(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end().strip_suffix(')')?;
    let mut depth = 1_usize;
    let open = before.char_indices().rev().take(400).find_map(|(at, c)| {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    before[..open].ends_with('(').then(|| open - 1)
}

type Rule = fn(&Scene) -> Vec<Try>;

/// A piece of the message, and what is tried then.
const RULES: &[(&str, Rule)] = &[
    ("lvalue required as left operand", comparison),
    ("expression is not assignable", comparison),
    ("lvalue required", comparison),
    ("suggest parentheses around assignment", comparison),
    ("expected ';' before", for_header),
    ("expected ';' in 'for'", for_header),
    ("expected ')' before ';'", for_header),
    ("expected expression before ')'", for_header),
    ("before ')' token", call::superfluous),
    ("expected expression before ']'", call::empty_index),
    ("expected expression before '", call::type_in_call),
    ("expected expression before '", statement_gone),
    ("redeclaration of '", twice),
    ("redefinition of '", twice),
    ("subscripted value is neither array", indexed),
    ("subscripted value is not an array", indexed),
    ("invalid types 'int[int]'", indexed),
    ("stray '", text::stray),
    ("empty character constant", text::blank),
    ("missing terminating", text::quote),
    ("unterminated", text::quote),
    ("invalid suffix \"", text::number),
    ("expected identifier or '(' before numeric constant", text::number),
    ("variable-sized object may not be initialized", no_initializer),
    ("array size missing", sized),
    ("definition of variable with array type needs", sized),
    ("assignment to expression with array type", copied),
    ("array type '", copied),
    ("void value not ignored", call::typed_function),
    ("return-statement with a value, in function returning 'void'", call::typed_function),
    ("called object", call::multiplied),
    ("is not a function or function pointer", call::multiplied),
    ("too many arguments to function", call::fewer_arguments),
    ("too few arguments to function", call::more_arguments),
    ("argument 1 of '", call::exchanged),
    ("argument 2 of '", call::exchanged),
    ("declared as a function", pointed),
    ("unknown type name '", tagged),
    ("expected declaration specifiers or", tagged),
    ("conflicting types for '", agree::head),
    ("no declaration matches '", agree::member),
    ("marked 'override', but does not override", agree::overridden),
    ("conflicting types for '", call::earlier),
    ("makes pointer from integer", agree::scalar),
    ("makes integer from pointer", agree::scalar),
    ("incompatible pointer type", agree::pointer),
    ("incompatible return type", agree::pointer),
    (" requires ", call::more_arguments),
    ("\"/*\" within comment", text::comment),
    ("unterminated comment", text::comment),
    ("invalid type argument of unary '*'", star),
    ("invalid operands to binary", operands),
    ("request for member", arrow),
    ("is not a structure or union", arrow),
    ("expects argument of type", format::conversion),
    ("expects argument of type", call::addressed),
    ("control reaches end of non-void", returned),
    ("has incomplete type", twice),
    ("expected '=', ',', ';'", call::parentheses),
    ("expected '(' before", condition),
    ("expected ')' before", call::declared_argument),
    ("before string constant", call::string_call),
    ("break statement not within", statement_gone),
    ("continue statement not within", statement_gone),
    ("expected 'while' before", do_while),
    ("just a forward declaration", call::parameters),
    ("nonnull", statement_gone),
    ("unused variable", statement_gone),
];

/// One error in its text.
pub(super) struct Scene<'s> {
    pub source: &'s Source,
    pub problem: &'s Problem,
    /// Everything that is said about the text.
    pub all: &'s [Problem],
    /// The token that is pointed at.
    pub at: usize,
}

pub(super) fn tries(source: &Source, problem: &Problem, all: &[Problem]) -> Vec<Try> {
    let at = source.token_at(source.offset(problem.line, problem.column));
    let scene = Scene { source, problem, all, at };
    RULES.iter().filter(|(piece, _)| problem.message.contains(piece)).flat_map(|(_, rule)| rule(&scene)).collect()
}

impl Scene<'_> {
    pub fn range(&self, index: usize) -> Range<usize> {
        self.source.tokens.get(index).map_or(self.source.text.len()..self.source.text.len(), |t| t.range.clone())
    }

    /// From the first token behind the last `;`, `{` or `}`, up to the next `;`.
    pub fn statement(&self) -> Range<usize> {
        let ends = |at: &usize| matches!(self.source.at(*at), ";" | "{" | "}");
        let start = (0..self.at).rev().find(ends).map_or(0, |at| at + 1);
        start..statement_end(self.source, self.at)
    }

    /// The name that the message quotes first.
    pub fn quoted(&self) -> &str {
        let name = self.problem.message.split('\'').nth(1).unwrap_or_default();
        name.rsplit(' ').next().unwrap_or(name)
    }

    pub fn replace(&self, index: usize, text: &str, cost: f64) -> Try {
        Try::replace(self.source, self.range(index), text, cost)
    }

    pub fn removed(&self, tokens: Range<usize>, cost: f64) -> Try {
        let last = self.range(tokens.end.saturating_sub(1));
        Try::replace(self.source, self.range(tokens.start).start..last.end, "", cost)
    }
}

/// `if (a = b + c = d)`, `if (n % 2 = 0)`: one of the `=` compares; or the sides are swapped.
fn comparison(scene: &Scene) -> Vec<Try> {
    let statement = scene.statement();
    let signs = statement.clone().filter(|at| scene.source.at(*at) == "=");
    let mut found: Vec<Try> =
        signs.map(|at| scene.replace(at, "==", 0.6 + if at == scene.at { 0.0 } else { 0.3 })).collect();
    let all: Vec<_> =
        statement.filter(|at| scene.source.at(*at) == "=").map(|at| (scene.range(at), "==".to_owned())).collect();
    if all.len() > 1 {
        found.push(Try::new(all, 0.8, "compared instead of assigning".to_owned()));
    }
    let (start, end) = (scene.statement().start, scene.statement().end);
    if let Some(sign) = (start..end).find(|at| scene.source.at(*at) == "=")
        && end == sign + 2
        && scene.source.is_word(sign + 1)
    {
        let left = scene.range(start).start..scene.range(sign - 1).end;
        let (old, new) = (scene.source.text[left.clone()].to_owned(), scene.source.at(sign + 1).to_owned());
        let edits = vec![(left, new), (scene.range(sign + 1), old)];
        found.push(Try::new(edits, 0.5, "swapped the sides of an assignment".to_owned()));
    }
    found
}

/// `typedef a_s a;`: what a type is called by is mostly the tag of a `struct`. `struct { … } a;` that is used as a type
/// lacks its `typedef`.
fn tagged(scene: &Scene) -> Vec<Try> {
    let (source, at) = (scene.source, scene.at);
    let name = source.at(at);
    let ends = |at: &usize| source.at(*at) == "}" && source.at(at + 1) == name && source.at(at + 2) == ";";
    let closes = (0..at).rfind(ends);
    let heads =
        |open: usize| (open.saturating_sub(2)..open).find(|at| matches!(source.at(*at), "struct" | "union" | "enum"));
    let opened = closes.and_then(|end| (0..end).rfind(|at| source.at(*at) == "{" && source.closing(*at) == Some(end)));
    if let Some(head) = opened.and_then(heads).filter(|head| *head == 0 || source.at(head - 1) != "typedef") {
        return vec![Try::insert(scene.range(head).start, "typedef ", 0.3)];
    }
    let names = at > 0 && source.at(at - 1) == "typedef" && source.is_word(at + 1);
    if names { vec![Try::insert(scene.range(at).start, "struct ", 0.6)] } else { Vec::new() }
}

/// A field of a function's type: the type is that of a pointer, which lost its `*` where it is named.
fn pointed(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let kind = source.at(scene.at.saturating_sub(1));
    let named = |at: &usize| source.at(*at) == "(" && source.at(at + 1) == kind && source.at(at + 2) == ")";
    let place = (0..source.tokens.len()).find(named).filter(|_| source.is_word(scene.at.saturating_sub(1)));
    place.map(|at| Try::insert(scene.range(at + 1).start, "*", 0.4)).into_iter().collect()
}

/// Commas or colons where the parts of a `for` are divided.
fn for_header(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let Some(head) = (0..=scene.at.min(source.tokens.len())).rev().take(40).find(|at| source.at(*at) == "for") else {
        return Vec::new();
    };
    let Some(close) = source.closing(head + 1) else { return Vec::new() };
    let mut depth = 0_usize;
    let (mut signs, mut edits) = (0, Vec::new());
    for at in head + 1..close {
        match source.at(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            ";" if depth == 1 => signs += 1,
            "," | ":" | "." if depth == 1 => edits.push((scene.range(at), ";".to_owned())),
            _ => {}
        }
    }
    if signs + edits.len() == 2 && !edits.is_empty() {
        return vec![Try::new(edits, 0.6, "divided the parts of `for` by `;`".to_owned())];
    }
    Vec::new()
}

/// The statement as a whole.
fn statement_gone(scene: &Scene) -> Vec<Try> {
    let statement = scene.statement();
    if statement.is_empty() || statement.end >= scene.source.tokens.len() || statement.len() > 12 {
        return Vec::new();
    }
    // What checks something is no slip, whatever is complained of.
    const CHECKS: &[&str] = &["assert", "check", "expect", "test", "fail"];
    let verb = scene.source.at(statement.start).to_lowercase();
    if CHECKS.iter().any(|word| verb.contains(word)) {
        return Vec::new();
    }
    let (first, last) = (scene.range(statement.start), scene.range(statement.end));
    let line = |byte: usize| scene.source.line_of(byte);
    let lines = scene.source.line_start(line(first.start))..scene.source.line_start(line(last.start) + 1);
    let around = [lines.start..first.start, last.end..lines.end].map(|range| &scene.source.text[range]);
    // What has its lines to itself takes them along.
    if around.iter().all(|text| text.trim().is_empty()) {
        return vec![Try::replace(scene.source, lines, "", 4.6)];
    }
    vec![scene.removed(statement.start..statement.end + 1, 4.6)]
}

/// A name that is declared again: the later type goes, or the later declaration.
fn twice(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let name = scene.quoted();
    let Some(again) = declarations(source)
        .into_iter()
        .find(|d| d.name == scene.at || (d.name > scene.at && source.at(d.name) == name))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let line = source.tokens[again.start].line;
    if line > 1 && source.line_text(line).trim() == source.line_text(line - 1).trim() {
        found.push(Try::replace(source, source.line_start(line)..source.line_start(line + 1), "", 0.3));
    }
    let alone = again.name == again.start + again.base.split(' ').count() + again.stars;
    let behind = source.at(again.name + 1);
    let whole = scene.range(again.start).start..scene.range(again.name).start;
    match (behind, alone) {
        ("=", true) => found.push(Try::replace(source, whole, "", 0.8)),
        (";", true) if !again.is_parameter => {
            let end = again.name + 1;
            let line = source.tokens[again.start].line;
            let lone = source.line_text(line).trim()
                == source.text[scene.range(again.start).start..scene.range(end).end].trim();
            let range = if lone {
                source.line_start(line)..source.line_start(line + 1)
            } else {
                scene.range(again.start).start..scene.range(end).end
            };
            found.push(Try::new(
                vec![(range, String::new())],
                0.8,
                format!("took out the second declaration of `{name}`"),
            ));
        }
        ("," | ")", _) if again.is_parameter => {}
        (",", _) => found.push(scene.removed(again.name..again.name + 2, 0.8)),
        (";", false) => found.push(scene.removed(again.name - 1..again.name + 1, 0.8)),
        ("=", false) if source.at(again.name - 1) == "," => {
            let end = statement_end(source, again.name);
            found.push(scene.removed(again.name - 1..end, 1.6));
        }
        _ => {}
    }
    found
}

/// Something is indexed that was declared without a dimension.
fn indexed(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let name = (0..=scene.at).rev().take(12).find(|at| source.is_word(*at) && source.at(at + 1) == "[");
    let Some(name) = name else { return Vec::new() };
    let wanted = source.at(name);
    let Some(declared) = declarations(source).into_iter().rfind(|d| d.name < name && source.at(d.name) == wanted)
    else {
        return Vec::new();
    };
    let end = (0..declared.dimensions).fold(declared.name, |at, _| source.closing(at + 1).unwrap_or(at));
    let place = scene.range(end).end;
    let size = if declared.is_parameter && declared.dimensions == 0 { "[]" } else { "[100]" };
    vec![Try::insert(place, size, 0.8)]
}

/// Arrays of variable size start without values.
fn no_initializer(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let Some(sign) = (scene.at..source.tokens.len()).take(20).find(|at| source.at(*at) == "=") else {
        return Vec::new();
    };
    let end = match source.at(sign + 1) {
        "{" => source.closing(sign + 1).map_or(sign + 1, |end| end + 1),
        _ => sign + 2,
    };
    vec![Try::new(
        vec![(scene.range(sign - 1).end..scene.range(end - 1).end, String::new())],
        0.8,
        "took the initial values from an array of variable size".to_owned(),
    )]
}

fn sized(scene: &Scene) -> Vec<Try> {
    let open = (scene.at..scene.source.tokens.len()).take(6).find(|at| scene.source.at(*at) == "[");
    open.filter(|at| scene.source.at(at + 1) == "]")
        .map(|at| Try::insert(scene.range(at).end, "100", 0.9))
        .into_iter()
        .collect()
}

/// `text = "abc";`: arrays of characters are copied.
fn copied(scene: &Scene) -> Vec<Try> {
    let statement = scene.statement();
    let Some(sign) = statement.clone().find(|at| scene.source.at(*at) == "=") else { return Vec::new() };
    let left = &scene.source.text[scene.range(statement.start).start..scene.range(sign - 1).end];
    let right = &scene.source.text[scene.range(sign + 1).start..scene.range(statement.end - 1).end];
    let whole = scene.range(statement.start).start..scene.range(statement.end - 1).end;
    let mut found = vec![Try::replace(scene.source, whole, &format!("strcpy({left}, {right})"), 1.4)];
    found.push(scene.replace(sign, "==", 2.4));
    found.extend((scene.source.at(sign + 1) == "{").then(|| Try::insert(scene.range(sign - 1).end, "[0]", 3.0)));
    found
}

fn star(scene: &Scene) -> Vec<Try> {
    let star = (scene.at.saturating_sub(1)..scene.at + 2).find(|at| scene.source.at(*at) == "*");
    star.map(|at| scene.replace(at, "", 0.9)).into_iter().collect()
}

/// `scanf("%d" &n)`; a remainder of numbers that are not whole.
fn operands(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let statement = scene.statement();
    let mut found = Vec::new();
    for at in
        statement.clone().filter(|at| source.at(*at) == "&" && source.kind(at.wrapping_sub(1)) == Some(Kind::Text))
    {
        found.push(Try::insert(scene.range(at - 1).end, ",", 0.4));
    }
    if scene.problem.message.contains("binary %") {
        for at in statement.filter(|at| source.at(*at) == "%") {
            for side in [at.saturating_sub(1), at + 1] {
                let declared = declarations(source).into_iter().rfind(|d| source.at(d.name) == source.at(side));
                if let Some(declared) = declared.filter(|d| matches!(d.base.as_str(), "float" | "double")) {
                    found.push(Try::replace(source, scene.range(declared.start), "int", 1.0));
                    found.push(Try::insert(scene.range(side).start, "(int)", 1.2));
                }
            }
        }
    }
    found
}

fn arrow(scene: &Scene) -> Vec<Try> {
    let signs = (scene.at.saturating_sub(2)..scene.at + 6).filter(|at| matches!(scene.source.at(*at), "." | "->"));
    signs.map(|at| scene.replace(at, if scene.source.at(at) == "." { "->" } else { "." }, 0.8)).collect()
}

fn returned(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let close = source.token_at(source.offset(scene.problem.line, scene.problem.column));
    let Some(before) = close.checked_sub(1) else { return Vec::new() };
    let indent = source.indent(source.tokens[before].line);
    let value = last_result(source, close).unwrap_or("0");
    let text = format!("{}{indent}return {value};", source.line_break());
    vec![Try::insert(scene.range(before).end, &text, 1.5)]
}

/// What a function that gives back nothing else than one of `true` and `false`, or addresses, gives back at its end.
fn last_result(source: &Source, close: usize) -> Option<&'static str> {
    let open = (0..close).rfind(|at| source.at(*at) == "{" && source.closing(*at) == Some(close))?;
    let given: Vec<&str> = (open..close).filter(|at| source.at(*at) == "return").map(|at| source.at(at + 1)).collect();
    let all = |word: &str| !given.is_empty() && given.iter().all(|other| *other == word);
    let head = (0..open).rev().take_while(|at| !matches!(source.at(*at), ";" | "}"));
    let is_address = head
        .take_while(|at| !source.at(*at).starts_with('#'))
        .any(|at| source.at(at) == "*" && source.at(at + 2) == "(");
    match () {
        () if all("true") => Some("false"),
        () if all("false") => Some("true"),
        () if is_address => Some("NULL"),
        () => None,
    }
}

/// `if a < b {`: the brackets of a condition are lost, or one of them is.
fn condition(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let Some(head) = (0..scene.at).rev().take(3).find(|at| matches!(source.at(*at), "if" | "while" | "for" | "switch"))
    else {
        return Vec::new();
    };
    let line = source.tokens[head].line;
    let on_line = (head + 1..source.tokens.len()).take_while(|at| source.tokens[*at].line == line);
    let Some(end) = on_line.take_while(|at| !matches!(source.at(*at), "{" | ";")).last() else { return Vec::new() };
    let (open, close) = (scene.range(head + 1).start, scene.range(end).end);
    let edits = vec![(open..open, "(".to_owned()), (close..close, ")".to_owned())];
    vec![Try::new(edits, 1.0, "put a condition in brackets".to_owned())]
}

fn do_while(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let close = scene.at.saturating_sub(1);
    vec![Try::insert(source.tokens.get(close).map_or(0, |t| t.range.end), " while (0);", 3.0)]
}
