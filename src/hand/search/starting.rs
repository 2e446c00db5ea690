//! JavaScript and TypeScript: a `reduce` that begins with nothing. What it does with two things says what it begins with.

use super::draft::Draft;
use super::hunt::{File, Spot};

/// The code itself asks for it.
const COST: f64 = 0.9;
/// What the function does with what it has → what changes nothing there, likeliest first.
const NEUTRAL: &[(&str, &[&str])] =
    &[("+", &["0", "''"]), ("*", &["1"]), ("&&", &["true"]), ("||", &["false"]), ("concat", &["[]"]), ("...", &["{}"])];

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    if !file.syntax.language().is_script() {
        return Vec::new();
    }
    file.tree.below(spot.node).filter_map(|node| begun(file, node)).flatten().collect()
}

/// `xs.reduce((a, b) => a + b)` with each beginning that suits it.
fn begun(file: &File, node: usize) -> Option<Vec<Draft>> {
    let (tree, syntax) = (&file.tree, &file.syntax);
    let text = |node: usize| syntax.text(&tree[node].range);
    let function = tree.field(node, "function").filter(|_| tree[node].kind == "call_expression")?;
    let name = tree.field(function, "property").filter(|name| text(*name).starts_with("reduce"))?;
    let [only] = tree.inner(tree.field(node, "arguments")?)[..] else { return None };
    let body = tree.field(only, "body").filter(|_| tree[name].range.end < tree[only].range.start)?;
    let (_, starts) = NEUTRAL.iter().find(|(sign, _)| text(body).contains(sign))?;
    let at = tree[only].range.end;
    let draft = |(rank, start): (usize, &&str)| Draft {
        edits: vec![(at..at, format!(", {start}"))],
        cost: COST + 0.2 * rank as f64,
        family: "start",
    };
    Some(starts.iter().enumerate().map(draft).collect())
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn a_reduce_begins_with_what_changes_nothing() {
        for (call, wanted) in [
            ("xs.reduce((a, x) => a + x)", Some("xs.reduce((a, x) => a + x, 0)")),
            ("xs.map(g).reduce((a, x) => { return a * x; })", Some("xs.map(g).reduce((a, x) => { return a * x; }, 1)")),
            ("xs.reduce((a, x) => a + x, 0)", None),
            ("xs.reduce((a, x) => x)", None),
            ("xs.map((a) => a + 1)", None),
        ] {
            let (file, spot) = opened("a.js", &format!("function f(xs) {{ return {call}; }}"));
            let first = drafts(&file, &spot).first().map(|draft| after(&file, draft));
            assert_eq!(first, wanted.map(|wanted| format!("function f(xs) {{ return {wanted}; }}")), "{call}");
        }
    }
}
