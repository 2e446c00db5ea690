//! The score of a file: words in it (BM25), in its path, in the names it defines, together in one
//! window, and above all whether the text names it.

use super::path::{Mention, PathParts, kind_weight, path_terms};
use super::query::Query;
use super::scan::Doc;
use super::terms::Kind;
use crate::ids::RelPath;
use crate::record::Suspect;
use rayon::prelude::*;
use std::collections::HashMap;

/// How much a repeated term counts, and how much a file's length (BM25's usual names).
const K1: f64 = 1.2;
const B: f64 = 0.6;

/// What the other signs are worth beside the words of the content. Fitted on real issues
/// (docs/performance.md, `locate` on real issues); the ranking changes little when one is half or twice as large.
const NAME_WEIGHT: f64 = 5.0;
const FOLDER_WEIGHT: f64 = 4.0;
const DEFINITION_WEIGHT: f64 = 0.5;
const NAMED_DEFINITION_WEIGHT: f64 = 8.0;
const CODE_DEFINITION_WEIGHT: f64 = 5.0;
const WINDOW_WEIGHT: f64 = 2.0;
const MENTION_WEIGHT: f64 = 1.0;
const RECENT_WEIGHT: f64 = 0.3;

/// How many of the best files are looked at a second time.
const SECOND_LOOK: usize = 100;

struct Scored<'a> {
    doc: &'a Doc,
    score: f64,
    kind: f64,
    mention: Option<&'a Mention>,
}

/// The ranking before the second look.
pub struct Ranking<'a> {
    query: &'a Query,
    value: Vec<f64>,
    files: Vec<Scored<'a>>,
}

/// Ranks what `Query::scan` found. `recent` gives lately changed paths their rank, 0 the latest.
pub fn rank<'a>(query: &'a Query, docs: &'a [Doc], recent: &HashMap<String, usize>) -> Ranking<'a> {
    let value = values(query, docs);
    let mean = docs.iter().map(|d| d.length).sum::<usize>() as f64 / docs.len().max(1) as f64;
    let scored = |doc: &'a Doc| {
        let kind = kind_weight(query, &doc.path);
        let fresh = recent.get(doc.path.as_str()).map_or(0.0, |rank| RECENT_WEIGHT / (1.0 + *rank as f64 / 20.0));
        let words = content_score(query, doc, &value, mean) + path_score(query, doc, &value);
        Scored { doc, score: words * kind * (1.0 + fresh), kind, mention: None }
    };
    let mut files: Vec<_> = docs.par_iter().map(scored).collect();
    add_mentions(query, &mut files);
    files.retain(|f| f.score > 0.0);
    sort(&mut files);
    files.truncate(SECOND_LOOK);
    Ranking { query, value, files }
}

impl Ranking<'_> {
    /// Looks at the best files again, as far as `read` gives them, and returns the `top` best.
    pub fn refine(mut self, top: usize, read: impl Fn(&RelPath) -> Option<Vec<u8>>) -> Vec<Suspect> {
        let mut lines = HashMap::new();
        for file in &mut self.files {
            if let Some(bytes) = read(&file.doc.path) {
                let (sum, line) = self.query.best_window(&bytes, &self.value);
                file.score += WINDOW_WEIGHT * sum * file.kind;
                lines.extend((sum > 0.0).then_some((&file.doc.path, line)));
            }
        }
        sort(&mut self.files);
        let best = self.files.first().map_or(1.0, |f| f.score);
        let suspect = |file: &Scored<'_>| Suspect {
            path: file.doc.path.clone(),
            line: file.mention.and_then(|m| m.line).or_else(|| lines.get(&file.doc.path).copied()),
            score: (file.score / best * 1000.0).round() / 1000.0,
            why: self.why(file),
        };
        self.files.iter().take(top).map(suspect).collect()
    }

    /// Short reasons, the strongest first.
    fn why(&self, file: &Scored<'_>) -> Vec<String> {
        let text = |term: usize| self.query.terms()[term].text.as_str();
        let mut why: Vec<_> = file.mention.map(Mention::reason).into_iter().collect();
        let mut hits: Vec<_> = file.doc.hits.iter().map(|h| (usize::from(h.term), h.defines)).collect();
        let rank = |term: usize| (self.query.terms()[term].kind != Kind::Word, self.value[term]);
        hits.sort_by(|a, b| rank(b.0).0.cmp(&rank(a.0).0).then(rank(b.0).1.total_cmp(&rank(a.0).1)));
        why.extend(hits.iter().filter(|h| h.1).take(2).map(|h| format!("defines {}", text(h.0))));
        let in_name = path_terms(self.query, &file.doc.path).into_iter().filter(|p| p.1);
        why.extend(in_name.take(2).map(|(term, _, _)| format!("path matches {}", text(term))));
        let words: Vec<_> = hits.iter().take(3).map(|h| text(h.0)).collect();
        why.extend((!words.is_empty()).then(|| format!("holds {}", words.join(", "))));
        why.truncate(4);
        why
    }
}

