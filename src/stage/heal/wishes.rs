//! What reviewers ask for on a pull request of ours: a suggestion is applied word by word, other words are for the
//! model; either way the command has to pass afterwards, and nothing that passed before may fail.

use super::bench::Bench;
use super::{evidence, ladder};
use crate::brain::diagnose as judgment;
use crate::brain::text;
use crate::hand::{self, Hand, Workshop as _};
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Complexity, Confidence, Diagnosis, HandId, Healing, LogReport, Outcome, Settled, Wish};
use crate::report::count;
use crate::verify::Run;
use anyhow::Result;
use std::collections::BTreeMap;

/// Wishes beyond this wait for the next round.
const MOST_WORDS: usize = 6;

/// Settles all that can be, in one patch.
pub fn settle(bench: &Bench) -> Result<Healing> {
    let wishes = &bench.job.manner.wishes;
    let mut healing = Healing::default();
    if bench.model.is_none() && wishes.iter().all(|wish| wish.suggestion.is_none()) {
        let open = count(wishes.len(), "thread");
        let why = format!(
            "{open} asked in words and not with a suggestion, which takes a language model; none is there to be asked"
        );
        return Ok(healing.end(Outcome::Explained, why));
    }
    let base = bench.verify()?;
    healing.evidence = Some(evidence(bench, &base));
    let mut diagnosis = judgment::diagnose(LogReport::unknown(), Vec::new(), &[]);
    // What a reviewer asks for is a change of a few lines nearly always.
    diagnosis.complexity = Complexity::Simple;
    let mut round = Round { bench, base: &base, diagnosis, ground: Patch::default(), last: None, cut: None, healing };
    let mut settled = BTreeMap::new();
    round.suggestions(wishes, &mut settled)?;
    round.words(wishes, &mut settled)?;
    Ok(round.end(wishes, settled))
}

struct Round<'b, 'a> {
    bench: &'b Bench<'a>,
    base: &'b Run,
    diagnosis: Diagnosis,
    /// What is applied already.
    ground: Patch,
    /// How the last climb ended that came to something.
    last: Option<ladder::Ending>,
    /// What ended it before all were looked at. Who has not been answered has the last word, so that the next attempt
    /// works on the thread again.
    cut: Option<ladder::Ending>,
    healing: Healing,
}

/// By the wish's place in the list: done, and how or why not.
type Fate = BTreeMap<usize, (bool, String)>;

/// Lines and what is to stand there.
struct Edit<'w> {
    at: usize,
    wish: &'w Wish,
    path: RelPath,
    lines: (u32, u32),
    text: &'w str,
}

impl Round<'_, '_> {
    /// All together where that passes, else one by one.
    fn suggestions(&mut self, wishes: &[Wish], settled: &mut Fate) -> Result<()> {
        let mut edits: Vec<Edit> = Vec::new();
        for (at, wish) in wishes.iter().enumerate() {
            let (Some(suggestion), Some(lines)) = (&wish.suggestion, wish.lines) else { continue };
            let edit = RelPath::parse(wish.path.as_str())
                .map(|path| Edit { at, wish, path, lines, text: suggestion })
                .map_err(|e| e.to_string());
            let added = match edit {
                Ok(edit) => self.is_possible(&edit, &edits)?.map(|()| edit),
                Err(why) => Err(why),
            };
            match added {
                Ok(edit) => edits.push(edit),
                Err(why) => drop(settled.insert(at, (false, why))),
            }
        }
        if edits.is_empty() {
            return Ok(());
        }
        let all: Vec<&Edit> = edits.iter().collect();
        let what = format!("applied {} of {}", count(edits.len(), "suggestion"), authors(&all));
        match self.take(&self.patch_of(&all)?, &what)? {
            Some(_) if self.cut.is_some() => {}
            None => settled.extend(edits.iter().map(|edit| (edit.at, (true, APPLIED.to_owned())))),
            Some(why) if edits.len() == 1 => drop(settled.insert(edits[0].at, (false, with_it(&why)))),
            Some(_) => self.one_by_one(&edits, settled)?,
        }
        Ok(())
    }

