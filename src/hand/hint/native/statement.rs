//! What single messages spell out: the compiler's own fixes, and the usual cause of each kind of complaint.

use super::attempt::Try;
use super::declare::{self, declarations, statement_end};
use super::lexer::{Kind, Source};
use crate::hand::cc::Problem;
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
    let edits: Vec<_> = problem.fixes.iter().take(1).map(edit).collect();
    let text = edits[0].1.trim().to_owned();
    let cost = if problem.sure_fix().is_some() { 0.9 } else { 1.6 };
    let why = if text.is_empty() {
        "took out what the compiler marks".to_owned()
    } else {
        format!("put in `{text}`, as the compiler advises")
    };
    Some(Try::new(edits, cost, why))
}

type Rule = fn(&Scene) -> Vec<Try>;

/// A piece of the message, and what is tried then.
const RULES: &[(&str, Rule)] = &[
    ("lvalue required as left operand", comparison),
    ("expression is not assignable", comparison),
    ("lvalue required", comparison),
    ("expected ';' before", for_header),
    ("expected ';' in 'for'", for_header),
    ("expected ')' before ';'", for_header),
    ("expected expression before ')'", for_header),
    ("before ')' token", superfluous),
    ("expected expression before ']'", empty_index),
    ("expected expression before '", type_in_call),
    ("expected expression before '", statement_gone),
    ("redeclaration of '", twice),
    ("redefinition of '", twice),
    ("redefinition of '", twice),
    ("subscripted value is neither array", indexed),
    ("subscripted value is not an array", indexed),
    ("invalid types 'int[int]'", indexed),
    ("stray '", stray),
    ("empty character constant", blank),
    ("missing terminating", quote),
    ("unterminated", quote),
    ("invalid suffix \"", number),
    ("expected identifier or '(' before numeric constant", number),
    ("variable-sized object may not be initialized", no_initializer),
    ("array size missing", sized),
    ("definition of variable with array type needs", sized),
    ("assignment to expression with array type", copied),
    ("array type '", copied),
    ("void value not ignored", typed_function),
    ("return-statement with a value, in function returning 'void'", typed_function),
    ("called object", multiplied),
    ("is not a function or function pointer", multiplied),
    ("too many arguments to function", fewer_arguments),
    ("too few arguments to function", more_arguments),
    ("conflicting types for '", earlier),
    ("invalid type argument of unary '*'", star),
    ("invalid operands to binary", operands),
    ("request for member", arrow),
    ("is not a structure or union", arrow),
    ("expects argument of type", addressed),
    ("control reaches end of non-void", returned),
    ("has incomplete type", twice),
    ("expected '=', ',', ';'", parentheses),
    ("expected '(' before", condition),
    ("expected ')' before", declared_argument),
    ("before string constant", string_call),
    ("break statement not within", statement_gone),
    ("continue statement not within", statement_gone),
    ("expected 'while' before", do_while),
    ("just a forward declaration", parameters),
    ("nonnull", statement_gone),
    ("unused variable", statement_gone),
];

/// One error in its text.
struct Scene<'s> {
    source: &'s Source,
    problem: &'s Problem,
    /// The token that is pointed at.
    at: usize,
}

pub(super) fn tries(source: &Source, problem: &Problem) -> Vec<Try> {
    let at = source.token_at(source.offset(problem.line, problem.column));
    let scene = Scene { source, problem, at };
    RULES.iter().filter(|(piece, _)| problem.message.contains(piece)).flat_map(|(_, rule)| rule(&scene)).collect()
}

