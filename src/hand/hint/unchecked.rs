//! Go: an error that a call gives and nobody looks at: what the function, or others with the same results, do with
//! theirs, is done with this one.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;

static UNUSED: Said =
    Said::new(&[r"declared and not used: (?P<name>err\w*)$", r"^(?P<name2>err\w*) declared (?:and|but) not used"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (UNUSED.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Go) else { continue };
        let name = said.iter().skip(1).flatten().next().map_or("err", |name| name.as_str());
        let Some((at, indent, block)) = check(&syntax, place.line, name) else { continue };
        let text = block.lines().map(|line| format!("\n{indent}{line}")).collect();
        let why = format!("looked at `{name}` below line {} of {}, as the code around does", place.line, place.path);
        let edit = Edit { path: place.path.clone(), range: at..at, text };
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// Where it goes, how the statement is indented, and the lines that look at an error.
fn check<'s>(syntax: &'s Syntax, line: u32, name: &str) -> Option<(usize, &'s str, String)> {
    let tree = syntax.branches();
    let starts = |node: &usize| syntax.line_of(tree[*node].range.start) == line;
    let statement = tree.all().filter(starts).find(|node| tree[*node].kind == "short_var_declaration")?;
    let own = syntax.line(line)?;
    let text = syntax.text(&own);
    let indent = &text[..text.len() - text.trim_start().len()];
    // In the head of an `if` it is no statement of its own.
    if own.start + indent.len() != tree[statement].range.start {
        return None;
    }
    let around = function(&tree, statement)?;
    let results = results(syntax, &tree, around);
    let mut found: Vec<(usize, String)> = Vec::new();
    for node in tree.all().filter(|node| tree[*node].kind == "if_statement") {
        let text = syntax.text(&tree[node].range);
        let Some(other) =
            text.strip_prefix("if ").and_then(|rest| rest.split_once(" != nil {\n")).map(|(name, _)| name)
        else {
            continue;
        };
        let Some(home) = function(&tree, node).filter(|home| results == self::results(syntax, &tree, *home)) else {
            continue;
        };
        if !other.starts_with("err") || text.lines().count() > 4 {
            continue;
        }
        let weight = 1 + 2 * usize::from(home == around);
        let block = dedented(syntax, &tree, node).replace(other, name);
        match found.iter_mut().find(|(_, known)| *known == block) {
            Some((count, _)) => *count += weight,
            None => found.push((weight, block)),
        }
    }
    let most = found.iter().map(|(count, _)| *count).max()?;
    let block = found.into_iter().find(|(count, _)| *count == most)?.1;
    Some((tree[statement].range.end, indent, block))
}

/// The lines of a statement as they would stand without its indentation.
fn dedented(syntax: &Syntax, tree: &Branches, node: usize) -> String {
    let range = tree[node].range.clone();
    let line = syntax.line(syntax.line_of(range.start)).map_or("", |line| syntax.text(&line));
    let indent = &line[..line.len() - line.trim_start().len()];
    let lines = syntax.text(&range).lines().map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn function(tree: &Branches, node: usize) -> Option<usize> {
    tree.above(node).find(|it| matches!(tree[*it].kind, "function_declaration" | "method_declaration" | "func_literal"))
}

/// What a function gives back; a test's own helper is what it takes.
fn results<'s>(syntax: &'s Syntax, tree: &Branches, function: usize) -> &'s str {
    let field = tree.field(function, "result").or_else(|| tree.field(function, "parameters"));
    field.map_or("", |node| syntax.text(&tree[node].range))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn an_error_is_looked_at_as_others_are() {
        check(&[Example {
            files: &[(
                "a.go",
                "package a\n\nfunc F() (int, error) {\n\tx, err := g()\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn x, nil\n}\n\nfunc H() error {\n\tif _, err := g(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\nfunc G() (int, error) {\n\ty, err := g()\n\treturn y, nil\n}\n",
            )],
            log: "./a.go:19:5: declared and not used: err\n",
            fixed: "package a\n\nfunc F() (int, error) {\n\tx, err := g()\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn x, nil\n}\n\nfunc H() error {\n\tif _, err := g(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\nfunc G() (int, error) {\n\ty, err := g()\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn y, nil\n}\n",
        }]);
    }
}
