//! A promise or a coroutine where its value is meant: the call in an asynchronous function gets its `await`.

use super::asynchronous::is_function;
use super::said::Said;
use super::{Scene, meaning, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

/// How the value's absence shows: in a message, beside it, or at the end of the output.
#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "coroutine", "was never awaited", "await wasn't used with future", "Future", "async_generator", "Promise",
    "is not a function", "is not iterable", "properties of undefined",
];
/// Functions of the libraries that give something to wait for, whoever has them.
#[rustfmt::skip]
const LIBRARY: &[&str] = &[
    "sleep", "gather", "wait", "wait_for", "to_thread", "run_in_executor", "fetch", "json", "text", "arrayBuffer", "all",
    "allSettled", "readFile", "writeFile", "appendFile", "readdir", "mkdir", "mkdtemp", "rm", "stat", "unlink", "access", "rename",
    "copyFile", "open",
];
/// Who takes what is not awaited yet.
#[rustfmt::skip]
const KEEPERS: &[&str] = &[
    "gather", "wait", "wait_for", "create_task", "ensure_future", "run", "run_until_complete", "all", "allSettled", "race", "any", "shield",
    "as_completed", "rejects", "doesNotReject", "resolve", "expect",
];
const MOST_PLACES: usize = 6;
const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = sleepless(scene)?;
    if !SIGNS.iter().any(|sign| scene.job.log.contains(sign)) {
        return Ok(made);
    }
    let mut seen = BTreeSet::new();
    let places = scene.complaints.iter().flat_map(|complaint| complaint.places.iter().take(MOST_PLACES));
    for place in places.filter(|place| !place::is_test(&place.path)) {
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        if !(syntax.language().is_script() || syntax.language() == Language::Python) {
            continue;
        }
        let tree = syntax.branches();
        let Some(function) = around(&syntax, &tree, place.line) else { continue };
        for call in unawaited(&syntax, &tree, function) {
            let Some(name) = called(&syntax, &tree, call) else { continue };
            if made.len() >= MOST_OFFERS || !seen.insert((place.path.clone(), call)) || !waits(scene, &syntax, &name)? {
                continue;
            }
            let edit =
                |(at, text): (usize, &str)| Edit { path: place.path.clone(), range: at..at, text: text.to_owned() };
            let edits = insertions(&tree, call).into_iter().map(edit).collect();
            let line = syntax.line_of(tree[call].range.start);
            let why = format!("awaited `{name}` in line {line} of {}", place.path);
            made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
        }
    }
    made.extend(run(scene)?);
    Ok(made)
}

/// What is put in where so that a call is awaited.
pub(in crate::hand) fn insertions(tree: &Branches, call: usize) -> Vec<(usize, &'static str)> {
    let (range, parent) = (&tree[call].range, &tree[tree[call].parent]);
    // What is asked of the call is asked of its value.
    let is_asked = matches!(parent.kind, "attribute" | "subscript" | "member_expression" | "subscript_expression")
        && parent.children.first() == Some(&call);
    if is_asked { vec![(range.start, "(await "), (range.end, ")")] } else { vec![(range.start, "await ")] }
}

