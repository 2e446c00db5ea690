//! From a text with errors to one without: the first error is removed by the cheapest try that the compiler calls
//! progress, then the next one.

use super::attempt::Try;
use super::habits::Habits;
use super::lexer::Source;
use super::{braces, directive, names, statement, tokens};
use crate::hand::cc::{Judge, Problem, Verdict};
use anyhow::Result;
use std::collections::{HashMap, HashSet};

/// Errors that are removed one after the other.
const MOST_STEPS: usize = 10;
/// Texts that are judged for one error.
const MOST_TRIES: usize = 48;
/// What an error that is left costs.
const LEFT: f64 = 0.8;
/// What is said about one line.
const MOST_TOLD: usize = 4;
/// Whole repairs that are offered.
const MOST_REPAIRS: usize = 4;

/// What is well formed, and does not fit what stands elsewhere: another mark would only hide that.
#[rustfmt::skip]
const AGREED: &[&str] = &[
    "no declaration matches", "conflicting types for", "but does not override", "not handled in switch", "control reaches end",
    "uninitialized", "unused variable", "unused parameter", "defined but not used", "set but not used", "discards '",
    "comparison of integer expressions", "comparison between", "comparison with string literal", "requires",
];
/// Steps to half a repair: more of them lead away.
const MOST_HALF: usize = 2;

#[derive(Debug, Clone)]
pub(super) struct Repair {
    pub text: String,
    pub why: Vec<String>,
    pub cost: f64,
    pub is_clean: bool,
}

struct Step {
    repair: Repair,
    verdict: Verdict,
}

/// The likeliest repair; half of one where the compiler could not be satisfied.
pub(super) fn first(judge: &Judge, text: &str, verdict: Verdict) -> Result<Option<Repair>> {
    let step = steps(judge, &start(text, verdict), 1)?.pop();
    let repair = step.map(|step| further(judge, step)).transpose()?;
    Ok(repair.filter(|repair| repair.is_clean || repair.why.len() <= MOST_HALF))
}

