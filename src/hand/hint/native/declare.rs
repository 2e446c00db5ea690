//! Declarations: which a text has, and the one that a name lacks, of the type that its uses imply.

use super::attempt::Try;
use super::lexer::{Kind, Source};
use super::words;
use std::ops::Range;

/// One declared name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    pub name: usize,
    /// The first token of the type.
    pub start: usize,
    /// As it is written: `unsigned int`, `struct node`.
    pub base: String,
    pub stars: usize,
    pub dimensions: usize,
    /// How the declarator goes on: `;`, `,`, `=`, `(`, `)`.
    pub next: String,
    /// Whether it is among a function's parameters.
    pub is_parameter: bool,
}

/// Every declaration that reads like one.
pub(super) fn declarations(source: &Source) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.tokens.len() {
        let Some((after, base)) = type_at(source, at) else {
            at += 1;
            continue;
        };
        at = declarators(source, at, after, &base, &mut found).max(at + 1);
    }
    found
}

/// The token behind a type that begins here, and how the type reads.
fn type_at(source: &Source, start: usize) -> Option<(usize, String)> {
    let before = start.checked_sub(1).map_or("", |before| source.at(before));
    let is_start =
        |before: &str| matches!(before, "" | ";" | "{" | "}" | "(" | "," | ":" | ")") || before.starts_with('#');
    // `local int f(…)`, where a macro stands for `static`.
    let is_macro = || {
        let ahead = start.checked_sub(2).map_or("", |ahead| source.at(ahead));
        source.is_word(start - 1)
            && !words::is_reserved(before)
            && words::is_type(source.at(start))
            && matches!(ahead, "" | ";" | "}")
    };
    let begins = is_start(before) || is_macro();
    if !begins {
        return None;
    }
    let (mut at, mut text, mut has_type) = (start, Vec::new(), false);
    loop {
        let word = source.at(at);
        if matches!(word, "struct" | "union" | "enum") && source.is_word(at + 1) {
            text.push(format!("{word} {}", source.at(at + 1)));
            (at, has_type) = (at + 2, true);
        } else if words::is_type(word) && !matches!(word, "struct" | "union" | "enum") {
            let qualifies = matches!(word, "const" | "static");
            has_type |= !qualifies;
            text.extend((word != "static").then(|| word.to_owned()));
            at += 1;
        } else if !has_type && source.is_word(at) && !words::is_reserved(word) && is_named_type(source, at) {
            text.push(word.to_owned());
            (at, has_type) = (at + 1, true);
        } else {
            break;
        }
    }
    (has_type && at > start).then(|| (at, text.join(" ")))
}

/// A name in front of another name is a type.
fn is_named_type(source: &Source, at: usize) -> bool {
    let name = |at: usize| source.is_word(at) && !words::is_reserved(source.at(at));
    let stars = (at + 1..source.tokens.len()).take_while(|at| source.at(*at) == "*").count();
    let next = at + 1 + stars;
    name(next) && (stars == 0 || matches!(source.at(next + 1), ";" | "=" | "," | ")")) && source.at(at).len() > 1
}

fn declarators(source: &Source, start: usize, from: usize, base: &str, found: &mut Vec<Declared>) -> usize {
    let mut at = from;
    let is_parameter = matches!(source.at(start.wrapping_sub(1)), "(" | ",");
    loop {
        let stars = (at..source.tokens.len()).take_while(|at| source.at(*at) == "*").count();
        at += stars;
        if !source.is_word(at) || words::is_reserved(source.at(at)) {
            return at;
        }
        let name = at;
        at += 1;
        let mut dimensions = 0;
        while source.at(at) == "[" {
            let Some(end) = source.closing(at) else { return at };
            (at, dimensions) = (end + 1, dimensions + 1);
        }
        let next = source.at(at).to_owned();
        found.push(Declared {
            name,
            start,
            base: base.to_owned(),
            stars,
            dimensions,
            next: next.clone(),
            is_parameter,
        });
        if next == "=" {
            at = initializer_end(source, at);
        }
        match source.at(at) {
            "," if !is_parameter => at += 1,
            _ => return at,
        }
    }
}

