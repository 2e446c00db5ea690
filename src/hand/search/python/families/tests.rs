//! Every family makes of its broken examples the fixed ones. Types stand in a comment on the first line.

use super::super::super::aim::Types;
use super::super::scene::Scene;
use super::*;
use crate::syntax::{Language, Syntax};

fn types(text: &str) -> Types {
    let told = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
    let pairs = told.split(", ").filter_map(|pair| pair.split_once(": "));
    pairs.map(|(name, kind)| (name.to_owned(), vec![kind.to_owned()])).collect()
}

/// The text after each draft of one family.
fn all(family: &Family, text: &str) -> Vec<String> {
    costed(family, text).into_iter().map(|(after, _)| after).collect()
}

/// The same with what each costs.
fn costed(family: &Family, text: &str) -> Vec<(String, f64)> {
    let syntax = Syntax::parse(Language::Python, text.as_bytes()).unwrap();
    let tree = syntax.branches();
    let function = tree.all().find(|n| tree[*n].kind == "function_definition").unwrap();
    let scene = Scene::new(text.as_bytes(), &tree, function, &types(text), &Types::new());
    let mut drafts = Drafts::new(&scene);
    drafts.enter(family.name, family.cost);
    scene.nodes().for_each(|node| (family.propose)(&mut drafts, node));
    let apply = |draft: Draft| {
        let cost = draft.cost;
        let mut edits = draft.edits;
        edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
        let mut after = text.to_owned();
        edits.into_iter().for_each(|(range, new)| after.replace_range(range, &new));
        (after, cost)
    };
    drafts.into_all().into_iter().map(apply).collect()
}

#[test]
fn the_examples_of_every_family_are_found() {
    for family in FAMILIES {
        assert!(!family.examples.is_empty(), "{} has no examples", family.name);
        for (broken, fixed) in family.examples {
            let made = all(family, broken);
            assert!(made.iter().any(|text| text == fixed), "{}: {broken}\nnot among {made:#?}", family.name);
        }
    }
}

/// What people write is likelier than what only passes the tests.
#[test]
fn natural_edits_come_before_compound_ones() {
    let text = "# xs: list, n: int\ndef f(xs, n):\n    return xs[n:]\n";
    let cost = |wanted: &str| {
        let all = FAMILIES.iter().flat_map(|family| costed(family, text));
        let found = all.filter(|(after, _)| after.contains(&format!("return {wanted}\n"))).map(|(_, cost)| cost);
        found.fold(f64::INFINITY, f64::min)
    };
    assert!(cost("xs[:n]") < cost("xs[n:][:-1]") - 0.5, "{} {}", cost("xs[:n]"), cost("xs[n:][:-1]"));
    assert!(cost("xs[n - 1:]") < cost("xs[n:][1:]"));
}

#[test]
fn line_ends_tabs_and_indentation_stay() {
    let text = "def f(a):\r\n\tif a:\r\n\t\ta.pop()\r\n\treturn a\r\n";
    for family in FAMILIES {
        for after in all(family, text) {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
            assert!(!after.contains("    "), "{after:?}");
        }
    }
}