/// Whole repairs that begin with something else, the likeliest first.
pub(super) fn others(judge: &Judge, text: &str, verdict: Verdict) -> Result<Vec<Repair>> {
    let mut found: Vec<Repair> = Vec::new();
    for step in steps(judge, &start(text, verdict), MOST_REPAIRS)?.into_iter().skip(1) {
        let repair = further(judge, step)?;
        if repair.is_clean && !found.iter().any(|other| other.text == repair.text) {
            found.push(repair);
        }
        if judge.is_tired() {
            break;
        }
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    Ok(found)
}

fn start(text: &str, verdict: Verdict) -> Step {
    Step { repair: Repair { text: text.to_owned(), why: Vec::new(), cost: 0.0, is_clean: false }, verdict }
}

fn further(judge: &Judge, mut step: Step) -> Result<Repair> {
    let mut seen = HashSet::from([step.repair.text.clone()]);
    for _ in 0..MOST_STEPS {
        if step.repair.is_clean || judge.is_tired() {
            break;
        }
        let next = steps(judge, &step, 1)?.into_iter().find(|next| seen.insert(next.repair.text.clone()));
        let Some(next) = next else { break };
        step = next;
    }
    Ok(step.repair)
}

/// The best ways to remove the first error.
fn steps(judge: &Judge, from: &Step, most: usize) -> Result<Vec<Step>> {
    let source = Source::read(from.repair.text.clone());
    let Some(problem) = from.verdict.problems.first() else { return Ok(Vec::new()) };
    let plus = judge.is_plus();
    let tries = tries(&source, problem, &from.verdict.problems, plus);
    let mut found: Vec<(f64, Step)> = Vec::new();
    let (mut at, mut batch) = (0, 1);
    while at < tries.len().min(MOST_TRIES) && !judge.is_tired() {
        let best = found.iter().map(|(score, _)| *score).nth(most - 1).unwrap_or(f64::MAX);
        if tries[at].cost >= best {
            break;
        }
        let some: Vec<(&Try, String)> =
            tries[at..].iter().take(batch).filter_map(|one| Some((one, one.applied(&source.text)?))).collect();
        at += batch;
        batch = 8;
        let texts: Vec<&[u8]> = some.iter().map(|(_, text)| text.as_bytes()).collect();
        let verdicts = judge.judge(&texts)?;
        let unjudged = texts.len() - verdicts.len().min(texts.len());
        if verdicts.is_empty() {
            break;
        }
        for ((one, text), verdict) in some.into_iter().zip(verdicts) {
            let Some(left) = left(&from.verdict, &verdict, one, &source) else { continue };
            let mut why = from.repair.why.clone();
            why.push(one.why.clone());
            let repair = Repair { text, why, cost: from.repair.cost + one.cost, is_clean: verdict.is_clean };
            found.push((one.cost + left, Step { repair, verdict }));
        }
        // The rest of a batch behind a clean text was not judged.
        at -= unjudged;
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.truncate(most);
    }
    Ok(found.into_iter().map(|(_, step)| step).collect())
}

/// What is left to do behind a try; `None` when it is no progress.
fn left(before: &Verdict, after: &Verdict, one: &Try, source: &Source) -> Option<f64> {
    if after.is_clean {
        return Some(0.0);
    }
    let (Some(old), Some(new)) = (before.problems.first(), after.problems.first()) else { return None };
    let mut known: HashMap<&str, usize> = HashMap::new();
    before.problems.iter().for_each(|problem| *known.entry(&problem.message).or_default() += 1);
    let mut fresh = 0;
    for problem in &after.problems {
        match known.get_mut(problem.message.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => fresh += 1,
        }
    }
    let fewer = after.problems.len() < before.problems.len();
    let edited = one.edits.iter().map(|(range, _)| line_of(source, range.start)).max().unwrap_or(0);
    let grown: usize = one.edits.iter().map(|(_, text)| text.matches('\n').count()).sum();
    let grown = u32::try_from(grown).unwrap_or(0);
    let place = |problem: &Problem, lines: u32| (problem.line.saturating_sub(lines), problem.column);
    let later = place(new, grown).0 > old.line || (new.message != old.message && place(new, grown) > place(old, 0));
    let later = later && place(new, grown).0 >= edited;
    if fewer && fresh == 0 {
        return Some(LEFT * capped(after.problems.len()) * 0.4);
    }
    (fewer || later).then(|| LEFT * capped(after.problems.len()) + capped(fresh) * 1.2)
}

fn capped(count: usize) -> f64 {
    f64::from(u32::try_from(count.min(8)).unwrap_or(8))
}

fn line_of(source: &Source, byte: usize) -> u32 {
    let breaks = memchr::memchr_iter(b'\n', &source.text.as_bytes()[..byte.min(source.text.len())]).count();
    u32::try_from(breaks + 1).unwrap_or(u32::MAX)
}

/// Everything worth a try against the first error, the likeliest first.
pub(super) fn tries(source: &Source, problem: &Problem, all: &[Problem], plus: bool) -> Vec<Try> {
    let habits = Habits::of(source);
    let mut found = Vec::new();
    found.extend(names::tries(source, problem, all, plus));
    // A line that is wrong is often told of twice, and the second time better.
    for told in all.iter().filter(|told| told.line == problem.line).take(MOST_TOLD) {
        found.extend(statement::compilers(source, told));
        found.extend(directive::tries(source, told, plus));
        found.extend(statement::tries(source, told, all).into_iter().map(|mut one| {
            one.cost += if told == problem { 0.0 } else { 0.3 };
            one
        }));
    }
    found.extend(braces::tries(source, problem));
    if !AGREED.iter().any(|words| problem.message.contains(words)) {
        found.extend(tokens::tries(source, &habits, problem, plus));
    }
    found.sort_by(|a: &Try, b: &Try| a.cost.total_cmp(&b.cost));
    let mut seen = HashSet::new();
    found.retain(|one| one.applied(&source.text).is_some_and(|text| seen.insert(text)));
    found
}
