//! Missing or superfluous punctuation: one token is put in or taken out near the complaint, what reads
//! most like the rest of the file comes first, and only what then parses is offered.

mod brackets;
mod habits;
mod layout;
mod part;
mod tries;

use super::Scene;
use super::keyword::{broken, is_syntactic};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use habits::Habits;
use part::Part;
use regex::Regex;
use tries::{Try, insertion, lost_quotes, tries};

/// Parses, in bytes of source: large files get fewer tries.
const MOST_WORK: usize = 24 << 20;
/// The same where no part of the file can be looked at by itself.
const MOST_WHOLE: usize = 8 << 20;
const MOST_TRIES: usize = 1500;
const MOST_OFFERS: usize = 15;
/// Lines below a complaint among which an element may have lost its comma.
const BELOW: u32 = 15;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let said: String = scene.complaints.iter().map(|c| format!("{}\n", c.message)).collect();
    let mut made = Vec::new();
    for (path, lines) in broken(scene, &scene.complaints)? {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let quotes = if speaks_of_quotes(&said) { unpaired_quotes(&syntax) } else { Vec::new() };
        for attempt in ranked(&syntax, &lines, &quotes, &said) {
            made.extend(candidate(scene, &path, &syntax, attempt)?);
        }
    }
    made.extend(told(scene)?);
    made.extend(lost_commas(scene)?);
    Ok(made)
}

fn speaks_of_quotes(said: &str) -> bool {
    const SIGNS: &[&str] = &[
        "nterminated",
        "prefix `",
        "unknown start of token",
        "character literal",
        "Invalid or unexpected token",
        "missing ) after",
    ];
    SIGNS.iter().any(|sign| said.contains(sign))
}

/// The first lines with an odd number of some quote: behind them the parser sees code as text.
fn unpaired_quotes(syntax: &Syntax) -> Vec<u32> {
    let odd = |line: &u32| {
        let text = syntax
            .line(*line)
            .map(|range| syntax.text(&range).replace("\\\\", "").replace("\\\"", ""))
            .unwrap_or_default();
        let marks: &[char] = if syntax.language() == Language::Rust { &['"'] } else { &['"', '\'', '`'] };
        let code = !text.trim_start().starts_with(['/', '*', '#']);
        code && !text.contains("'\"'") && marks.iter().any(|mark| text.matches(*mark).count() % 2 == 1)
    };
    (1..=syntax.line_count()).filter(odd).take(3).collect()
}

/// The compiler wants a token at a column where our grammar is content, as inside macros.
fn told(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|c| is_syntactic(&c.message)).take(3) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|syntax| syntax.is_sound()) else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        if complaint.message.contains("no rules expected") {
            let all = syntax.tokens();
            let token = all.iter().map(|token| &token.range).find(|range| range.contains(&at));
            let mark = token.filter(|range| syntax.text(range).chars().all(|c| c.is_ascii_punctuation()));
            if let Some(mark) = mark {
                let superfluous = Try { range: (mark.start, mark.end), text: String::new() };
                made.extend(candidate(scene, &place.path, &syntax, superfluous)?);
            }
        }
        let end = syntax.text(&(0..at)).trim_end().len();
        for token in [",", ";", ":", ")", "(", "=", "{", "}"] {
            for at in [end, at] {
                made.extend(candidate(scene, &place.path, &syntax, insertion(at, token))?);
            }
        }
    }
    Ok(made)
}

