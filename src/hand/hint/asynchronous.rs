//! `await` in a function that is not asynchronous: its header says that it is.

use super::Scene;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;

/// How node, TypeScript and Python say it.
const SIGNS: &[&str] = &[
    "await is only valid in async",
    "'await' expressions are only allowed within async",
    "'await' outside async function",
    "Unexpected reserved word",
    "asynchronous comprehension outside",
    "'async with' outside async function",
    "'async for' outside async function",
];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some((at, name)) = header(&syntax, place.line) else { continue };
        let edit = Edit { path: place.path.clone(), range: at..at, text: "async ".to_owned() };
        let why = format!("made {name} asynchronous, which awaits");
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// Python's functions and a script's.
pub(in crate::hand) fn is_function(kind: &str) -> bool {
    ["function_definition", "function_declaration", "function_expression", "arrow_function", "method_definition"]
        .contains(&kind)
}

/// Where the innermost function around the first `await` of a line begins, and what people call it.
fn header(syntax: &Syntax, line: u32) -> Option<(usize, String)> {
    let range = syntax.line(line)?;
    let text = syntax.text(&range);
    let at = range.start + text.find("await ").or_else(|| text.find("async "))?;
    let tree = syntax.branches();
    let is_function = |node: &usize| is_function(tree[*node].kind);
    let around = |node: &usize| tree[*node].range.start < at && at < tree[*node].range.end;
    let function = tree.all().filter(is_function).rfind(around)?;
    let name = tree.field(function, "name");
    let told = name.map_or("the function".to_owned(), |name| format!("`{}`", syntax.text(&tree[name].range)));
    // A method's modifiers stand before `async`.
    let start = if tree[function].kind == "method_definition" { name? } else { function };
    Some((tree[start].range.start, told))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn who_awaits_is_asynchronous() {
        check(&[
            Example {
                files: &[("a.js", "function f(x) {\n  const y = await g(2);\n  return x * y;\n}\n")],
                log: "/repo/a.js:2\n  const y = await g(2);\n            ^^^^^\n\nSyntaxError: await is only valid in async functions and the top level bodies of modules\n    at wrapSafe (node:internal/modules/cjs/loader:1:2)\n",
                fixed: "async function f(x) {\n  const y = await g(2);\n  return x * y;\n}\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "class A {\n  static f(xs: number[]) {\n    return xs.map((x) => await g(x));\n  }\n}\n",
                )],
                log: "a.ts(3,26): error TS1308: 'await' expressions are only allowed within async functions and at the top levels of modules.\n",
                fixed: "class A {\n  static f(xs: number[]) {\n    return xs.map(async (x) => await g(x));\n  }\n}\n",
            },
            Example {
                files: &[("m.py", "def f():\n    return await g()\n")],
                log: "  File \"/repo/m.py\", line 2\n    return await g()\nSyntaxError: 'await' outside async function\n",
                fixed: "async def f():\n    return await g()\n",
            },
        ]);
    }
}
