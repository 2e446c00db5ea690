//! Rows that say the same, or nearly: MinHash over groups of words, with bands so that not every pair is compared.

use super::Row;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// 96 hashes in 24 bands of four: pairs that are 60 % alike meet in a band with 97 %.
const BANDS: usize = 24;
const IN_BAND: usize = 4;
const HASHES: usize = BANDS * IN_BAND;
/// Words of one group.
const GROUP: usize = 5;

/// The first of those that are alike; rows come oldest first.
pub fn unique(mut rows: Vec<Row>, least: f64) -> Vec<Row> {
    rows.sort_by(|a, b| (&a.at, &a.repository, &a.group).cmp(&(&b.at, &b.repository, &b.group)));
    let mut exact = HashSet::new();
    let mut bands: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    let mut kept: Vec<(Row, Vec<u64>)> = Vec::new();
    for row in rows {
        let text = normal(&said(&row.value));
        if !exact.insert(hash(text.as_bytes(), 0)) {
            continue;
        }
        let signature = signature(&text);
        let keys: Vec<(usize, u64)> = signature.chunks(IN_BAND).map(|band| hash(&bytes(band), 1)).enumerate().collect();
        let near = keys.iter().filter_map(|key| bands.get(key)).flatten();
        if near.clone().any(|other| likeness(&kept[*other].1, &signature) >= least) {
            continue;
        }
        keys.into_iter().for_each(|key| bands.entry(key).or_default().push(kept.len()));
        kept.push((row, signature));
    }
    kept.into_iter().map(|(row, _)| row).collect()
}

/// All texts of a row, without what says where it comes from.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Bool(label) => format!("{label}\n"),
        Value::Array(items) => items.iter().map(said).collect(),
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "metadata").map(|(_, value)| said(value)).collect()
        }
        _ => String::new(),
    }
}

/// Numbers and layout differ from run to run.
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if c != '0' || !out.ends_with('0') {
            out.push(c);
        }
    }
    out
}

fn signature(text: &str) -> Vec<u64> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let groups: HashSet<u64> =
        words.windows(GROUP.min(words.len().max(1))).map(|group| hash(group.join(" ").as_bytes(), 2)).collect();
    let least = |nth: usize| groups.iter().map(|group| mixed(group ^ mixed(nth as u64 + 1))).min().unwrap_or(0);
    (0..HASHES).map(least).collect()
}

fn likeness(a: &[u64], b: &[u64]) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / HASHES as f64
}

fn bytes(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The same on every machine and in every version: FNV-1a, mixed.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ mixed(seed);
    mixed(bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
}

fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// For other rooms that must choose alike everywhere.
pub fn number_of(text: &str) -> u64 {
    hash(text.as_bytes(), 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(nth: usize, text: &str) -> Row {
        let value = json!({"prompt": text, "completion": "x", "metadata": {"nth": nth}});
        let text = |text: &str| text.to_owned();
        Row {
            value,
            repository: text("o/r"),
            group: nth.to_string(),
            at: format!("2026-01-{nth:02}"),
            licence: text("MIT"),
        }
    }

    fn words(n: usize, changed: usize) -> String {
        // Letters alone: numbers do not tell rows apart.
        let letters = |i: usize| format!("{i:b}").replace('0', "a").replace('1', "b");
        (0..n).map(|i| format!("{}{} ", if i < changed { "other" } else { "word" }, letters(i))).collect()
    }

    #[test]
    fn the_same_twice_and_nearly_the_same_are_one() {
        let long = words(300, 0);
        let rows = vec![
            row(1, &long),
            row(2, &long.replace(' ', "\n")),
            row(3, &words(300, 6)),
            row(4, &words(300, 200)),
            row(5, "line 17 failed after 3.2 s"),
            row(6, "line 98 failed after 1.7 s"),
        ];
        let kept: Vec<String> = unique(rows, 0.8).into_iter().map(|row| row.group).collect();
        assert_eq!(kept, ["1", "4", "5"]);
    }

    #[test]
    fn a_label_is_no_detail() {
        let label = |nth: usize, label: bool| Row {
            value: json!({"prompt": "a b c", "completion": "d", "label": label}),
            ..row(nth, "")
        };
        assert_eq!(unique(vec![label(1, true), label(2, false), label(3, true)], 1.1).len(), 2);
    }
}