/// The `,` or `;` behind an initializer.
fn initializer_end(source: &Source, from: usize) -> usize {
    let mut at = from;
    while at < source.tokens.len() && !matches!(source.at(at), "," | ";" | ")" | "}") {
        at = match source.at(at) {
            "(" | "[" | "{" => source.closing(at).map_or(source.tokens.len(), |end| end + 1),
            _ => at + 1,
        };
    }
    at
}

/// The tokens of the function that holds one: from its `{` to its `}`, or to the end.
pub(super) fn function(source: &Source, index: usize) -> Option<Range<usize>> {
    let open = source.outer_block(index)?;
    Some(open..source.closing(open).unwrap_or(source.tokens.len()))
}

/// Declarations that a name lacks in the function around `index`, the likeliest first.
pub(super) fn missing(source: &Source, index: usize, name: &str) -> Vec<Try> {
    let Some(body) = function(source, index) else { return Vec::new() };
    let uses: Vec<usize> = body.clone().filter(|at| source.at(*at) == name && source.is_word(*at)).collect();
    let is_member = |at: &usize| matches!(source.at(at.wrapping_sub(1)), "." | "->");
    if uses.iter().any(|at| source.at(at + 1) == "(") || uses.iter().all(is_member) || words::is_reserved(name) {
        return Vec::new();
    }
    let known = declarations(source);
    let shape = Shape::of(source, &known, &body, &uses);
    let mut cost = if name.len() == 1 { 1.2 } else { 1.5 };
    cost += if shape.is_set { 0.0 } else { 0.9 };
    cost += if name.chars().any(char::is_lowercase) || name.len() == 1 { 0.0 } else { 1.2 };
    let declarator = shape.declarator(name);
    let why = format!("declared `{} {declarator}`", shape.base);
    let mut found = Vec::new();
    let joins = |d: &&Declared| d.base == shape.base && !d.is_parameter && d.next != "(";
    let plain = |d: &&Declared| {
        body.contains(&d.name)
            && source.outer_block(d.name) == Some(body.start)
            && is_first_level(source, &body, d.start)
    };
    if let Some(first) = known.iter().filter(|d| d.name < index).filter(joins).find(plain) {
        let end = statement_end(source, first.start);
        let siblings: Vec<_> = known.iter().filter(|d| d.start == first.start).collect();
        // Names are declared in the order in which they are used.
        let use_of =
            |d: &&Declared| body.clone().skip_while(|at| *at <= d.name).find(|at| source.at(*at) == source.at(d.name));
        let ahead = siblings.iter().find(|d| use_of(d).is_some_and(|at| at > uses[0]));
        let ahead = ahead.filter(|d| !follows(name, source.at(d.name)));
        match ahead {
            Some(next) if end < index => {
                let at = source.tokens[next.name - next.stars].range.start;
                found.push(Try::new(vec![(at..at, format!("{declarator}, "))], cost, why.clone()));
            }
            _ if end < index => {
                let at = source.tokens[end - 1].range.end;
                found.push(Try::new(vec![(at..at, format!(", {declarator}"))], cost, why.clone()));
            }
            _ => {}
        }
    }
    let new = format!("{} {declarator};", shape.base);
    found.push(Try::new(vec![line_inside(source, body.start, &new)], cost + 0.2, why.clone()));
    if let Some(at) =
        uses.iter().find(|at| source.at(at.wrapping_sub(1)) == "(" && source.at(at.wrapping_sub(2)) == "for")
        && source.at(at + 1) == "="
    {
        let start = source.tokens[*at].range.start;
        found.push(Try::new(vec![(start..start, format!("{} ", shape.base))], cost + 0.3, why.clone()));
    }
    if let Some(at) = uses.first().filter(|at| source.at(*at + 1) == "=" && is_statement_start(source, **at)) {
        let start = source.tokens[*at].range.start;
        found.push(Try::new(vec![(start..start, format!("{} ", shape.base))], cost + 0.35, why));
    }
    found
}

