//! An `await` that was forgotten: the calls of an asynchronous function that nobody waits for.

use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::hand::hint::asynchronous::is_function;
use crate::hand::hint::awaited::{called, gives_promise, insertions, is_async, unawaited};
use crate::syntax::Language;

/// What a call costs that is known to give something to wait for, and one of which nothing is known here.
const KNOWN: f64 = 0.9;
const UNKNOWN: f64 = 1.6;

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    let (syntax, tree) = (&file.syntax, &file.tree);
    let language = syntax.language();
    if !language.is_script() && language != Language::Python {
        return Vec::new();
    }
    let waits = |node: &usize| is_function(tree[*node].kind) && is_async(syntax, tree, *node);
    let calls = tree.below(spot.node).filter(waits).flat_map(|function| unawaited(syntax, tree, function));
    let draft = |call: usize| {
        let name = called(syntax, tree, call);
        let cost = match name.and_then(|name| gives_promise(syntax, tree, &name)) {
            Some(false) => return None,
            Some(true) => KNOWN,
            None => UNKNOWN,
        };
        let edits = insertions(tree, call).into_iter().map(|(at, text)| (at..at, text.to_owned())).collect();
        Some(Draft { edits, cost, family: "await" })
    };
    calls.filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn calls_that_nobody_waits_for_are_awaited() {
        for (name, text, call) in [
            (
                "a.js",
                "async function f() { const x = load(); return size(x); }\nasync function load() {}\nfunction size(x) {}",
                "load()",
            ),
            (
                "a.ts",
                "class A { async f(k: string) { return (await this.get(k)) + this.get(k); } async get(k: string) { return 1; } }",
                "this.get(k)",
            ),
            ("a.py", "async def f(x):\n    return await g(x) + g(x)\n\n\nasync def g(x):\n    return x\n", "g(x)"),
        ] {
            let (file, spot) = opened(name, text);
            let drafts = drafts(&file, &spot);
            assert_eq!(drafts.len(), 1, "{name}");
            let place = if name == "a.js" { text.find(call) } else { text.find(&format!("+ {call}")).map(|at| at + 2) }
                .unwrap();
            assert_eq!(after(&file, &drafts[0]), format!("{}await {}", &text[..place], &text[place..]));
            assert!(drafts[0].cost < 1.0);
        }
    }
}