fn sort(files: &mut [Scored<'_>]) {
    files.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.doc.path.cmp(&b.doc.path)));
}

/// What each term is worth: its weight in the text times how rare it is in the files.
fn values(query: &Query, docs: &[Doc]) -> Vec<f64> {
    let mut in_files = vec![0u32; query.terms().len()];
    for hits in docs.iter().flat_map(|d| &d.hits) {
        in_files[usize::from(hits.term)] += 1;
    }
    let all = docs.len() as f64;
    let rarity = |n: u32| (1.0 + (all - f64::from(n) + 0.5) / (f64::from(n) + 0.5)).ln();
    query.terms().iter().zip(in_files).map(|(term, n)| term.weight * rarity(n)).collect()
}

fn content_score(query: &Query, doc: &Doc, value: &[f64], mean: f64) -> f64 {
    let length = 1.0 - B + B * doc.length as f64 / mean.max(1.0);
    let of_term = |hits: &super::scan::Hits| {
        let (term, count) = (usize::from(hits.term), f64::from(hits.count));
        let repeated = count * (K1 + 1.0) / (count + K1 * length);
        let (used, defined) = match query.terms()[term].kind {
            Kind::Word => (repeated, DEFINITION_WEIGHT),
            Kind::Name => (repeated, NAMED_DEFINITION_WEIGHT),
            Kind::Definition => (0.0, CODE_DEFINITION_WEIGHT),
        };
        value[term] * (used + if hits.defines { defined } else { 0.0 })
    };
    doc.hits.iter().map(of_term).sum()
}

fn path_score(query: &Query, doc: &Doc, value: &[f64]) -> f64 {
    let weight = |in_name: bool| if in_name { NAME_WEIGHT } else { FOLDER_WEIGHT };
    let terms = path_terms(query, &doc.path);
    terms.into_iter().map(|(term, in_name, share)| value[term] * weight(in_name) * share.sqrt()).sum()
}

/// Files that the text names get about what the best file has from its words alone on top.
fn add_mentions<'a>(query: &'a Query, files: &mut [Scored<'a>]) {
    let unit = files.iter().map(|f| f.score).fold(1.0, f64::max) * MENTION_WEIGHT;
    let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, file) in files.iter().enumerate() {
        let name = file.doc.path.file_name();
        let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
        by_stem.entry(stem).or_default().push(i);
    }
    let mut best: HashMap<usize, (f64, &Mention)> = HashMap::new();
    for mention in &query.mentions {
        let same_stem = mention.stems().filter_map(|stem| by_stem.get(stem)).flatten();
        let agreement = |i: &usize| (*i, mention.agreement(&PathParts::new(&files[*i].doc.path)));
        let found: Vec<_> = same_stem.map(agreement).filter(|(_, parts)| *parts > 0).collect();
        let most = found.iter().map(|(_, parts)| *parts).max().unwrap_or(0);
        let meant: Vec<_> = found.into_iter().filter(|(_, parts)| *parts == most).collect();
        let sureness = mention.weight / (meant.len() as f64).sqrt();
        for (i, _) in meant {
            let entry = best.entry(i).or_insert((0.0, mention));
            if sureness > entry.0 {
                *entry = (sureness, mention);
            }
        }
    }
    for (i, (sureness, mention)) in best {
        files[i].score += unit * sureness;
        files[i].mention = Some(mention);
    }
}
