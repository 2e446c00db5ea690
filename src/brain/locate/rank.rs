//! The score of a file: words in it (BM25), in its path, in the names it defines, together in one
//! window, and above all whether the text names it.

use super::path::{Mention, PathParts, kind_weight, path_terms};
use super::query::Query;
use super::scan::Doc;
use crate::ids::RelPath;
use crate::record::Suspect;
use std::collections::HashMap;

/// How much a repeated term counts, and how much a file's length (BM25's usual names).
const K1: f64 = 1.2;
const B: f64 = 0.6;

const NAME_WEIGHT: f64 = 2.5;
const FOLDER_WEIGHT: f64 = 0.7;
const DEFINITION_WEIGHT: f64 = 0.5;
const WHOLE_DEFINITION_WEIGHT: f64 = 1.5;
const WINDOW_WEIGHT: f64 = 0.6;
const MENTION_WEIGHT: f64 = 1.0;
const RECENT_WEIGHT: f64 = 0.1;

/// How many of the best files are looked at a second time.
const SECOND_LOOK: usize = 100;

struct Scored<'a> {
    doc: &'a Doc,
    score: f64,
    kind: f64,
    line: Option<u32>,
    why: Vec<String>,
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
    let mut files: Vec<_> = docs.iter().map(|doc| score_words(query, doc, &value, mean)).collect();
    add_mentions(query, &mut files);
    for file in &mut files {
        if let Some(rank) = recent.get(file.doc.path.as_str()) {
            file.score *= 1.0 + RECENT_WEIGHT / (1.0 + *rank as f64 / 20.0);
        }
    }
    files.retain(|f| f.score > 0.0);
    sort(&mut files);
    files.truncate(SECOND_LOOK.max(files.len().min(SECOND_LOOK)));
    Ranking { query, value, files }
}

impl Ranking<'_> {
    /// Looks at the best files again, as far as `read` gives them, and returns the `top` best.
    pub fn refine(mut self, top: usize, read: impl Fn(&RelPath) -> Option<Vec<u8>>) -> Vec<Suspect> {
        for file in &mut self.files {
            if let Some(bytes) = read(&file.doc.path) {
                let (sum, line) = self.query.best_window(&bytes, &self.value);
                file.score += WINDOW_WEIGHT * sum * file.kind;
                file.line = file.line.or((sum > 0.0).then_some(line));
            }
        }
        sort(&mut self.files);
        let best = self.files.first().map_or(1.0, |f| f.score);
        self.files.truncate(top);
        self.files.into_iter().map(|f| f.suspect(best)).collect()
    }
}

fn sort(files: &mut [Scored<'_>]) {
    files.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.doc.path.cmp(&b.doc.path)));
}

/// What each term is worth: its weight in the text times how rare it is in the files.
fn values(query: &Query, docs: &[Doc]) -> Vec<f64> {
    let mut in_files = vec![0u32; query.terms.len()];
    for hits in docs.iter().flat_map(|d| &d.hits) {
        in_files[usize::from(hits.term)] += 1;
    }
    let all = docs.len() as f64;
    let rarity = |n: u32| (1.0 + (all - f64::from(n) + 0.5) / (f64::from(n) + 0.5)).ln();
    query.terms.iter().zip(in_files).map(|(term, n)| term.weight * rarity(n)).collect()
}

fn score_words<'a>(query: &Query, doc: &'a Doc, value: &[f64], mean: f64) -> Scored<'a> {
    let mut why = Vec::new();
    let length = 1.0 - B + B * doc.length as f64 / mean.max(1.0);
    let (mut words, mut defined) = (0.0, Vec::new());
    for hits in &doc.hits {
        let term = usize::from(hits.term);
        let count = f64::from(hits.count);
        words += value[term] * count * (K1 + 1.0) / (count + K1 * length);
        if hits.defines {
            let whole = query.terms[term].whole;
            words += value[term] * if whole { WHOLE_DEFINITION_WEIGHT } else { DEFINITION_WEIGHT };
            defined.push((whole, value[term], &query.terms[term].text));
        }
    }
    defined.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    why.extend(defined.iter().take(2).map(|(_, _, name)| format!("defines {name}")));
    for (term, in_name, share) in path_terms(query, &doc.path) {
        words += value[term] * if in_name { NAME_WEIGHT * share.sqrt() } else { FOLDER_WEIGHT * share.sqrt() };
        if in_name {
            why.push(format!("path matches {}", query.terms[term].text));
        }
    }
    let mut frequent: Vec<_> = doc.hits.iter().map(|h| (value[usize::from(h.term)], h)).collect();
    frequent.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words_found: Vec<_> =
        frequent.iter().take(3).map(|(_, h)| query.terms[usize::from(h.term)].text.as_str()).collect();
    if !words_found.is_empty() {
        why.push(format!("holds {}", words_found.join(", ")));
    }
    let kind = kind_weight(query, &doc.path);
    Scored { doc, score: words * kind, kind, line: None, why }
}

/// Files that the text names get what the best file has from its words alone, and more.
fn add_mentions(query: &Query, files: &mut [Scored<'_>]) {
    let unit = files.iter().map(|f| f.score).fold(1.0, f64::max) * MENTION_WEIGHT;
    let parts: Vec<_> = files.iter().map(|f| PathParts::new(&f.doc.path)).collect();
    let mut best: HashMap<usize, (f64, &Mention)> = HashMap::new();
    for mention in &query.mentions {
        let agreements: Vec<_> = parts.iter().map(|p| mention.agreement(p)).collect();
        let most = agreements.iter().copied().max().unwrap_or(0);
        let rivals = agreements.iter().filter(|a| **a == most).count();
        for (i, _) in agreements.iter().enumerate().filter(|(_, a)| most > 0 && **a == most) {
            let sureness = mention.weight / (rivals as f64).sqrt();
            let entry = best.entry(i).or_insert((0.0, mention));
            if sureness > entry.0 {
                *entry = (sureness, mention);
            }
        }
    }
    for (i, (sureness, mention)) in best {
        files[i].score += unit * sureness;
        files[i].line = mention.line;
        let place = if mention.from_trace { "named in the stack trace" } else { "named in the text" };
        let line = mention.line.map_or(String::new(), |line| format!(" at line {line}"));
        files[i].why.insert(0, format!("{place}{line}"));
    }
}

impl Scored<'_> {
    fn suspect(mut self, best: f64) -> Suspect {
        self.why.truncate(4);
        let score = (self.score / best * 1000.0).round() / 1000.0;
        Suspect { path: self.doc.path.clone(), line: self.line, score, why: self.why }
    }
}