/// `n2` comes behind `n1`, and `j` behind `i`, whatever is used first.
fn follows(name: &str, other: &str) -> bool {
    let stem = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let numbered = stem(name) == stem(other) && name.len() > stem(name).len();
    (numbered || (name.len() == 1 && other.len() == 1)) && name > other
}

fn is_statement_start(source: &Source, at: usize) -> bool {
    at > 0 && matches!(source.at(at - 1), ";" | "{" | "}")
}

fn is_first_level(source: &Source, body: &Range<usize>, index: usize) -> bool {
    let brace = |at: usize| match source.at(at) {
        "{" => 1,
        "}" => -1,
        _ => 0,
    };
    (body.start..index).map(brace).sum::<i32>() == 1 && is_statement_start(source, index)
}

pub(super) fn statement_end(source: &Source, from: usize) -> usize {
    (from..source.tokens.len()).find(|at| source.at(*at) == ";").unwrap_or(source.tokens.len())
}

/// A new first line of a block.
pub(super) fn line_inside(source: &Source, open: usize, statement: &str) -> (Range<usize>, String) {
    let brace = &source.tokens[open];
    let next = source.tokens.get(open + 1).filter(|next| next.line > brace.line);
    let indent = next.map_or("    ", |next| source.indent(next.line));
    (brace.range.end..brace.range.end, format!("{}{indent}{statement}", source.line_break()))
}

/// What a name is, by its uses.
struct Shape {
    base: String,
    stars: usize,
    dimensions: usize,
    is_set: bool,
}

impl Shape {
    fn of(source: &Source, known: &[Declared], body: &Range<usize>, uses: &[usize]) -> Self {
        let mut votes: Vec<String> = Vec::new();
        let (mut stars, mut dimensions, mut is_set) = (0, 0, false);
        for at in uses {
            let (before, after) = (source.at(at.wrapping_sub(1)), source.at(at + 1));
            let (end, count) = indexes(source, *at);
            dimensions = dimensions.max(count);
            let next = source.at(end);
            is_set |= matches!(next, "=" | "++" | "--" | "+=") || matches!(before, "++" | "--");
            let scanned = scanned(source, body, *at);
            is_set |= scanned.as_ref().is_some_and(|(_, reads)| *reads);
            if let Some((kind, _)) = &scanned {
                if kind == "string" {
                    dimensions = dimensions.max(1);
                }
                votes.push(if kind == "string" { "char".to_owned() } else { kind.clone() });
            }
            if matches!(next, "=" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "+=") {
                votes.extend(expression(source, known, end + 1));
            }
            if before == "*" && matches!(source.at(at.wrapping_sub(2)), ";" | "{" | "}" | "(" | "=") && after != "[" {
                stars = 1;
            }
        }
        let order = ["double", "float", "long long", "long", "char"];
        let base = order.iter().find(|kind| votes.iter().any(|vote| vote == *kind)).copied();
        let base = base.map(str::to_owned).or_else(|| votes.into_iter().find(|vote| vote.starts_with("struct")));
        Self { base: base.unwrap_or_else(|| "int".to_owned()), stars, dimensions, is_set }
    }

    fn declarator(&self, name: &str) -> String {
        format!("{}{name}{}", "*".repeat(self.stars), "[100]".repeat(self.dimensions))
    }
}

/// The token behind `name[…][…]`, and how many pairs there are.
fn indexes(source: &Source, name: usize) -> (usize, usize) {
    let (mut at, mut count) = (name + 1, 0);
    while source.at(at) == "[" {
        let Some(end) = source.closing(at) else { break };
        (at, count) = (end + 1, count + 1);
    }
    (at, count)
}

/// What the right side of an assignment or comparison begins with.
fn expression(source: &Source, known: &[Declared], at: usize) -> Option<String> {
    let text = source.at(at);
    match source.kind(at)? {
        Kind::Number if text.contains('.') && !text.starts_with("0x") => Some("float".to_owned()),
        Kind::Text if text.starts_with('\'') => Some("char".to_owned()),
        Kind::Word if matches!(text, "sqrt" | "pow" | "sin" | "cos" | "fabs" | "log" | "exp") => {
            Some("double".to_owned())
        }
        Kind::Word => {
            let declared = known.iter().find(|d| source.at(d.name) == text)?;
            (declared.stars == 0 && source.at(at + 1) != "(").then(|| declared.base.clone())
        }
        Kind::Mark if text == "(" && words::is_type(source.at(at + 1)) => Some(source.at(at + 1).to_owned()),
        _ => None,
    }
}

