//! Every family makes of its broken examples the fixed ones.

use super::super::super::aim::Types;
use super::super::super::hunt::{File, Spot};
use super::super::spots;
use super::*;
use crate::ids::RelPath;
use crate::syntax::{Language, Syntax};

fn open(language: Language, text: &str) -> File {
    let syntax = Syntax::parse(language, text.as_bytes()).unwrap();
    assert!(syntax.is_sound(), "{text}");
    File { path: RelPath::parse("a").unwrap(), text: text.as_bytes().to_vec(), tree: syntax.branches(), syntax }
}

/// Types that a judge would have seen stand in a comment on the first line.
fn types(text: &str) -> Types {
    let told = text.lines().next().and_then(|line| line.strip_prefix("// ")).unwrap_or_default();
    let pairs = told.split(", ").filter_map(|pair| pair.split_once(": "));
    pairs.map(|(name, kind)| (name.to_owned(), vec![kind.to_owned()])).collect()
}

/// The text after each draft that the families make in the first function.
fn all(families: &[&Family], language: Language, text: &str) -> Vec<String> {
    let file = open(language, text);
    let spot: Spot = spots(&file).into_iter().next().unwrap();
    let scene = Scene::new(&file, &spot, &types(text));
    let mut drafts = Drafts::new(&scene);
    for family in families {
        drafts.enter(family.name, family.cost);
        scene.nodes().for_each(|node| (family.propose)(&mut drafts, node));
    }
    let apply = |draft: Draft| {
        let mut edits = draft.edits;
        edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
        let mut after = text.to_owned();
        edits.into_iter().for_each(|(range, new)| after.replace_range(range, &new));
        after
    };
    drafts.into_all().into_iter().map(apply).collect()
}