impl Scene<'_> {
    fn range(&self, index: usize) -> Range<usize> {
        self.source.tokens.get(index).map_or(self.source.text.len()..self.source.text.len(), |t| t.range.clone())
    }

    /// From the first token behind the last `;`, `{` or `}`, up to the next `;`.
    fn statement(&self) -> Range<usize> {
        let ends = |at: &usize| matches!(self.source.at(*at), ";" | "{" | "}");
        let start = (0..self.at).rev().find(ends).map_or(0, |at| at + 1);
        start..statement_end(self.source, self.at)
    }

    /// The name that the message quotes first.
    fn quoted(&self) -> &str {
        let name = self.problem.message.split('\'').nth(1).unwrap_or_default();
        name.rsplit(' ').next().unwrap_or(name)
    }

    fn replace(&self, index: usize, text: &str, cost: f64) -> Try {
        Try::replace(self.source, self.range(index), text, cost)
    }

    fn removed(&self, tokens: Range<usize>, cost: f64) -> Try {
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

/// `f(a));`
fn superfluous(scene: &Scene) -> Vec<Try> {
    let next = scene.source.at(scene.at + 1);
    let fits = scene.source.at(scene.at) == ")"
        && (matches!(next, ";" | "{") || scene.source.at(scene.at.wrapping_sub(1)) == ")");
    if fits { vec![scene.replace(scene.at, "", 0.85)] } else { Vec::new() }
}

/// `f(a[])`: the argument is the whole array.
fn empty_index(scene: &Scene) -> Vec<Try> {
    if scene.at > 0 && scene.source.at(scene.at) == "]" && scene.source.at(scene.at - 1) == "[" {
        return vec![scene.removed(scene.at - 1..scene.at + 1, 0.5)];
    }
    Vec::new()
}

/// `f(int a, int b)`: types stand in a declaration only.
fn type_in_call(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    if !super::words::is_type(source.at(scene.at)) {
        return Vec::new();
    }
    let statement = scene.statement();
    let is_type =
        |at: &usize| super::words::is_type(source.at(*at)) && matches!(source.at(at.wrapping_sub(1)), "(" | ",");
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

/// The statement as a whole.
fn statement_gone(scene: &Scene) -> Vec<Try> {
    let statement = scene.statement();
    if statement.is_empty() || statement.end >= scene.source.tokens.len() || statement.len() > 12 {
        return Vec::new();
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

/// Quotes of a word processor, and other characters that no program has.
fn stray(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let mut edits = Vec::new();
    let inside = |at: usize| source.tokens.iter().any(|t| matches!(t.kind, Kind::Text) && t.range.contains(&at));
    for (at, c) in source.text.char_indices().filter(|(_, c)| !c.is_ascii()) {
        let new = match c {
            '“' | '”' | '„' | '″' => "\"",
            '‘' | '’' | '′' => "'",
            '–' | '—' | '−' => "-",
            '×' => "*",
            '÷' => "/",
            '；' => ";",
            '，' => ",",
            '（' => "(",
            '）' => ")",
            '\u{a0}' | '\u{3000}' | '\u{2003}' | '\u{2002}' => " ",
            _ => "",
        };
        if !inside(at) {
            edits.push((at..at + c.len_utf8(), new.to_owned()));
        }
    }
    let mut found = Vec::new();
    if !edits.is_empty() {
        found.push(Try::new(edits, 0.4, "wrote plain characters instead of typographic ones".to_owned()));
    }
    let here = source.offset(scene.problem.line, scene.problem.column);
    if let Some(c) = source.text[here..].chars().next().filter(|c| matches!(c, '\\' | '@' | '#' | '`' | '$')) {
        found.push(Try::replace(source, here..here + 1, "", 1.6));
        found.extend((c == '`').then(|| Try::replace(source, here..here + 1, "'", 1.0)));
        found.extend((c == '\\').then(|| Try::replace(source, here..here + 1, "/", 2.0)));
        found.extend((c == '@').then(|| Try::replace(source, here..here + 1, "&", 2.4)));
        found.extend(lost_opening(scene, here));
    }
    found
}

/// `printf(hello\n");`: the first quote of the line is lost.
fn lost_opening(scene: &Scene, stray: usize) -> Option<Try> {
    let start = scene.source.line_start(scene.problem.line);
    let open = scene.source.text[start..stray].rfind('(')? + start + 1;
    let has_quote = scene.source.text[open..stray].contains('"');
    (!has_quote).then(|| Try::insert(open, "\"", 0.7))
}

/// A string that the line's end cuts off: its end stands before a bracket or a comma; or its beginning is lost.
fn quote(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let Some(cut) = source.tokens.iter().find(|t| t.kind == Kind::Cut && t.line == line) else { return Vec::new() };
    let text = &source.text[cut.range.clone()];
    let mark = &text[..1];
    let mut found = Vec::new();
    for (cost, ending) in
        [(0.6, ");"), (1.0, ")"), (1.2, ";"), (0.9, ",&"), (0.9, ", &"), (1.1, ","), (2.0, "}"), (1.8, "]")]
    {
        for (at, _) in text.match_indices(ending).filter(|(at, _)| *at > 0) {
            let later = f64::from(u32::try_from(text[at..].matches(ending).count()).unwrap_or(9)) - 1.0;
            let more = if ending.starts_with(',') { text[..at].matches(',').count() } else { 0 };
            let more = f64::from(u32::try_from(more).unwrap_or(9));
            let fits = match (converts(&text[..at]), arguments(&text[at..])) {
                (0, 0) => 0.0,
                (wanted, given) if wanted == given => -0.8,
                _ => 0.5,
            };
            found.push(Try::insert(cut.range.start + at, mark, cost + 0.2 * later + 0.3 * more + fits));
        }
    }
    let end = text.trim_end().len();
    found.push(Try::insert(cut.range.start + end, mark, 1.4));
    for lost in ["\");", "\")", "\""] {
        found.push(Try::insert(cut.range.start + end, lost, 1.7));
    }
    found.push(Try::replace(source, cut.range.start..cut.range.start + 1, "", 1.5));
    let start = source.line_start(line);
    for (at, _) in source.text[start..cut.range.start].match_indices(['(', ',']) {
        // What follows the cut quote tells that it is a closing one.
        let closes = text[1..].trim_start().starts_with([',', ')']);
        found.push(Try::insert(start + at + 1, mark, if closes { 0.3 } else { 1.1 }));
    }
    if mark == "'" {
        found.push(Try::replace(source, cut.range.start..cut.range.start + 1, "\"", 1.8));
    }
    found
}

/// `''`: a blank, or the end of a string.
fn blank(scene: &Scene) -> Vec<Try> {
    let at = scene.source.offset(scene.problem.line, scene.problem.column) + 1;
    vec![Try::insert(at, " ", 0.9), Try::insert(at, "\\0", 1.2)]
}

/// How many arguments a format asks for.
fn converts(format: &str) -> usize {
    format.replace("%%", "").matches('%').count() - format.matches("%*").count()
}

/// How many arguments follow the end of a format.
fn arguments(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut count = 0;
    for c in rest.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => break,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

/// `2n`, `3rd`: a product, or a name that may not begin like this.
fn number(scene: &Scene) -> Vec<Try> {
    let from = scene.at.saturating_sub(1);
    let Some(at) = (from..=scene.at + 1)
        .find(|at| scene.source.kind(*at) == Some(Kind::Number) && scene.source.at(*at).contains(char::is_alphabetic))
    else {
        return Vec::new();
    };
    let text = scene.source.at(at);
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let start = scene.range(at).start;
    let mut found = vec![
        Try::insert(start + digits, "*", 0.9),
        Try::replace(scene.source, start..start + digits, "", 1.3),
        Try::replace(scene.source, start + digits..start + text.len(), "", 1.6),
        Try::insert(start + digits, " ", 1.9),
    ];
    let fixed: String = text.replace(['o', 'O'], "0").replace(['l', 'I'], "1");
    if fixed.chars().all(|c| c.is_ascii_digit()) {
        found.push(scene.replace(at, &fixed, 0.8));
    }
    found
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

/// A function that is used for its value, or returns one, has a type.
fn typed_function(scene: &Scene) -> Vec<Try> {
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
fn multiplied(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let calls =
        (0..source.tokens.len()).filter(|at| source.tokens[*at].line == line && source.at(*at) == "(" && *at > 0);
    let mut found = Vec::new();
    for open in calls {
        let before = open - 1;
        let is_product = matches!(source.kind(before), Some(Kind::Number | Kind::Word))
            && !super::words::is_reserved(source.at(before));
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

fn fewer_arguments(scene: &Scene) -> Vec<Try> {
    let Some((open, close)) = call_of(scene) else { return Vec::new() };
    match commas(scene.source, open, close).last() {
        Some(comma) => vec![scene.removed(*comma..close, 1.2)],
        None => vec![scene.removed(open + 1..close, 1.2)],
    }
}

/// The parameter's name, where there is a variable that is called like it.
fn more_arguments(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let Some((open, close)) = call_of(scene) else { return Vec::new() };
    let name = scene.quoted();
    let has = if close == open + 1 { 0 } else { commas(source, open, close).len() + 1 };
    let all = declarations(source);
    let Some(head) = all.iter().find(|d| source.at(d.name) == name && d.next == "(") else { return Vec::new() };
    let Some(end) = source.closing(head.name + 1) else { return Vec::new() };
    let parameters: Vec<_> = all.iter().filter(|d| d.is_parameter && (head.name..end).contains(&d.name)).collect();
    let Some(missing) = parameters.get(has..).filter(|missing| !missing.is_empty()) else { return Vec::new() };
    let names: Vec<&str> = missing.iter().map(|d| source.at(d.name)).collect();
    let lead = if has > 0 { ", " } else { "" };
    vec![Try::insert(scene.range(close).start, &format!("{lead}{}", names.join(", ")), 1.3)]
}

/// The function was used before it was declared.
fn earlier(scene: &Scene) -> Vec<Try> {
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

/// `format '%d' expects argument of type 'int *', but argument 2 has type 'int'`.
fn addressed(scene: &Scene) -> Vec<Try> {
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

fn returned(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let close = source.token_at(source.offset(scene.problem.line, scene.problem.column));
    let Some(before) = close.checked_sub(1) else { return Vec::new() };
    let indent = source.indent(source.tokens[before].line);
    let text = format!("{}{indent}return 0;", source.line_break());
    vec![Try::insert(scene.range(before).end, &text, 1.5)]
}

/// `int main {`: a function's name without its brackets.
fn parentheses(scene: &Scene) -> Vec<Try> {
    if scene.source.at(scene.at) == "{" && scene.at > 0 && scene.source.is_word(scene.at - 1) {
        return vec![Try::insert(scene.range(scene.at - 1).end, "()", 0.6)];
    }
    Vec::new()
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

/// `if (a) && (b)`, `printf("…" a)`, `(a, b c)`.
fn declared_argument(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let before = scene.at.saturating_sub(1);
    if source.kind(before) == Some(Kind::Text) || source.kind(scene.at) == Some(Kind::Text) {
        return vec![Try::insert(scene.range(before).end, ",", 0.8)];
    }
    Vec::new()
}

/// `printf "x";`
fn string_call(scene: &Scene) -> Vec<Try> {
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

fn do_while(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let close = scene.at.saturating_sub(1);
    vec![Try::insert(source.tokens.get(close).map_or(0, |t| t.range.end), " while (0);", 3.0)]
}

/// `int f(int a; int b)`.
fn parameters(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let signs = (0..source.tokens.len()).filter(|at| source.tokens[*at].line == line && source.at(*at) == ";");
    let edits: Vec<_> = signs
        .filter(|at| super::words::is_type(source.at(at + 1)))
        .map(|at| (scene.range(at), ",".to_owned()))
        .collect();
    if edits.is_empty() { Vec::new() } else { vec![Try::new(edits, 0.7, "divided parameters by `,`".to_owned())] }
}