/// JavaScript: a function that says it waits and never does, where a number or a value is missing at the end: what it
/// keeps in a variable is waited for.
fn sleepless(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    if !["NaN", "[object Promise]", "Promise {"].iter().any(|sign| scene.job.log.contains(sign)) {
        return Ok(made);
    }
    for path in scene.scripts().into_iter().filter(|path| !place::is_test(path)) {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let tree = syntax.branches();
        for function in tree.all().filter(|node| is_function(tree[*node].kind) && is_async(&syntax, &tree, *node)) {
            if tree.below(function).any(|node| tree[node].kind.starts_with("await")) {
                continue;
            }
            let kept = unawaited(&syntax, &tree, function).into_iter();
            for call in kept.filter(|call| tree[tree[*call].parent].kind == "variable_declarator") {
                let at = tree[call].range.start;
                let edit = Edit { path: path.clone(), range: at..at, text: "await ".to_owned() };
                let why = format!("awaited what line {} of {path} keeps", syntax.line_of(at));
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

static COROUTINE: Said = Said::new(&[r"coroutine (?:object |')(?:\w+\.)*(\w+)"]);

/// Python: a function that is not asynchronous hands on a coroutine: it runs it.
fn run(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let names: BTreeSet<String> =
        scene.job.log.lines().filter_map(|line| Some(COROUTINE.captures(line)?[1].to_owned())).collect();
    let Some(near) = scene.complaints.iter().flat_map(|complaint| &complaint.places).next() else { return Ok(made) };
    for name in names {
        let index = scene.index(Language::Python, &near.path)?;
        let holders: Vec<_> = index.holders(&name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
        for path in holders.into_iter().filter(|path| !place::is_test(path)) {
            let Some(syntax) = scene.syntax(&path)?.filter(|it| it.language() == Language::Python) else { continue };
            if !syntax.imports().iter().any(|import| import.bound == "asyncio") {
                continue;
            }
            let tree = syntax.branches();
            for function in tree.all().filter(|node| is_function(tree[*node].kind) && !is_async(&syntax, &tree, *node))
            {
                let calls = unawaited(&syntax, &tree, function);
                for call in calls.into_iter().filter(|call| called(&syntax, &tree, *call).as_ref() == Some(&name)) {
                    let range = tree[call].range.clone();
                    let edit =
                        |at: usize, text: &str| Edit { path: path.clone(), range: at..at, text: text.to_owned() };
                    let edits = vec![edit(range.start, "asyncio.run("), edit(range.end, ")")];
                    let why = format!("ran the coroutine `{name}` in {path}");
                    made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
                }
            }
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

pub(in crate::hand) fn is_async(syntax: &Syntax, tree: &Branches, function: usize) -> bool {
    let text = syntax.text(&tree[function].range);
    // A method's other modifiers stand before it.
    let header = text.split(['(', '{']).next().unwrap_or_default();
    header.split_whitespace().any(|word| word == "async")
}

/// The innermost asynchronous function on a line.
fn around(syntax: &Syntax, tree: &Branches, line: u32) -> Option<usize> {
    let holds = |node: &usize| {
        let range = &tree[*node].range;
        is_function(tree[*node].kind) && syntax.line_of(range.start) <= line && line <= syntax.line_of(range.end)
    };
    tree.all().filter(holds).filter(|node| is_async(syntax, tree, *node)).last()
}

/// Calls of a function, of its own and not of one inside, that nobody awaits or passes on.
pub(in crate::hand) fn unawaited(syntax: &Syntax, tree: &Branches, function: usize) -> Vec<usize> {
    let is_call = |node: &usize| ["call", "call_expression"].contains(&tree[*node].kind);
    let is_own = |node: &usize| tree.above(*node).find(|above| is_function(tree[*above].kind)) == Some(function);
    let is_free = |node: &usize| {
        let parent = tree[*node].parent;
        let kept = tree
            .above(*node)
            .take_while(|above| *above != function)
            .any(|above| called(syntax, tree, above).is_some_and(|name| KEEPERS.contains(&name.as_str())));
        !tree[parent].kind.starts_with("await") && !kept
    };
    tree.below(function).filter(is_call).filter(is_own).filter(is_free).collect()
}

/// The last word of what is called.
pub(in crate::hand) fn called(syntax: &Syntax, tree: &Branches, call: usize) -> Option<String> {
    let function = tree.field(call, "function")?;
    let text = syntax.text(&tree[function].range);
    meaning::words(text).last().filter(|name| text.ends_with(name)).map(str::to_owned)
}

/// Whether a function gives something to wait for: it is asynchronous here, or one of the libraries'.
fn waits(scene: &Scene, syntax: &Syntax, name: &str) -> Result<bool> {
    let files = scene.job.workshop.files()?;
    let index = scene.index(syntax.language(), files.first().unwrap_or(&crate::ids::RelPath::parse("x")?))?;
    let holders: Vec<_> = index.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    let mut defined = false;
    for path in holders {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        match gives_promise(&syntax, &syntax.branches(), name) {
            Some(true) => return Ok(true),
            known => defined |= known.is_some(),
        }
    }
    Ok(!defined && LIBRARY.contains(&name))
}

/// Whether a function of the file with this name is asynchronous; `None` where there is none.
pub(in crate::hand) fn gives_promise(syntax: &Syntax, tree: &Branches, name: &str) -> Option<bool> {
    let is_named = |node: &usize| {
        let holder = if tree[*node].kind == "arrow_function" { tree[*node].parent } else { *node };
        tree.field(holder, "name").is_some_and(|own| syntax.text(&tree[own].range) == name)
    };
    let named = tree.all().filter(|node| is_function(tree[*node].kind)).filter(is_named);
    named.map(|node| is_async(syntax, tree, node)).reduce(|one, other| one || other)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_comes_later_is_awaited() {
        check(&[
            Example {
                files: &[(
                    "m.py",
                    "async def get(x):\n    return x\n\n\nasync def f(x):\n    answer = get(x)\n    return answer[\"a\"]\n",
                )],
                log: "  File \"/repo/m.py\", line 7, in f\n    return answer[\"a\"]\nTypeError: 'coroutine' object is not subscriptable\n",
                fixed: "async def get(x):\n    return x\n\n\nasync def f(x):\n    answer = await get(x)\n    return answer[\"a\"]\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "const load = async (x) => x;\nasync function f(x) {\n  return load(x).value.trim();\n}\n",
                )],
                log: "/repo/a.js:3\n  return load(x).value.trim();\n                       ^\n\nTypeError: Cannot read properties of undefined (reading 'trim')\n    at f (/repo/a.js:3:24)\n",
                fixed: "const load = async (x) => x;\nasync function f(x) {\n  return (await load(x)).value.trim();\n}\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "import asyncio\n\n\nasync def f(xs):\n    all = asyncio.gather(*xs)\n    return list(all)\n",
                )],
                log: "  File \"/repo/m.py\", line 6, in f\n    return list(all)\nRuntimeError: await wasn't used with future\n",
                fixed: "import asyncio\n\n\nasync def f(xs):\n    all = await asyncio.gather(*xs)\n    return list(all)\n",
            },
        ]);
    }
}