    fn one_by_one(&mut self, edits: &[Edit], settled: &mut Fate) -> Result<()> {
        let mut taken: Vec<&Edit> = Vec::new();
        for edit in edits {
            taken.push(edit);
            let what = format!("applied the suggestion of {} on {}", edit.wish.by, edit.path);
            let full = self.patch_of(&taken)?;
            let fate = match self.take(&full, &what)? {
                Some(_) if self.cut.is_some() => break,
                None => (true, APPLIED.to_owned()),
                Some(why) => {
                    taken.pop();
                    (false, with_it(&why))
                }
            };
            settled.insert(edit.at, fate);
        }
        Ok(())
    }

    fn is_possible(&self, edit: &Edit, earlier: &[Edit]) -> Result<Result<(), String>> {
        let overlaps =
            |other: &&Edit| other.path == edit.path && other.lines.0 <= edit.lines.1 && edit.lines.0 <= other.lines.1;
        if let Some(other) = earlier.iter().find(overlaps) {
            return Ok(Err(format!("it is about the same lines as another suggestion, of {}", other.wish.by)));
        }
        let text = self.bench.read(&edit.path)?.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text else { return Ok(Err(format!("{} is no text file here", edit.path))) };
        Ok(match text::replaced(&text, edit.lines, edit.text) {
            None => Err(format!("{} has no line {} any more", edit.path, edit.lines.1)),
            Some(new) if new == text => Err("it stands there like that already".to_owned()),
            Some(_) => Ok(()),
        })
    }