/// The type that a format string gives to an argument, and whether the call writes to it.
fn scanned(source: &Source, body: &Range<usize>, at: usize) -> Option<(String, bool)> {
    let mut depth = 0_usize;
    let mut commas = 0_usize;
    for index in (body.start..at).rev() {
        match source.at(index) {
            ")" | "]" => depth += 1,
            "(" if depth == 0 => {
                let call = source.at(index.checked_sub(1)?);
                let skipped = usize::from(matches!(call, "fscanf" | "sscanf" | "fprintf" | "sprintf"));
                if !call.ends_with("scanf") && !call.ends_with("printf") {
                    return None;
                }
                let format = source.at(index + 1 + 2 * skipped);
                let kind = conversions(format).into_iter().nth(commas.checked_sub(1 + skipped)?)?;
                // `printf("%f", x * y)` says nothing of `x`.
                let alone = matches!(source.at(at + 1), "," | ")" | "[") && matches!(source.at(at - 1), "," | "&");
                return alone.then(|| (kind, call.ends_with("scanf")));
            }
            "(" | "[" => depth = depth.saturating_sub(1),
            "," if depth == 0 => commas += 1,
            ";" | "{" | "}" => return None,
            _ => {}
        }
    }
    None
}

fn conversions(format: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut parts = format.split('%').skip(1).peekable();
    while let Some(part) = parts.next() {
        if part.is_empty() {
            parts.next();
            continue;
        }
        let part = part.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | ' '));
        let kind = match () {
            () if part.starts_with("lld") || part.starts_with("llu") => "long long",
            () if part.starts_with("ld") || part.starts_with("lu") => "long",
            () if part.starts_with("lf") => "double",
            () if part.starts_with(['f', 'g', 'e']) => "float",
            () if part.starts_with('c') => "char",
            () if part.starts_with(['s', '[']) => "string",
            () if part.starts_with('*') => continue,
            () => "int",
        };
        found.push(kind.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_declaration_has_the_type_that_its_uses_imply() {
        for (body, name, declared) in [
            ("int n; for (i = 0; i < n; i++) n--;", "i", "int i"),
            ("scanf(\"%d %f\", &n, &x);", "x", "float x"),
            ("scanf(\"%lf\", &x);", "x", "double x"),
            ("c = 'a';", "c", "char c"),
            ("a[i] = 2;", "a", "int a[100]"),
            ("m[0][1] = 2.5;", "m", "float m[100][100]"),
            ("scanf(\"%s\", w);", "w", "char w[100]"),
            ("double d = 1; x = d;", "x", "double x"),
        ] {
            let source = Source::read(format!("int main() {{ {body} }}\n"));
            let at = (0..source.tokens.len()).find(|at| source.at(*at) == name).unwrap();
            let tries = missing(&source, at, name);
            assert_eq!(tries[0].why, format!("declared `{declared}`"), "{body}");
        }
    }

    #[test]
    fn a_macro_may_stand_before_a_declaration() {
        let source = Source::read("int a;\nlocal int skip(int n) { return n; }\n".into());
        assert!(declarations(&source).iter().any(|d| source.at(d.name) == "skip" && d.base == "int"));
    }

    #[test]
    fn declarations_are_read() {
        let source =
            Source::read("struct node *head, n[3]; unsigned int f(int a, char *b) { int x = g(1, 2), y; }".into());
        let told: Vec<_> = declarations(&source)
            .into_iter()
            .map(|d| format!("{} {}{} {}", d.base, "*".repeat(d.stars), source.at(d.name), d.dimensions))
            .collect();
        let expected = [
            "struct node *head 0",
            "struct node n 1",
            "unsigned int f 0",
            "int a 0",
            "char *b 0",
            "int x 0",
            "int y 0",
        ];
        assert_eq!(told, expected);
    }
}
