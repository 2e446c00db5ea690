//! Another function of the same family, another function of the module, fewer arguments.

use super::super::drafts::Drafts;

/// Names that do nearly the same.
const FAMILIES: &[&[&str]] = &[
    &["min", "max"],
    &["any", "all"],
    &["append", "extend", "add", "update", "appendleft"],
    &["pop", "popleft"],
    &["add", "discard", "remove"],
    &["issubset", "issuperset", "isdisjoint"],
    &["union", "intersection", "difference", "symmetric_difference"],
    &["startswith", "endswith"],
    &["strip", "lstrip", "rstrip"],
    &["lower", "upper", "title", "capitalize", "casefold", "swapcase"],
    &["find", "rfind"],
    &["index", "rindex"],
    &["split", "rsplit", "splitlines"],
    &["match", "search", "fullmatch"],
    &["partition", "rpartition"],
    &["ljust", "rjust", "center", "zfill"],
    &["isdigit", "isalpha", "isalnum", "isdecimal", "isnumeric"],
    &["isupper", "islower"],
    &["keys", "values", "items"],
    &["floor", "ceil", "trunc", "round"],
    &["int", "float", "round", "abs"],
    &["sum", "len", "max", "min"],
    &["sorted", "list", "reversed", "set", "tuple"],
    &["ceil", "floor"],
    &["get", "pop", "setdefault"],
    &["bisect_left", "bisect_right", "bisect"],
    &["sqrt", "exp", "log"],
    &["sin", "cos", "tan"],
    &["heappush", "heappop", "heapify"],
    &["combinations", "permutations"],
    &["isinstance", "issubclass"],
    &["map", "filter"],
    &["str", "repr"],
    &["year", "month", "day"],
];

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.kind(node) != "call" {
        return;
    }
    let Some(function) = scene.field(node, "function") else { return };
    let name = match scene.kind(function) {
        "identifier" => Some(function),
        "attribute" => scene.field(function, "attribute"),
        _ => None,
    };
    let Some(name) = name else { return };
    let own = scene.text(name);
    for family in FAMILIES.iter().filter(|family| family.contains(&own)) {
        for (rank, other) in family.iter().enumerate() {
            drafts.replace(name, *other, 0.05 * rank as f64);
        }
    }
    let arguments = scene.field(node, "arguments").filter(|n| scene.kind(*n) == "argument_list");
    let Some(arguments) = arguments else { return };
    let args = scene.inner(arguments);
    siblings(drafts, name, args.len());
    fewer(drafts, arguments, &args);
    flags(drafts, node, arguments, own);
}

/// Functions of the module that take as many arguments.
fn siblings(drafts: &mut Drafts, name: usize, count: usize) {
    let scene = drafts.scene;
    let own = scene.text(name);
    let Some(parameters) = scene.callables.get(own) else { return };
    let others = scene.callables.iter().filter(|(other, n)| *n == parameters && *other != own);
    for (other, _) in others.take(12) {
        drafts.replace(name, other, if count == *parameters { 0.5 } else { 0.7 });
    }
}

fn fewer(drafts: &mut Drafts, list: usize, args: &[usize]) {
    let scene = drafts.scene;
    if args.len() < 2 {
        return;
    }
    for (i, arg) in args.iter().enumerate() {
        let rest: Vec<&str> = args.iter().filter(|other| *other != arg).map(|n| scene.text(*n)).collect();
        drafts.replace(list, format!("({})", rest.join(", ")), 0.9 + 0.05 * i as f64);
    }
}

/// `reverse=True`, given or taken away.
fn flags(drafts: &mut Drafts, node: usize, list: usize, name: &str) {
    let scene = drafts.scene;
    if !matches!(name, "sorted" | "sort") || scene.text(node).contains("reverse") {
        return;
    }
    let mut args: Vec<&str> = scene.inner(list).iter().map(|n| scene.text(*n)).collect();
    args.push("reverse=True");
    drafts.replace(list, format!("({})", args.join(", ")), 0.5);
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(s):\n    return re.match('a', s)\n", "def f(s):\n    return re.search('a', s)\n"),
    ("def f(a):\n    return any(x for x in a)\n", "def f(a):\n    return all(x for x in a)\n"),
    ("def f(a, b):\n    a.append(b)\n    return a\n", "def f(a, b):\n    a.extend(b)\n    return a\n"),
    (
        "def f(a):\n    return g(a)\ndef g(a):\n    return a\ndef h(a):\n    return 1\n",
        "def f(a):\n    return h(a)\ndef g(a):\n    return a\ndef h(a):\n    return 1\n",
    ),
    ("def f(a):\n    return sorted(a)\n", "def f(a):\n    return sorted(a, reverse=True)\n"),
    ("def f(a):\n    return max(a, 0)\n", "def f(a):\n    return max(a)\n"),
];
