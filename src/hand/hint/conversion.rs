//! A value of another type than is wanted, where the language has one usual way to make the one of the other.

use super::Scene;
use super::complaint::{Complaint, Place};
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::ops::Range;

const MOST_OFFERS: usize = 6;

static GO_USE: Said = Said::new(&[
    r"cannot use (?P<value>.+) \((?:.+ of )?(?:(?P<base>\w+) )?type (?P<from>[\w.\[\]]+)\) as (?:type )?(?P<to>[\w.\[\]]+) (?:value )?in",
]);
static GO_MIX: Said =
    Said::new(&[r"invalid operation: (?P<whole>.+) \(mismatched types (?P<left>[\w.]+) and (?P<right>[\w.]+)\)"]);
static JAVA: Said = Said::new(&[
    r"incompatible types: possible lossy conversion from (?P<from>\w+) to (?P<to>\w+)",
    r"incompatible types: (?P<from>\w+) cannot be converted to (?P<to>\w+)",
]);
static PYTHON: Said = Said::new(&[
    r#"can only concatenate str \(not "(?P<other>\w+)"\) to str"#,
    r"must be str, not (?P<other>\w+)",
    r"unsupported operand type\(s\) for \+=?: '(?P<other>\w+)' and 'str'",
]);
static RUST: Said = Said::new(&[r"cannot be indexed by `(?P<from>[iu](?:8|16|32|64|128|size))`"]);

static UNLIKE: Said = Said::new(&[r"(?P<carets>\^+) expected `(?P<to>[^`]+)`, found `(?P<from>[^`]+)`"]);

static GO_TEXT: Said =
    Said::new(&[r"cannot use (?P<value>.+) \((?:.+ of )?(?:\w+ )?type (?P<from>\*?[\w.]+)\) as string value in"]);

/// Where a value stands, and what is written instead.
type Put = (Range<usize>, String);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    offered(scene, puts)
}

/// Go: what a value says of itself, where a text is wanted. Its type is no mistake then.
pub(super) fn texts(scene: &Scene) -> Result<Vec<Candidate>> {
    offered(scene, |syntax, complaint, place| {
        let said = GO_TEXT.captures(&complaint.message).filter(|_| syntax.language() == Language::Go);
        let put = said.and_then(|said| {
            let says = match &said["from"] {
                "error" => ".Error()",
                kind if kind.contains('.') || kind.starts_with(char::is_uppercase) => ".String()",
                _ => return None,
            };
            let value = said["value"].to_owned();
            found(syntax, place, &value).map(|range| (range, format!("{value}{says}")))
        });
        put.into_iter().collect()
    })
}

fn offered(scene: &Scene, puts: impl Fn(&Syntax, &Complaint, &Place) -> Vec<Put>) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        for place in complaint.places.iter().take(2) {
            let Some(syntax) = scene.syntax(&place.path)? else { continue };
            for (range, text) in puts(&syntax, complaint, place) {
                let why =
                    format!("wrote `{text}` for `{}` in line {} of {}", syntax.text(&range), place.line, place.path);
                let edit = Edit { path: place.path.clone(), range, text };
                if made.len() < MOST_OFFERS {
                    made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
                }
            }
        }
    }
    Ok(made)
}

