//! What a condition asks about and nothing changes: `if (left[x] == 0)` where nothing takes from `left[x]`, and a sum
//! that is looked at before it is kept, `if (a.sum + n > 0)`.

use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::syntax::Language;

const COST: f64 = 2.0;

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    let is_condition = |node: &usize| {
        let parent = file.tree[*node].parent;
        file.tree[*node].field == Some("condition") && file.tree[parent].kind.starts_with("if")
    };
    file.tree.below(spot.node).filter(is_condition).flat_map(|node| missing(file, node)).collect()
}

fn missing(file: &File, condition: usize) -> Vec<Draft> {
    let (tree, syntax) = (&file.tree, &file.syntax);
    let text = |node: usize| syntax.text(&tree[node].range);
    let whole = tree[condition].parent;
    let bare = tree.inner(condition).into_iter().find(|_| tree[condition].kind.starts_with("paren"));
    let Some([left, ..]) = tree.inner(bare.unwrap_or(condition)).first_chunk::<2>().copied() else { return Vec::new() };
    let first = tree.field(whole, "consequence").and_then(|block| tree.inner(block).first().copied());
    let mut drafts = Vec::new();
    let mut put = |before: Option<usize>, statement: String, more: f64| {
        let Some((at, indent)) = before.and_then(|node| line(file, tree[node].range.start)) else { return };
        let end = if matches!(syntax.language(), Language::Python | Language::Go) { "" } else { ";" };
        let line = format!("{indent}{statement}{end}\n");
        drafts.push(Draft { edits: vec![(at..at, line)], cost: COST + more, family: "insertion" });
    };
    if is_place(text(left)) {
        put(Some(whole), format!("{} -= 1", text(left)), 0.0);
        put(Some(whole), format!("{} += 1", text(left)), 0.0);
    }
    let sum = text(left).split_once(" + ").map(|parts| (parts, "+="));
    let sum = sum.or_else(|| text(left).split_once(" - ").map(|parts| (parts, "-=")));
    if let Some(((kept, by), operator)) = sum.filter(|((kept, by), _)| is_place(kept) && is_plain(by)) {
        put(first, format!("{kept} {operator} {by}"), 0.0);
        put(Some(whole), format!("{kept} {operator} {by}"), 0.1);
    }
    drafts
}

/// The start of the line that something begins, with what it is indented by.
fn line(file: &File, at: usize) -> Option<(usize, &str)> {
    let start = file.line_start(at);
    let begins = start < at || at == 0 || file.text[at - 1] == b'\n';
    begins.then(|| (start, file.syntax.text(&(start..at))))
}

/// A part of something that is kept: variables by themselves are another family's.
fn is_place(text: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    text.contains(['.', '[']) && text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(word)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn what_is_asked_about_is_changed_before() {
        for (name, text, missing) in [
            ("a.py", "def f(d, k):\n    for x in k:\n        if d[x] == 0:\n            g(x)\n", "        d[x] -= 1\n"),
            ("a.js", "function f(a, n) {\n  if (a.sum + n >= 0) {\n    a.log.push(n);\n  }\n}\n", "    a.sum += n;\n"),
            ("a.rs", "fn f(a: &mut A, n: i8) {\n    if a.left < 1 {\n        g(n);\n    }\n}\n", "    a.left -= 1;\n"),
        ] {
            let (file, spot) = opened(name, text);
            let made: Vec<String> = drafts(&file, &spot).iter().map(|draft| after(&file, draft)).collect();
            assert!(
                made.iter().any(|made| made.replacen(missing, "", 1) == text && made.contains(missing)),
                "{made:#?}"
            );
        }
        let (file, spot) = opened("a.js", "function f(n, m) {\n  if (n > m) {\n    g(n);\n  }\n}\n");
        assert!(drafts(&file, &spot).is_empty());
    }
}
