//! Another function of the same family, another function of the file, fewer arguments or one more.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::parts::Callee;
use super::super::words::Word;
use crate::syntax::Language;

/// Names that do nearly the same; a language ignores those that it does not have, for they are not called there.
const FAMILIES: &[&[&str]] = &[
    &["min", "max"],
    &["floor", "ceil", "round", "trunc"],
    &["abs", "sign"],
    &["push", "unshift", "concat"],
    &["pop", "shift"],
    &["some", "every"],
    &["find", "findIndex", "findLast", "findLastIndex", "filter"],
    &["map", "filter", "flatMap", "forEach"],
    &["slice", "splice", "substring"],
    &["indexOf", "lastIndexOf"],
    &["startsWith", "endsWith", "includes", "contains"],
    &["starts_with", "ends_with", "contains"],
    &["HasPrefix", "HasSuffix", "Contains"],
    &["TrimLeft", "TrimRight", "Trim", "TrimPrefix", "TrimSuffix"],
    &["trim", "trimStart", "trimEnd", "strip"],
    &["trim", "trim_start", "trim_end"],
    &["toLowerCase", "toUpperCase"],
    &["to_lowercase", "to_uppercase"],
    &["to_ascii_lowercase", "to_ascii_uppercase"],
    &["ToLower", "ToUpper"],
    &["tolower", "toupper"],
    &["keys", "values", "entries"],
    &["keySet", "values", "entrySet"],
    &["padStart", "padEnd"],
    &["getFirst", "getLast", "peekFirst", "peekLast", "peek"],
    &["removeFirst", "removeLast", "pollFirst", "pollLast", "poll", "pop", "remove"],
    &["addFirst", "addLast", "offerFirst", "offerLast", "add", "push", "offer"],
    &["add", "addAll", "remove", "put"],
    &["add", "append", "insert"],
    &["push", "extend", "append", "push_str"],
    &["append", "insert"],
    &["get", "getOrDefault", "remove"],
    &["containsKey", "containsValue", "contains"],
    &["first", "last"],
    &["first_mut", "last_mut"],
    &["front", "back"],
    &["push_front", "push_back"],
    &["pop_front", "pop_back"],
    &["any", "all"],
    &["anyMatch", "allMatch", "noneMatch"],
    &["is_some", "is_none"],
    &["is_ok", "is_err"],
    &["sum", "product", "count", "max", "min"],
    &["take", "skip", "step_by"],
    &["take_while", "skip_while", "filter"],
    &["insert", "remove", "get", "contains"],
    &["saturating_sub", "wrapping_sub", "saturating_add"],
    &["and_then", "or_else"],
    &["isDigit", "isLetter", "isLetterOrDigit", "isUpperCase", "isLowerCase", "isWhitespace", "isAlphabetic"],
    &["isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "ispunct"],
    &["is_alphabetic", "is_numeric", "is_alphanumeric", "is_whitespace", "is_uppercase", "is_lowercase"],
    &["is_ascii_digit", "is_ascii_alphabetic", "is_ascii_alphanumeric", "is_ascii_uppercase", "is_ascii_lowercase"],
    &["IsDigit", "IsLetter", "IsSpace", "IsUpper", "IsLower", "IsPunct"],
    &["sqrt", "cbrt", "exp", "log", "log2", "log10", "pow"],
    &["sin", "cos", "tan"],
    &["next", "nextInt", "hasNext"],
    &["next", "last", "next_back"],
    &["equals", "equalsIgnoreCase"],
    &["compareTo", "compareToIgnoreCase"],
    &["reduce", "reduceRight"],
    &["strcpy", "strcat"],
    &["strcmp", "strcasecmp"],
    &["strchr", "strrchr", "strstr"],
    &["memcpy", "memmove"],
    &["malloc", "calloc"],
    &["parseInt", "parseFloat", "Number"],
    &["setdefault", "computeIfAbsent", "putIfAbsent"],
];

/// Methods that change the array they are called on and give it back.
const CHANGERS: &[&str] = &["sort", "reverse", "fill", "copyWithin"];

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(Callee { name, object, arguments }) = scene.callee(node) else { return };
    let own = scene.text(name);
    for family in FAMILIES.iter().filter(|family| family.contains(&own)) {
        for (rank, other) in family.iter().enumerate() {
            drafts.replace(name, *other, 0.05 * rank as f64);
        }
    }
    let args = scene.inner(arguments);
    let is_own = object.is_none_or(|object| matches!(scene.text(object), "this" | "self" | "Self"));
    if is_own {
        siblings(drafts, name, args.len());
    } else if let Some(object) = object {
        methods(drafts, object, name, args.len());
    }
    if let Some(object) = object.filter(|_| scene.language.is_script() && CHANGERS.contains(&own)) {
        copied(drafts, object);
    }
    fewer(drafts, arguments, &args);
    more(drafts, name, arguments, &args);
}

/// `xs.sort()` → `[...xs].sort()`: what somebody else holds too stays as it is.
fn copied(drafts: &mut Drafts, object: usize) {
    let scene = drafts.scene;
    if scene.is(object, &[Word::Name, Word::Member]) {
        drafts.replace(object, format!("[...{}]", scene.text(object)), 0.2);
    }
}