/// Two elements without a comma between them read as a call or an index, which only fails when it runs.
fn lost_commas(scene: &Scene) -> Result<Vec<Candidate>> {
    const SIGNS: &[&str] = &[
        "object is not callable",
        "indices must be integers",
        "perhaps you missed a comma",
        "is not a function",
        "no implementation for `",
    ];
    let pattern = Regex::new(r"[\w)\]}] +[(\[]")?;
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|c| SIGNS.iter().any(|sign| c.message.contains(sign))).take(3) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        // A closure behind a value without a comma reads as an operation.
        let column = place.column.and_then(|column| syntax.offset(place.line, column));
        if let Some(at) = column.filter(|at| syntax.bytes().get(*at) == Some(&b'|')) {
            made.extend(candidate(
                scene,
                &place.path,
                &syntax,
                insertion(syntax.text(&(0..at)).trim_end().len(), ","),
            )?);
            continue;
        }
        let text = |line| syntax.line(line).map(|range| syntax.text(&range)).unwrap_or_default();
        for line in place.line.saturating_sub(2)..place.line + BELOW {
            let start = syntax.line(line).map_or(0, |range| range.start);
            let ends = text(line).ends_with([')', ']', '}']) && text(line + 1).trim_start().starts_with(['(', '[']);
            let inside = pattern.find_iter(text(line)).map(|found| found.start() + 1);
            for at in inside.chain(ends.then_some(text(line).len())) {
                made.extend(candidate(scene, &place.path, &syntax, insertion(start + at, ","))?);
            }
        }
    }
    Ok(made)
}

fn candidate(scene: &Scene, path: &RelPath, syntax: &Syntax, attempt: Try) -> Result<Option<Candidate>> {
    let range = attempt.range.0..attempt.range.1;
    let line = syntax.line_of(range.start);
    let why = match attempt.text.trim() {
        "" => format!("removed the superfluous `{}` in line {line} of {path}", syntax.text(&range)),
        text if attempt.replaces() => {
            format!("wrote `{text}` instead of `{}` in line {line} of {path}", syntax.text(&range))
        }
        text => format!("put in the missing `{text}` in line {line} of {path}"),
    };
    scene.candidate(vec![Edit { path: path.clone(), range, text: attempt.text }], why, Confidence::Suggested)
}

/// The tries that make the file parse, the most natural first. What a try costs is known without
/// parsing, so parsing stops when enough of the best have passed.
fn ranked(syntax: &Syntax, lines: &[u32], quotes: &[u32], said: &str) -> Vec<Try> {
    let judge = Judge::of(syntax, lines, quotes, said);
    let likely = quotes.iter().flat_map(|line| lost_quotes(syntax, *line));
    let plausible =
        likely.chain(tries(syntax, lines, &judge.suspects)).filter(|attempt| judge.habits.allows(syntax, attempt));
    let mut costed: Vec<(f64, Try)> = plausible.map(|attempt| (judge.cost(&attempt), attempt)).collect();
    costed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    costed.dedup_by(|a, b| a.1 == b.1);
    let all: Vec<Try> = costed.into_iter().map(|(_, attempt)| attempt).take(MOST_TRIES).collect();
    let affordable = |work: usize, bytes: usize| work / bytes.max(1);
    if let Some(part) = lines.first().and_then(|line| Part::around(syntax, *line)) {
        let inside = all.iter().take(affordable(MOST_WORK, part.len)).filter(|attempt| part.mends(attempt));
        let found: Vec<Try> = inside.filter(|attempt| mends(syntax, attempt)).take(MOST_OFFERS).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    // Whatever is wrong spreads over the parts.
    let tried = all.into_iter().take(affordable(MOST_WHOLE, syntax.bytes().len()));
    tried.filter(|attempt| mends(syntax, attempt)).take(MOST_OFFERS).collect()
}

fn mends(syntax: &Syntax, attempt: &Try) -> bool {
    let edited = syntax.edited(attempt.range.0..attempt.range.1, &attempt.text);
    edited.is_some_and(|edited| edited.is_sound() && !has_idle_tag(&edited))
}

/// A tag that stands alone as a statement: nothing shows it, so the block was meant to be a value.
fn has_idle_tag(syntax: &Syntax) -> bool {
    let tree = syntax.branches();
    let is_tag = |node: usize| tree[node].kind.starts_with("jsx_");
    syntax.language().is_script()
        && tree.all().any(|node| {
            tree[node].kind == "expression_statement" && tree.inner(node).first().is_some_and(|it| is_tag(*it))
        })
}

/// How believable a try is, before anything is parsed.
struct Judge<'s> {
    syntax: &'s Syntax,
    habits: Habits,
    said: &'s str,
    quotes: &'s [u32],
    suspects: Vec<u32>,
    /// The lines that somebody points at, the likeliest first.
    anchors: Vec<u32>,
    /// Whether the file's braces stand below their heads.
    is_below: bool,
    /// Where the grammar misses which token.
    missing: Vec<(usize, String)>,
}

