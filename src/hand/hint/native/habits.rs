//! How natural a row of tokens is: trigrams of the file itself, over a small sample of plain C.

use super::lexer::{Kind, Source};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Plain C as people write it, whatever it does.
const SAMPLE: &str = include_str!("sample.c");
/// How much a row counts that stands in the file itself.
const OWN: f64 = 1.0;

static PRIOR: LazyLock<Counts> = LazyLock::new(|| {
    let mut counts = Counts::default();
    counts.add(&shapes(&Source::read(SAMPLE.to_owned())), 1.0);
    counts
});

#[derive(Default, Clone)]
struct Counts {
    one: HashMap<String, f64>,
    two: HashMap<(String, String), f64>,
    three: HashMap<(String, String, String), f64>,
    all: f64,
}

pub(super) struct Habits {
    counts: Counts,
}

impl Counts {
    fn add(&mut self, shapes: &[String], weight: f64) {
        for shape in shapes {
            *self.one.entry(shape.clone()).or_default() += weight;
            self.all += weight;
        }
        for pair in shapes.windows(2) {
            *self.two.entry((pair[0].clone(), pair[1].clone())).or_default() += weight;
        }
        for three in shapes.windows(3) {
            *self.three.entry((three[0].clone(), three[1].clone(), three[2].clone())).or_default() += weight;
        }
    }
}

impl Habits {
    pub fn of(source: &Source) -> Self {
        let mut counts = PRIOR.clone();
        counts.add(&shapes(source), OWN);
        Self { counts }
    }

    /// Bits that a row of shapes costs, the first two being what stands before.
    pub fn bits(&self, row: &[String]) -> f64 {
        row.windows(3).map(|three| -self.likelihood(&three[0], &three[1], &three[2]).log2()).sum()
    }

    /// Of `c` behind `a b`, from the counts of three, two and one.
    fn likelihood(&self, a: &str, b: &str, c: &str) -> f64 {
        let (a, b, c) = (a.to_owned(), b.to_owned(), c.to_owned());
        let get = |map: &HashMap<String, f64>, key: &String| map.get(key).copied().unwrap_or(0.0);
        let pair = |x: &String, y: &String| self.counts.two.get(&(x.clone(), y.clone())).copied().unwrap_or(0.0);
        let alone = (get(&self.counts.one, &c) + 0.2) / (self.counts.all + 20.0);
        let two = (pair(&b, &c) + 2.0 * alone) / (get(&self.counts.one, &b) + 2.0);
        let three = self.counts.three.get(&(a.clone(), b.clone(), c)).copied().unwrap_or(0.0);
        (three + 1.5 * two) / (pair(&a, &b) + 1.5)
    }
}

/// What tokens are like: reserved words and punctuation as they are, names by what stands behind them.
pub(super) fn shapes(source: &Source) -> Vec<String> {
    (0..source.tokens.len()).map(|at| shape(source.kind(at), source.at(at))).collect()
}

pub(super) fn shape(kind: Option<Kind>, text: &str) -> String {
    match kind {
        Some(Kind::Word) if super::words::is_reserved(text) || super::words::is_common_call(text) => text.to_owned(),
        Some(Kind::Word) => "id".to_owned(),
        Some(Kind::Number) => "1".to_owned(),
        Some(Kind::Text) => if text.starts_with('"') { "\"\"" } else { "''" }.to_owned(),
        Some(Kind::Cut) => "cut".to_owned(),
        Some(Kind::Directive) => "#".to_owned(),
        Some(Kind::Mark) => text.to_owned(),
        None => "end".to_owned(),
    }
}
