//! Python: a name that nobody sets, in a loop or a comprehension over pairs that takes only one: it is the other.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;

static UNKNOWN: Said =
    Said::new(&[r"^name '(?P<name>\w+)' is not defined", r"^(?:F821 )?[Uu]ndefined name ['`](?P<name>\w+)['`]"]);
/// Lines above the use among which the head of the loop stands.
const REACH: u32 = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (UNKNOWN.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else { continue };
        let tree = syntax.branches();
        let text = |node: usize| syntax.text(&tree[node].range);
        let name = &said["name"];
        let is_loop = |node: &usize| {
            let near = place.line.saturating_sub(REACH)..=place.line;
            matches!(tree[*node].kind, "for_statement" | "for_in_clause")
                && near.contains(&syntax.line_of(tree[*node].range.start))
        };
        // The innermost around the use, or beside it.
        let holds = |node: &usize| {
            let whole = if tree[*node].kind == "for_in_clause" { tree[*node].parent } else { *node };
            let uses = crate::hand::recent::occurrences(text(whole), name);
            !uses.is_empty() && syntax.line_of(tree[whole].range.end) >= place.line
        };
        let Some(node) = tree.all().filter(is_loop).rfind(holds) else { continue };
        let Some(left) = tree.field(node, "left").filter(|left| tree[*left].kind == "identifier") else { continue };
        // Pairs are what such a call gives, or what others take of them here.
        let right = tree.field(node, "right").map(text).unwrap_or_default();
        let whole = syntax.text(&(0..syntax.bytes().len()));
        let pairs = right.contains("items()")
            || right.contains("enumerate(")
            || right.contains("zip(")
            || whole.contains(&format!(", _ in {right}"))
            || whole.contains(&format!("_, {name} in {right}"))
            || whole.contains(&format!("{}, {name} in ", text(left)));
        if !pairs {
            continue;
        }
        let end = tree[left].range.end;
        let edit = Edit { path: place.path.clone(), range: end..end, text: format!(", {name}") };
        let why = format!("took `{name}` from the pairs in line {} of {}", syntax.line_of(end), place.path);
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn pairs_are_taken_apart() {
        check(&[
            Example {
                files: &[("a.py", "def f(d):\n    return [k + v for k in d.items()]\n")],
                log: "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n    return [k + v for k in d.items()]\nNameError: name 'v' is not defined\n",
                fixed: "def f(d):\n    return [k + v for k, v in d.items()]\n",
            },
            Example {
                files: &[("a.py", "def f(xs):\n    for i in enumerate(xs):\n        print(i)\n        print(x)\n")],
                log: "Traceback (most recent call last):\n  File \"a.py\", line 4, in f\n    print(x)\nNameError: name 'x' is not defined\n",
                fixed: "def f(xs):\n    for i, x in enumerate(xs):\n        print(i)\n        print(x)\n",
            },
        ]);
    }
}