impl<'s> Judge<'s> {
    fn of(syntax: &'s Syntax, lines: &[u32], quotes: &'s [u32], said: &'s str) -> Self {
        let faults = syntax.faults();
        let missing = faults.iter().filter_map(|f| Some((f.range.start, f.missing?.to_owned()))).collect();
        let mut suspects = brackets::open_places(syntax);
        suspects.extend(brackets::ill_indented(syntax));
        let anchors = quotes.iter().chain(lines).chain(&suspects).copied().collect();
        let whole = syntax.text(&(0..syntax.bytes().len()));
        let is_below = whole.lines().any(|line| line.trim() == "{");
        Self { syntax, habits: Habits::of(syntax), said, quotes, suspects, anchors, is_below, missing }
    }

    fn cost(&self, attempt: &Try) -> f64 {
        let (range, removes) = (attempt.range.0..attempt.range.1, attempt.text.is_empty());
        let line = self.syntax.line_of(range.start);
        let token = if removes { self.syntax.text(&range) } else { attempt.text.trim() };
        let spoken = ['\'', '`', '"'].iter().any(|quote| self.said.contains(&format!("{quote}{token}{quote}")));
        let missed = self.missing.iter().any(|(at, kind)| kind == token && at.abs_diff(range.start) <= 1);
        let is_quote = token.starts_with(['"', '\'', '`']);
        let unpaired = is_quote && self.quotes.contains(&line);
        let ill_indented = token.contains(['{', '}']) && self.suspects.contains(&line);
        let leads = !removes && token.starts_with([',', ';', ':']) && self.is_first(range.start);
        // `{{`, where one `{` is too many: the second is a slip of the finger.
        let doubled = removes && self.habits.has_many(token) && self.is_doubled(&range);
        // The reader says that a comparison is meant.
        let compares =
            token == "=" && ["'=='", "`==`"].iter().any(|it| self.said.contains(it)) && self.is_beside(&range, "=");
        let twice = !removes && ["{", "(", "["].contains(&token) && self.is_beside(&range, token);
        let groups = !removes && self.groups_all(attempt);
        let head = if self.syntax.language() == Language::Python { ":" } else { "{" };
        let opens = token == head && !removes && range.is_empty() && self.is_before_block(range.start);
        // Nobody opens a block behind nothing, unless all stand so.
        let is_lone = |at: usize| {
            self.syntax.line(self.syntax.line_of(at)).is_some_and(|l| self.syntax.text(&l).trim().is_empty())
        };
        let opens_nothing = token == "{" && !removes && !self.is_below && is_lone(range.start);
        let long = token.len() == 3 && is_quote && !self.said.contains("triple");
        let bonus = |fits: bool, weight: f64| if fits { -weight } else { 0.0 };
        self.distance(line) + self.habits.imbalance(token, removes) - self.habits.usual(self.syntax, attempt)
            + bonus(spoken, 0.6)
            + bonus(missed, 0.6)
            + bonus(compares, 2.0)
            + bonus(opens, if token == ":" && spoken { 2.2 } else { 0.8 })
            - bonus(twice, 0.8)
            + bonus(unpaired, 1.5)
            + bonus(ill_indented, 1.0)
            + bonus(doubled, if token == "{" || token == "}" { 1.4 } else { 0.7 })
            // Nobody opens two blocks at the end of a line.
            + bonus(doubled && token == "{" && self.is_last(range.end), 1.4)
            - bonus(leads, 0.7)
            - bonus(long, 0.8)
            - bonus(attempt.replaces(), 0.3)
            + bonus(attempt.text == "} ", 0.8)
            + bonus(self.ends_block(attempt), 1.2)
            - bonus(opens_nothing, 1.5)
            - bonus(groups, 1.6)
            - bonus(!removes && layout::is_odd(self.syntax, range.start, &attempt.text), layout::ODD)
    }