#[test]
fn the_examples_of_every_family_are_found() {
    let mut missed = Vec::new();
    for family in FAMILIES {
        assert!(!family.examples.is_empty(), "{} has no examples", family.name);
        for (extension, broken, fixed) in family.examples {
            let language = Language::of(&RelPath::parse(format!("a.{extension}")).unwrap()).unwrap();
            let made = all(&[family], language, broken);
            if !made.iter().any(|text| text == fixed) {
                missed.push(format!("{}: {broken}\nwants {fixed}\nnot among {made:#?}", family.name));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

/// The same small programs in all languages: what is made of them must be the language again.
const PROGRAMS: &[(Language, &str)] = &[
    (
        Language::JavaScript,
        "const LIMIT = 9;\nfunction helper(a, b) { return a + b; }\nfunction f(xs, n) {\n  let best = 0;\n  for (let i = 0; i < xs.length; i++) {\n    if (xs[i] > best && !(n === null)) best = xs[i];\n    else { n += 1; continue; }\n  }\n  while (n > 0) { n--; if (n % 2 == 0) break; }\n  for (const x of xs) { best = Math.max(best, helper(x, n)); }\n  const g = (a) => a * 2;\n  return best > LIMIT ? g(best) : xs.slice(1, n);\n}\n",
    ),
    (
        Language::TypeScript,
        "function f(xs: number[], name: string): number {\n  let total: number = 0;\n  do { total += xs[0]; } while (total < 5);\n  if (!name) { return -1; }\n  return xs.map((x) => x + 1).length + total;\n}\n",
    ),
    (
        Language::Java,
        "class A {\n  private int size;\n  static final int LIMIT = 9;\n  int helper(int a, int b) { return a + b; }\n  static int f(int[] xs, String s, boolean up) {\n    int best = 0;\n    for (int i = 0; i < xs.length; i++) {\n      if (xs[i] > best && !up) best = xs[i];\n      else { best += 1; continue; }\n    }\n    while (best > 0) { best--; if (best % 2 == 0) break; }\n    for (int x : xs) { best = Math.max(best, x); }\n    if (s.isEmpty()) { return -1; }\n    return up ? s.length() : best - s.indexOf(\"a\");\n  }\n}\n",
    ),
    (
        Language::Rust,
        "const LIMIT: usize = 9;\nfn helper(a: i32, b: i32) -> i32 { a + b }\npub fn f(xs: &[i32], n: usize, up: bool) -> i32 {\n    let mut best = 0;\n    for i in 0..xs.len() {\n        if xs[i] > best && !up { best = xs[i]; } else { best += 1; continue; }\n    }\n    while best > 0 { best -= 1; if best % 2 == 0 { break; } }\n    for x in xs.iter() { best = best.max(*x); }\n    if xs.is_empty() { return -1; }\n    if let Some(last) = xs.last() { best += *last; }\n    let y = if up { best } else { helper(best, n as i32) };\n    match y { 0 => 1, other => other + 1 }\n}\n",
    ),
    (
        Language::Go,
        "package a\n\nconst limit = 9\n\nfunc helper(a, b int) int { return a + b }\n\nfunc f(xs []int, n int, up bool) (int, error) {\n\tbest := 0\n\tfor i := 0; i < len(xs); i++ {\n\t\tif xs[i] > best && !up {\n\t\t\tbest = xs[i]\n\t\t} else {\n\t\t\tbest += 1\n\t\t\tcontinue\n\t\t}\n\t}\n\tfor n > 0 {\n\t\tn--\n\t\tif n%2 == 0 {\n\t\t\tbreak\n\t\t}\n\t}\n\tfor _, x := range xs[1:] {\n\t\tbest = helper(best, x)\n\t}\n\treturn best, nil\n}\n",
    ),
    (
        Language::C,
        "#include <stdio.h>\n#define LIMIT 9\nstruct node { int value; struct node *next; };\nstatic int helper(int a, int b) { return a + b; }\nint f(const int *xs, int n, struct node *head) {\n    int best = 0, i;\n    char buffer[10];\n    for (i = 0; i < n; i++) {\n        if (xs[i] > best && !(n == 0)) best = xs[i];\n        else { best += 1; continue; }\n    }\n    while (head != NULL) { best += head->value; head = head->next; if (best % 2 == 0) break; }\n    do { best--; } while (best > LIMIT);\n    buffer[0] = 'a';\n    return best ? helper(best, n) : buffer[0];\n}\n",
    ),
];

#[test]
fn what_is_made_is_the_language_again() {
    let families: Vec<&Family> = FAMILIES.iter().collect();
    let mut all_bad = Vec::new();
    for (language, text) in PROGRAMS {
        let spot = |file: &File| spots(file).into_iter().last().unwrap();
        let file = open(*language, text);
        let scene = Scene::new(&file, &spot(&file), &Types::new());
        let mut drafts = Drafts::new(&scene);
        for family in &families {
            drafts.enter(family.name, family.cost);
            scene.nodes().for_each(|node| (family.propose)(&mut drafts, node));
        }
        let made = drafts.into_all();
        let mut bad = Vec::new();
        for draft in &made {
            let mut edits = draft.edits.clone();
            edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
            let mut after = (*text).to_owned();
            edits.into_iter().for_each(|(range, new)| after.replace_range(range, &new));
            if !Syntax::parse(*language, after.as_bytes()).unwrap().is_sound() {
                bad.push(format!("{}: {:?}", draft.family, draft.edits));
            }
        }
        assert!(made.len() > 300, "{language:?}: {}", made.len());
        all_bad.extend(
            (!bad.is_empty()).then(|| format!("{language:?}: {} of {}\n{}", bad.len(), made.len(), bad.join("\n"))),
        );
    }
    assert!(all_bad.is_empty(), "{}", all_bad.join("\n"));
}

#[test]
fn line_ends_tabs_and_indentation_stay() {
    let text = "function f(a) {\r\n\tif (a) {\r\n\t\ta.pop();\r\n\t}\r\n\treturn a;\r\n}\r\n";
    let families: Vec<&Family> = FAMILIES.iter().collect();
    for after in all(&families, Language::JavaScript, text) {
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
        assert!(!after.contains("    "), "{after:?}");
    }
}