    /// On the tree as it was; from below, so that lines keep their numbers.
    fn patch_of(&self, edits: &[&Edit]) -> Result<Patch> {
        let mut by_path: BTreeMap<&RelPath, Vec<&Edit>> = BTreeMap::new();
        edits.iter().for_each(|edit| by_path.entry(&edit.path).or_default().push(edit));
        let original = self.original()?;
        let mut files = Vec::new();
        for (path, mut edits) in by_path {
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.lines));
            let before = match original.get(path) {
                Some(before) => before.clone(),
                None => self.bench.read(path)?.unwrap_or_default(),
            };
            let mut text = String::from_utf8_lossy(&before).into_owned();
            for edit in edits {
                text = text::replaced(&text, edit.lines, edit.text).unwrap_or(text);
            }
            files.push(FilePatch { path: path.clone(), before: Some(before), after: Some(text.into_bytes()) });
        }
        Ok(Patch::from_files(files))
    }

    /// What the files were that are changed already.
    fn original(&self) -> Result<BTreeMap<RelPath, Vec<u8>>> {
        let files = self.ground.files().iter();
        Ok(files.filter_map(|file| Some((file.path.clone(), file.before.clone()?))).collect())
    }

    /// Tries the tree with `full` instead of what is applied; why it falls, if so.
    fn take(&mut self, full: &Patch, what: &str) -> Result<Option<String>> {
        let step = self.ground.reversed().then(full);
        let candidate =
            Candidate { patch: step, hand: HandId::Review, why: what.to_owned(), confidence: Confidence::Confident };
        self.climb(&Given(candidate), &ladder::Aim::default())
    }

    fn climb(&mut self, hand: &dyn Hand, aim: &ladder::Aim) -> Result<Option<String>> {
        let climb = ladder::one_hand(self.bench, self.base, &self.diagnosis, &self.ground, (hand, aim))?;
        self.healing.candidates += climb.judged;
        self.healing.seconds.hands += climb.seconds;
        let fell = climb.tried.last().map(|tried| tried.result.clone());
        self.healing.tried.extend(climb.tried);
        let ending = climb.ending;
        if ending.outcome != Outcome::Proposed {
            let why = fell.filter(|_| ending.cut.is_none()).unwrap_or_else(|| ending.reason.clone());
            self.cut = Some(ending).filter(|ending| ending.cut.is_some());
            return Ok(Some(why));
        }
        if let Some(candidate) = &ending.candidate {
            self.ground = candidate.patch.clone();
        }
        self.last = Some(ending);
        Ok(None)
    }

    /// What is asked in words, and suggestions that fell: the model's, one after another.
    fn words(&mut self, wishes: &[Wish], settled: &mut Fate) -> Result<()> {
        let open: Vec<usize> = (0..wishes.len()).filter(|at| !settled.contains_key(at)).collect();
        for at in open.into_iter().take(if self.bench.model.is_some() { MOST_WORDS } else { usize::MAX }) {
            let fate = match self.bench.model {
                _ if self.cut.is_some() => break,
                None => {
                    (false, "it asks in words and not with a suggestion, and no language model is there".to_owned())
                }
                Some(_) => self.ask(&wishes[at])?,
            };
            if self.cut.is_none() {
                settled.insert(at, fate);
            }
        }
        Ok(())
    }

    fn ask(&mut self, wish: &Wish) -> Result<(bool, String)> {
        (self.bench.say)("review", &format!("the thread of {} on {}", wish.by, wish.path));
        let heard = self.bench.notes_so_far();
        let place = wish.lines.map_or_else(String::new, |(first, last)| format!(", lines {first} to {last}"));
        let text = format!("On {}{place}:\n{}", wish.path, wish.text);
        let aim = ladder::Aim { text: Some(&text), aim: Some(include_str!("wish.md")), ..Default::default() };
        Ok(match self.climb(&hand::model::Model, &aim)? {
            None => {
                let why = self.healing.tried.last().map(|tried| tried.why.clone()).unwrap_or_default();
                (true, why)
            }
            // Its own words, where it gave up.
            Some(why) => {
                let said = self.bench.notes_since(heard).into_iter().rev().find_map(|said| in_its_words(&said));
                (false, said.unwrap_or(why))
            }
        })
    }

    fn end(mut self, wishes: &[Wish], settled: Fate) -> Healing {
        let done = settled.values().filter(|(done, _)| *done).count();
        let answers = settled.into_iter().map(|(at, (done, why))| Settled {
            thread: wishes[at].thread.clone(),
            done,
            why: crate::report::markdown::one_line(&why, 300),
        });
        self.healing.answers = answers.collect();
        let waiting = count(wishes.len() - self.healing.answers.len(), "thread");
        if let Some(cut) = self.cut.take() {
            self.healing.retry_wanted = cut.retry_wanted();
            self.healing.mend.clone_from(&cut.mend);
            let left = format!("{waiting} left unanswered: {}", cut.reason);
            if self.last.is_none() {
                return self.healing.end(cut.outcome, left);
            }
            self.healing.notes.push(left);
        } else if wishes.len() > self.healing.answers.len() {
            self.healing.notes.push(format!("{waiting} left for the next round"));
        }
        let all = count(self.healing.answers.len(), "thread");
        let Some(ending) = self.last.take() else {
            let why = self.healing.answers.first().map(|answer| answer.why.clone()).unwrap_or_default();
            return self.healing.end(Outcome::Explained, format!("none of {all} could be settled: {why}"));
        };
        self.healing.guards = ending.guards;
        self.healing.review = ending.review;
        self.healing.candidate = ending.candidate;
        if let (Some((after, compared)), Some(evidence)) = (ending.after, &mut self.healing.evidence) {
            evidence.after = Some(after);
            evidence.fail_to_pass = compared.fail_to_pass;
            evidence.pass_to_pass = compared.pass_to_pass;
        }
        self.healing.end(Outcome::Proposed, format!("{done} of {all} settled"))
    }
}

/// How the model's hand ended, with its own words as such.
fn in_its_words(note: &str) -> Option<String> {
    let ended = note.strip_prefix("the model stops: ")?;
    let own = ended.strip_prefix("it gives up: ").map(|own| format!("the model says: {own}"));
    Some(own.unwrap_or_else(|| ended.to_owned()))
}

const APPLIED: &str = "the suggestion is applied as it stands";

fn with_it(why: &str) -> String {
    format!("with the suggestion applied, {why}")
}

/// `ann and bob`, each once.
fn authors(edits: &[&Edit]) -> String {
    let mut names: Vec<&str> = edits.iter().map(|edit| edit.wish.by.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" and ")
}

/// One candidate that is there already.
struct Given(Candidate);

impl Hand for Given {
    fn id(&self) -> HandId {
        HandId::Review
    }

    fn propose<'a>(&'a self, _: &'a hand::Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        Ok(Box::new(std::iter::once(Ok(self.0.clone()))))
    }
}