    /// Whether a `}` on a line of its own stands where the layout leaves a block and nothing closes it.
    fn ends_block(&self, attempt: &Try) -> bool {
        let Some(depth) = attempt.text.strip_prefix('\n').filter(|text| text.ends_with('}')).map(|text| text.len() - 1)
        else {
            return false;
        };
        let deep = |line: u32| brackets::line_shape(self.syntax, line).1;
        let text = |line: u32| self.syntax.line(line).map(|range| self.syntax.text(&range).trim()).unwrap_or_default();
        let line = self.syntax.line_of(attempt.range.0);
        let next = (line + 1..=self.syntax.line_count()).find(|line| !text(*line).is_empty());
        next.is_some_and(|next| deep(line) > depth && deep(next) == depth && !text(next).starts_with(['}', ')', ']']))
    }

    fn is_doubled(&self, range: &std::ops::Range<usize>) -> bool {
        self.is_doubled_by(range.start, self.syntax.text(range))
    }

    fn is_beside(&self, range: &std::ops::Range<usize>, token: &str) -> bool {
        let behind = self.syntax.text(&(range.end..self.syntax.bytes().len().min(range.end + token.len())));
        self.is_doubled_by(range.start, token) || behind == token
    }

    /// Whether a bracket would make a pair around a whole value, which needs none: its partner is one too many.
    fn groups_all(&self, attempt: &Try) -> bool {
        let (at, end) = attempt.range;
        let Some(line) = self.syntax.line(self.syntax.line_of(at)) else { return false };
        let (before, after) = (self.syntax.text(&(line.start..at)), self.syntax.text(&(end..line.end)));
        let starts =
            ["=", "return", "=>"].iter().any(|head| before.trim_end().ends_with(head)) || before.trim().is_empty();
        match attempt.text.as_str() {
            "(" => starts && after.trim_end_matches([';', ',', ' ']).ends_with(')'),
            ")" => brackets::is_idle_pair(before, after) || brackets::has_pair_in_pair(&format!("{before}){after}")),
            _ => false,
        }
    }

    /// Whether a place is the end of a line, and what follows is deeper.
    fn is_before_block(&self, at: usize) -> bool {
        let number = self.syntax.line_of(at);
        let (Some(line), Some(next)) = (self.syntax.line(number), self.syntax.line(number + 1)) else { return false };
        let depth = |text: &str| text.len() - text.trim_start().len();
        let (own, below) = (self.syntax.text(&line), self.syntax.text(&next));
        let is_end = self.syntax.text(&(at..line.end)).trim().is_empty();
        is_end && !own.trim_end().ends_with(['{', '(', '[', ',']) && depth(below) > depth(own)
    }

    fn is_doubled_by(&self, at: usize, token: &str) -> bool {
        self.syntax.text(&(0..at)).ends_with(token)
    }

    /// Whether nothing stands before a place on its line: what parts things stands behind the first of them.
    fn is_first(&self, at: usize) -> bool {
        let line = self.syntax.line(self.syntax.line_of(at));
        line.is_some_and(|line| self.syntax.text(&(line.start..at)).trim().is_empty())
    }

    fn is_last(&self, at: usize) -> bool {
        let line = self.syntax.line(self.syntax.line_of(at));
        line.is_some_and(|line| self.syntax.text(&(at..line.end)).trim().is_empty())
    }

    fn distance(&self, line: u32) -> f64 {
        let far = self.anchors.iter().map(|anchor| f64::from(anchor.abs_diff(line).min(8)) * 0.3);
        let ranked = far.enumerate().map(|(at, far)| far + 0.1 * f64::from(u8::try_from(at).unwrap_or(20)));
        ranked.fold(f64::MAX, f64::min)
    }
}