fn puts(syntax: &Syntax, complaint: &Complaint, place: &Place) -> Vec<Put> {
    let message = complaint.message.as_str();
    match syntax.language() {
        Language::Go => go(syntax, message, place),
        Language::Java => java(syntax, message, place).into_iter().collect(),
        Language::Python => python(syntax, message, place.line),
        Language::Rust => {
            let indexed = rust(syntax, message, place);
            indexed.or_else(|| unlike(syntax, &complaint.detail, place)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn go(syntax: &Syntax, message: &str, place: &Place) -> Vec<Put> {
    const NUMBERS: &[&str] = &[
        "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte",
        "rune", "float32", "float64",
    ];
    let converts = |from: &str, to: &str| {
        (NUMBERS.contains(&from) && NUMBERS.contains(&to))
            || matches!((from, to), ("string", "[]byte" | "[]rune") | ("[]byte" | "[]rune", "string"))
    };
    let at = |text: &str| found(syntax, place, text);
    // Of a type of their own Go says what it is made of.
    let made_of =
        |said: &regex::Captures| said.name("base").map_or_else(|| said["from"].to_owned(), |it| it.as_str().to_owned());
    if let Some(said) = GO_USE.captures(message).filter(|said| converts(&made_of(said), &said["to"])) {
        let value = &said["value"];
        return at(value).map(|range| (range, format!("{}({value})", &said["to"]))).into_iter().collect();
    }
    let Some(said) = GO_MIX.captures(message).filter(|said| converts(&said["left"], &said["right"])) else {
        return Vec::new();
    };
    let Some(whole) = at(&said["whole"]) else { return Vec::new() };
    let tree = syntax.branches();
    let Some(node) = tree.all().find(|node| tree[*node].kind == "binary_expression" && tree[*node].range == whole)
    else {
        return Vec::new();
    };
    let side = |name: &str, to: &str| {
        let range = tree[tree.field(node, name)?].range.clone();
        let text = format!("{to}({})", syntax.text(&range));
        Some((range, text))
    };
    [side("left", &said["right"]), side("right", &said["left"])].into_iter().flatten().collect()
}

/// A text on the line of a place, the nearest to its column.
fn found(syntax: &Syntax, place: &Place, text: &str) -> Option<Range<usize>> {
    let line = syntax.line(place.line)?;
    let column = syntax.offset(place.line, place.column.unwrap_or(1)).unwrap_or(line.start);
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let own = syntax.text(&line);
    let whole = |at: &usize| {
        let (before, after) = (own[..*at].chars().next_back(), own[at + text.len()..].chars().next());
        let inside_word = before.is_some_and(is_part) && text.starts_with(is_part)
            || after.is_some_and(is_part) && text.ends_with(is_part);
        !inside_word
    };
    let all = own.match_indices(text).map(|(at, _)| at).filter(whole).map(|at| line.start + at);
    let start =
        all.min_by_key(|at| if *at <= column && column < at + text.len() { 0 } else { at.abs_diff(column) + 1 })?;
    Some(start..start + text.len())
}

fn java(syntax: &Syntax, message: &str, place: &Place) -> Option<Put> {
    let said = JAVA.captures(message)?;
    let (from, to) = (&said["from"], &said["to"]);
    let is_number = |name: &str| matches!(name, "byte" | "short" | "char" | "int" | "long" | "float" | "double");
    let tree = syntax.branches();
    let node = value_at(&tree, syntax.offset(place.line, place.column?)?)?;
    let range = tree[node].range.clone();
    let text = syntax.text(&range);
    let simple = matches!(tree[node].kind, "identifier" | "method_invocation" | "field_access" | "array_access")
        || tree[node].kind.starts_with("parenthesized")
        || tree[node].kind.ends_with("literal");
    let new = match (from, to) {
        _ if is_number(from) && is_number(to) && simple => format!("({to}) {text}"),
        _ if is_number(from) && is_number(to) => format!("({to}) ({text})"),
        ("String", "int") => format!("Integer.parseInt({text})"),
        ("String", "long") => format!("Long.parseLong({text})"),
        ("String", "double") => format!("Double.parseDouble({text})"),
        ("String", "boolean") => format!("Boolean.parseBoolean({text})"),
        (_, "String") if is_number(from) || from == "boolean" => format!("String.valueOf({text})"),
        _ => return None,
    };
    Some((range, new))
}

/// The whole value that a byte is in: what is assigned, returned or given.
fn value_at(tree: &Branches, at: usize) -> Option<usize> {
    let takes = |node: usize| {
        matches!(
            tree[node].kind,
            "variable_declarator"
                | "assignment_expression"
                | "return_statement"
                | "argument_list"
                | "array_initializer"
        )
    };
    let leaf = tree.all().rfind(|node| tree[*node].range.start <= at && at < tree[*node].range.end)?;
    std::iter::once(leaf).chain(tree.above(leaf)).find(|node| tree[*node].named && takes(tree[*node].parent))
}

/// What is added to a text, as a text: each by itself, and all at once.
fn python(syntax: &Syntax, message: &str, line: u32) -> Vec<Put> {
    let Some(said) = PYTHON.captures(message).filter(|said| &said["other"] != "NoneType") else { return Vec::new() };
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let adds = |node: usize| {
        let operator = tree[node].children.get(1).map(|it| text(*it));
        match tree[node].kind {
            "binary_operator" => operator == Some("+"),
            "augmented_assignment" => operator == Some("+="),
            _ => false,
        }
    };
    let is_here = |node: &usize| syntax.line_of(tree[*node].range.start) == line;
    let mut puts: Vec<Put> = Vec::new();
    for sum in tree.all().filter(is_here).filter(|node| adds(*node)) {
        for name in ["left", "right"] {
            let Some(part) = tree.field(sum, name) else { continue };
            let is_text = matches!(tree[part].kind, "string" | "concatenated_string");
            let is_target = name == "left" && tree[sum].kind == "augmented_assignment";
            if is_text || is_target || adds(part) {
                continue;
            }
            let put = (tree[part].range.clone(), format!("str({})", text(part)));
            puts.extend((!puts.contains(&put)).then_some(put));
        }
    }
    puts.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    if said.get(0).is_some_and(|all| all.as_str().starts_with("unsupported")) {
        puts.reverse();
    }
    puts
}

fn rust(syntax: &Syntax, message: &str, place: &Place) -> Option<Put> {
    RUST.captures(message)?;
    let at = syntax.offset(place.line, place.column?)?;
    let tree = syntax.branches();
    let around = |node: &usize| {
        tree[*node].kind == "index_expression" && tree[*node].range.start <= at && at < tree[*node].range.end
    };
    let index = match tree.all().rfind(around) {
        Some(indexed) => *tree.inner(indexed).get(1)?,
        // What is given to `get` and its like is an index, too.
        None => tree.all().find(|node| {
            let is_argument = tree.above(*node).next().is_some_and(|above| tree[above].kind == "arguments");
            is_argument && tree[*node].range.start == at
        })?,
    };
    let range = tree[index].range.clone();
    let text = syntax.text(&range);
    let new = match tree[index].kind {
        "binary_expression" | "unary_expression" => format!("({text}) as usize"),
        _ => format!("{text} as usize"),
    };
    Some((range, new))
}

/// Rust's numbers of two sizes, and a value that may be none.
fn unlike(syntax: &Syntax, detail: &str, place: &Place) -> Option<Put> {
    const NUMBERS: &[&str] =
        &["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64"];
    let said = UNLIKE.captures(detail)?;
    let start = syntax.offset(place.line, place.column?)?;
    let end = syntax.offset(place.line, place.column? + u32::try_from(said["carets"].len()).ok()?)?;
    let text = syntax.text(&(start..end));
    let (from, to) = (&said["from"], &said["to"]);
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "_.:()[]".contains(c));
    let new = match () {
        () if NUMBERS.contains(&from) && NUMBERS.contains(&to) && is_plain => format!("{text} as {to}"),
        () if NUMBERS.contains(&from) && NUMBERS.contains(&to) => format!("({text}) as {to}"),
        // Where the function could pass the failure on, rustc says so itself.
        () if [format!("Result<{to}, "), format!("Option<{to}>")].iter().any(|may| from.starts_with(may)) => {
            format!("{text}.unwrap()")
        }
        () => return None,
    };
    Some((start..end, new))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn values_are_made_what_is_wanted() {
        check(&[
            Example {
                files: &[("a.go", "package a\n\nfunc F(x int, xs []int) int64 { return G(len(xs), x) }\n")],
                log: "./a.go:3:52: cannot use x (variable of type int) as int64 value in argument to G\n",
                fixed: "package a\n\nfunc F(x int, xs []int) int64 { return G(len(xs), int64(x)) }\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc F(now Time) { Put(b[0:], now) }\n")],
                log: "./a.go:3:32: cannot use now (variable of int64 type Time) as uint64 value in argument to Put\n",
                fixed: "package a\n\nfunc F(now Time) { Put(b[0:], uint64(now)) }\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc F(x int, y float64) float64 { return x * y }\n")],
                log: "./a.go:3:43: invalid operation: x * y (mismatched types int and float64)\n",
                fixed: "package a\n\nfunc F(x int, y float64) float64 { return float64(x) * y }\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "public class A {\n    int f(long x) {\n        int y = x * 2;\n        return y;\n    }\n}\n",
                )],
                log: "A.java:3: error: incompatible types: possible lossy conversion from long to int\n        int y = x * 2;\n                  ^\n1 error\n",
                fixed: "public class A {\n    int f(long x) {\n        int y = (int) (x * 2);\n        return y;\n    }\n}\n",
            },
            Example {
                files: &[("A.java", "public class A {\n    int f(String s) {\n        return s.trim();\n    }\n}\n")],
                log: "A.java:3: error: incompatible types: String cannot be converted to int\n        return s.trim();\n                     ^\n1 error\n",
                fixed: "public class A {\n    int f(String s) {\n        return Integer.parseInt(s.trim());\n    }\n}\n",
            },
            Example {
                files: &[("m.py", "def f(x):\n    return \"n: \" + x + \"!\"\n")],
                log: "  File \"/repo/m.py\", line 2, in f\n    return \"n: \" + x + \"!\"\nTypeError: can only concatenate str (not \"int\") to str\n",
                fixed: "def f(x):\n    return \"n: \" + str(x) + \"!\"\n",
            },
            Example {
                files: &[(
                    "src/lib.rs",
                    "pub fn f(n: u32) -> usize {\n    g(n)\n}\n\nfn g(n: usize) -> usize {\n    n\n}\n",
                )],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:7\n  |\n2 |     g(n)\n  |     - ^ expected `usize`, found `u32`\n",
                fixed: "pub fn f(n: u32) -> usize {\n    g(n as usize)\n}\n\nfn g(n: usize) -> usize {\n    n\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "pub fn f(n: u32) -> String {\n    g(n)\n}\n")],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:5\n  |\n1 | pub fn f(n: u32) -> String {\n  |                     ------ expected `String` because of return type\n2 |     g(n)\n  |     ^^^^ expected `String`, found `Result<String, E>`\n",
                fixed: "pub fn f(n: u32) -> String {\n    g(n).unwrap()\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "pub fn f(v: &[u32], i: i32) -> u32 {\n    v[i - 1]\n}\n")],
                log: "error[E0277]: the type `[u32]` cannot be indexed by `i32`\n --> src/lib.rs:2:7\n  |\n2 |     v[i - 1]\n  |       ^^^^^ slice indices are of type `usize` or ranges of `usize`\n",
                fixed: "pub fn f(v: &[u32], i: i32) -> u32 {\n    v[(i - 1) as usize]\n}\n",
            },
        ]);
    }

    #[test]
    fn what_an_index_is_given_to_may_be_a_method() {
        check(&[Example {
            files: &[("src/lib.rs", "pub fn at(v: &[u8], i: i32) -> Option<&u8> {\n    v.get(i + 1)\n}\n")],
            log: "error[E0277]: the type `[u8]` cannot be indexed by `i32`\n --> src/lib.rs:2:11\n  |\n2 |     v.get(i + 1)\n  |       --- ^^^^^ slice indices are of type `usize` or ranges of `usize`\n",
            fixed: "pub fn at(v: &[u8], i: i32) -> Option<&u8> {\n    v.get((i + 1) as usize)\n}\n",
        }]);
    }
}
