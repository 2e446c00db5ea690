//! A field that a literal of its type leaves out (Rust, TypeScript): a variable of the name, or the constant that all other
//! literals give it.

use super::Scene;
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

static MISSING: Said = Said::new(&[
    r"missing field `(?P<name>\w+)` in initializer of `(?P<kind>\w+)",
    r"Property '(?P<name>\w+)' is missing in type '\{[^']*' but required in type '(?P<kind>\w+)'",
]);
/// What is no type, and the same wherever it stands.
static CONSTANT: Said = Said::new(&[
    r#"^(?:[A-Z]\w*(?:::<[^>]*>)?::(?:new|default)\(\)|None|vec!\[\]|\[\]|\{\}|new (?:Map|Set|Date)\(\)|"[^"]*"|'[^']*'|-?[0-9][\w.]*|true|false|null)$"#,
]);
const MOST_FILES: usize = 40;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (MISSING.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let name = &said["name"];
        let Some(at) = syntax.offset(place.line, place.column.unwrap_or(1)) else { continue };
        let Some((open, close)) = literal(&syntax, at) else { continue };
        for value in values(scene, &place.path, &syntax, at, name)? {
            let text = syntax.text(&(open..close));
            let Some((at, new)) = put(text, &value) else { continue };
            let edit = Edit { path: place.path.clone(), range: open + at..open + at, text: new };
            let why = format!("gave `{name}` to a `{}`, as others have it", &said["kind"]);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// From behind the first brace at a place to its partner, both on the way of one literal.
fn literal(syntax: &Syntax, at: usize) -> Option<(usize, usize)> {
    let tree = syntax.branches();
    let kinds = ["struct_expression", "object"];
    let near = |node: &usize| kinds.contains(&tree[*node].kind) && tree[*node].range.end > at;
    let line_end = at + syntax.text(&(at..syntax.bytes().len())).find('\n').unwrap_or(0);
    let node =
        tree.all().filter(near).find(|node| tree[*node].range.start >= at && tree[*node].range.start <= line_end)?;
    let text = syntax.text(&tree[node].range);
    // What is spread gives the rest.
    if text.contains("..") {
        return None;
    }
    Some((tree[node].range.start + text.find('{')? + 1, tree[node].range.end - 1))
}

/// How the field is written, the likeliest first.
fn values(scene: &Scene, path: &RelPath, syntax: &Syntax, at: usize, name: &str) -> Result<Vec<String>> {
    let function = syntax.names().iter().filter_map(|own| own.function.clone());
    let around = function.filter(|it| it.start <= at && at < it.end).max_by_key(|it| it.start);
    let is_local = syntax.names().iter().any(|own| {
        own.defined
            && around.is_some()
            && own.function == around
            && own.range.end <= at
            && syntax.text(&own.range) == name
    });
    if is_local {
        return Ok(vec![name.to_owned()]);
    }
    let Some(language) = Language::with_names(path) else { return Ok(Vec::new()) };
    let holders = scene.index(language, path)?.holders(name);
    let holders: Vec<RelPath> = holders.map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    let mut found = BTreeSet::new();
    for holder in holders.iter().filter(|holder| !super::place::is_test(holder)) {
        let Some(other) = scene.syntax(holder)? else { continue };
        let text = other.text(&(0..other.bytes().len()));
        for range in crate::hand::recent::occurrences(text, name) {
            let Some(rest) = text[range.end..].strip_prefix(": ") else { continue };
            let value = rest.split([',', '}', '\n', ';']).next().unwrap_or_default().trim();
            found.extend(CONSTANT.captures(value).map(|_| value.to_owned()));
        }
    }
    if found.is_empty() {
        found.extend(empty(scene, &holders, name)?);
    }
    // Where they differ nobody says which is meant.
    Ok(if found.len() == 1 { found.iter().map(|value| format!("{name}: {value}")).collect() } else { Vec::new() })
}

/// What a field holds in the beginning that is declared as a list, a map or an option.
fn empty(scene: &Scene, holders: &[RelPath], name: &str) -> Result<Option<String>> {
    for path in holders {
        let Some(syntax) = scene.syntax(path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        for range in crate::hand::recent::occurrences(text, name) {
            let Some(rest) = text[range.end..].strip_prefix(": ") else { continue };
            let kind = rest.split(['\n', ';']).next().unwrap_or_default().trim_end_matches(',');
            let holder = kind.split('<').next().unwrap_or_default();
            let is_rust = syntax.language() == Language::Rust;
            let value = match holder {
                "Vec" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" if is_rust => format!("{holder}::new()"),
                "Option" if is_rust => "None".to_owned(),
                _ if !is_rust && kind.ends_with("[]") => "[]".to_owned(),
                _ => continue,
            };
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Behind the last field, on a line of its own where the others have theirs.
fn put(fields: &str, value: &str) -> Option<(usize, String)> {
    let kept = fields.trim_end();
    let last = kept.trim_end_matches(',');
    if last.trim().is_empty() {
        return Some((0, format!(" {value} ")));
    }
    let comma = if kept.ends_with(',') { "," } else { "" };
    match last.rsplit_once('\n') {
        Some((_, line)) => {
            let indent = &line[..line.len() - line.trim_start().len()];
            let end = if fields.contains("\r\n") { "\r\n" } else { "\n" };
            Some((last.len(), format!(",{end}{indent}{value}")))
        }
        None => Some((kept.len(), format!("{} {value}{comma}", if comma.is_empty() { "," } else { "" }))),
    }
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_field_is_given_as_elsewhere() {
        check(&[
            Example {
                files: &[(
                    "src/lib.rs",
                    "pub struct P {\n    pub a: u8,\n    pub tags: Vec<u8>,\n}\nfn f() -> P {\n    P { a: 1, tags: Vec::new() }\n}\nfn g(a: u8) -> Option<P> {\n    Some(P { a })\n}\n",
                )],
                log: "error[E0063]: missing field `tags` in initializer of `P`\n --> src/lib.rs:9:10\n  |\n9 |     Some(P { a })\n  |          ^ missing `tags`\n",
                fixed: "pub struct P {\n    pub a: u8,\n    pub tags: Vec<u8>,\n}\nfn f() -> P {\n    P { a: 1, tags: Vec::new() }\n}\nfn g(a: u8) -> Option<P> {\n    Some(P { a, tags: Vec::new() })\n}\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "function f(due: Date): Task {\n  const task: Task = {\n    id: 1,\n  };\n  return task;\n}\n",
                )],
                log: "a.ts(2,9): error TS2741: Property 'due' is missing in type '{ id: number; }' but required in type 'Task'.\n",
                fixed: "function f(due: Date): Task {\n  const task: Task = {\n    id: 1,\n    due,\n  };\n  return task;\n}\n",
            },
        ]);
    }
}