/// Functions of the file that take as many arguments.
fn siblings(drafts: &mut Drafts, name: usize, count: usize) {
    let scene = drafts.scene;
    let own = scene.text(name);
    let kind = scene.callables.get(own).map(|(_, kind)| kind.clone());
    let fits = |other: &str, parameters: usize, given: &Option<Kind>| {
        let same = kind.as_ref().is_none_or(|kind| kind == given);
        other != own && parameters == count && same
    };
    let others = scene.callables.iter().filter(|(other, (parameters, given))| fits(other, *parameters, given));
    for (other, _) in others.take(12) {
        drafts.replace(name, other, if kind.is_some() { 0.5 } else { 0.8 });
    }
}

/// Methods that the file calls on the same thing.
fn methods(drafts: &mut Drafts, object: usize, name: usize, count: usize) {
    let scene = drafts.scene;
    let (on, own) = (scene.text(object), scene.text(name));
    let same = scene.methods.iter().filter(|(object, other, n)| object == on && other != own && *n == count);
    for (_, other, _) in same.take(12) {
        drafts.replace(name, other, 0.3);
    }
}

fn fewer(drafts: &mut Drafts, list: usize, args: &[usize]) {
    let scene = drafts.scene;
    // Functions of the file have a number of arguments that the compiler knows.
    let fixed = matches!(scene.language, Language::C | Language::Rust | Language::Go);
    if args.len() < 2 || fixed {
        return;
    }
    for (i, arg) in args.iter().enumerate() {
        let rest: Vec<&str> = args.iter().filter(|other| *other != arg).map(|n| scene.text(*n)).collect();
        drafts.replace(list, format!("({})", rest.join(", ")), 0.9 + 0.05 * i as f64);
    }
}

/// A flag or a number that was left out.
fn more(drafts: &mut Drafts, name: usize, list: usize, args: &[usize]) {
    let scene = drafts.scene;
    let text = scene.text(name);
    let wanted = scene.callables.get(text).map(|(count, _)| *count);
    // Without a word of how, numbers are sorted as texts: nobody means that.
    let numbers = scene
        .callee(scene.parent(list))
        .and_then(|callee| callee.object)
        .is_some_and(|object| matches!(scene.type_of(object), Some(Kind::Array(Some(inner))) if inner.is_number()));
    let mut say = |extra: &str, more: f64| {
        let mut all: Vec<&str> = args.iter().map(|n| scene.text(*n)).collect();
        all.push(extra);
        drafts.replace(list, format!("({})", all.join(", ")), more);
    };
    match (text, args.len()) {
        ("parseInt", 1) if scene.language.is_script() => say("10", 0.6),
        ("sort", 0) if scene.language.is_script() => {
            say("(a, b) => a - b", if numbers { -0.5 } else { 0.3 });
            say("(a, b) => b - a", 0.6);
        }
        ("reduce", 1) if scene.language.is_script() => ["0", "1", "''", "[]"].iter().for_each(|start| say(start, 0.6)),
        ("slice" | "substring" | "indexOf", 1) => {
            scene.vars_at(scene.tree[list].range.start).for_each(|var| say(&var.name, 0.9));
            say("1", 1.0);
            say("-1", 1.0);
        }
        (_, count) if wanted.is_some_and(|wanted| wanted > count) => {
            scene.vars_at(scene.tree[list].range.start).for_each(|var| say(&var.name, 0.5));
            ["0", "1", "true", "false"].iter().for_each(|other| say(other, 0.7));
        }
        _ => {}
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("rs", "fn f(a: &str) { a.chars().last() }", "fn f(a: &str) { a.chars().next() }"),
    ("js", "function f(a) { return a.some(g) }", "function f(a) { return a.every(g) }"),
    (
        "java",
        "class A { int f(int a) { return Math.max(a, 0); } }",
        "class A { int f(int a) { return Math.min(a, 0); } }",
    ),
    (
        "c",
        "int f(int a) { return g(a); }\nint g(int a) { return a; }\nint h(int a) { return 1; }",
        "int f(int a) { return h(a); }\nint g(int a) { return a; }\nint h(int a) { return 1; }",
    ),
    ("rs", "fn f(a: &[u8]) -> bool { a.iter().any(g) }", "fn f(a: &[u8]) -> bool { a.iter().all(g) }"),
    (
        "go",
        "package a\nfunc f(s string) string { return strings.ToLower(s) }",
        "package a\nfunc f(s string) string { return strings.ToUpper(s) }",
    ),
    (
        "js",
        "// a: number[]\nfunction f(a) { return [...a].sort() }",
        "// a: number[]\nfunction f(a) { return [...a].sort((a, b) => a - b) }",
    ),
    ("js", "function f(a) { return a.sort() }", "function f(a) { return [...a].sort() }"),
    ("js", "function f(a) { a.sort(); return a }", "function f(a) { a.sort((a, b) => a - b); return a }"),
];
