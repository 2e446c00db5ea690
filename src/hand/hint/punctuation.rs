//! Missing or superfluous punctuation: one token is put in or taken out near the complaint, the file
//! is parsed again, and what parses is ranked by how usual such a sequence is in this very file.

use super::Scene;
use super::keyword::broken;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Lines of which every token boundary is tried.
const MOST_LINES: usize = 14;
/// Lines after a complaint of which only the end is tried: where a bracket could close.
const BELOW: u32 = 15;
/// Parses, in bytes of source: large files get fewer tries.
const MOST_WORK: usize = 24 << 20;
const MOST_TRIES: usize = 1500;
const MOST_OFFERS: usize = 15;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Try {
    range: (usize, usize),
    text: String,
}

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
    const SIGNS: &[&str] = &["expected", "no rules", "Unexpected", "nexpected token", "missing"];
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|c| SIGNS.iter().any(|sign| c.message.contains(sign))).take(3) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(Syntax::is_sound) else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        let end = syntax.text(&(0..at)).trim_end().len();
        for token in [",", ";", ":", ")", "(", "=", "{", "}"] {
            for at in [end, at] {
                made.extend(candidate(scene, &place.path, &syntax, insertion(at, token))?);
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
    let limit = MOST_TRIES.min(MOST_WORK / syntax.bytes().len().max(1));
    let mends = |attempt: &Try| {
        syntax.edited(attempt.range.0..attempt.range.1, &attempt.text).is_some_and(|new| new.is_sound())
    };
    costed.into_iter().map(|(_, attempt)| attempt).take(limit).filter(mends).take(MOST_OFFERS).collect()
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
    /// Where the grammar misses which token.
    missing: Vec<(usize, String)>,
}

impl<'s> Judge<'s> {
    fn of(syntax: &'s Syntax, lines: &[u32], quotes: &'s [u32], said: &'s str) -> Self {
        let faults = syntax.faults();
        let missing = faults.iter().filter_map(|f| Some((f.range.start, f.missing?.to_owned()))).collect();
        let suspects = ill_indented(syntax);
        let anchors = quotes.iter().chain(lines).chain(&suspects).copied().collect();
        Self { syntax, habits: Habits::of(syntax), said, quotes, suspects, anchors, missing }
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
        let bonus = |fits: bool, weight: f64| if fits { -weight } else { 0.0 };
        self.distance(line) + self.habits.imbalance(token, removes) - self.habits.usual(self.syntax, attempt)
            + bonus(spoken, 0.6)
            + bonus(missed, 0.6)
            + bonus(unpaired, 1.5)
            + bonus(ill_indented, 1.0)
    }

    fn distance(&self, line: u32) -> f64 {
        let far = self.anchors.iter().map(|anchor| f64::from(anchor.abs_diff(line).min(8)) * 0.3);
        let ranked = far.enumerate().map(|(at, far)| far + 0.1 * f64::from(u8::try_from(at).unwrap_or(20)));
        ranked.fold(f64::MAX, f64::min)
    }
}

/// A quote at every boundary of a line that has too few.
fn lost_quotes(syntax: &Syntax, line: u32) -> Vec<Try> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let places = boundaries(syntax.text(&range)).into_iter().map(|at| range.start + at);
    places.flat_map(|at| ["\"", "'", "`"].map(|quote| insertion(at, quote))).collect()
}

/// Everything worth a try, the likeliest lines first.
fn tries(syntax: &Syntax, lines: &[u32], suspects: &[u32]) -> Vec<Try> {
    let mut wanted: Vec<u32> = Vec::new();
    let around = lines.iter().flat_map(|line| [*line, line.saturating_sub(1)]);
    for line in around.chain(suspects.iter().copied()) {
        if line > 0 && !wanted.contains(&line) {
            wanted.push(line);
        }
    }
    let below = lines.iter().chain(suspects).flat_map(|line| line + 1..=line + BELOW);
    let ends: BTreeSet<u32> = below.filter(|line| !wanted.contains(line)).collect();
    let mut found = Vec::new();
    for line in wanted.iter().take(MOST_LINES) {
        at_every_boundary(syntax, *line, &mut found);
    }
    for line in ends.into_iter().chain(wanted.into_iter().skip(MOST_LINES)) {
        if let Some(range) = syntax.line(line) {
            found.extend([")", "]", "}", ",", ";", ":", "{", "(", ");", "});"].map(|text| insertion(range.end, text)));
        }
    }
    found
}

fn insertion(at: usize, text: &str) -> Try {
    Try { range: (at, at), text: text.to_owned() }
}

fn at_every_boundary(syntax: &Syntax, line: u32, found: &mut Vec<Try>) {
    let Some(range) = syntax.line(line) else { return };
    let text = syntax.text(&range);
    for at in boundaries(text).into_iter().chain(seams(syntax, text)) {
        found.extend(insertable(syntax.language()).iter().map(|token| insertion(range.start + at, token)));
    }
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        found.push(insertion(range.end, " {"));
    }
    let indent = &text[..text.len() - text.trim_start().len()];
    let outer = &indent[..indent.len().saturating_sub(if indent.starts_with('\t') { 1 } else { indent.len().min(4) })];
    for closer in [format!("\n{indent}}}"), format!("\n{outer}}}"), format!("\n{indent})"), format!("\n{outer})")] {
        found.push(insertion(range.end, &closer));
    }
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_punctuation() && *c != '_') {
        found.push(Try { range: (range.start + at, range.start + at + c.len_utf8()), text: String::new() });
    }
}

fn insertable(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python => &[")", "]", "}", ":", ",", "(", "[", "{", "\"", "'", "=", ".", "\"\"\"", "'''"],
        Language::Rust => &[
            ")", "]", "}", ";", ",", "(", "[", "{", "\"", "'", ":", "::", "=", "=>", "->", ".", ">", "<", "|", "&",
            "!", "#",
        ],
        _ => &[")", "]", "}", ";", ",", "(", "[", "{", "\"", "'", "`", ":", "=", "=>", ".", ">", "<", "/", "?"],
    }
}

/// Where one word, blank or punctuation mark ends and the next begins.
fn boundaries(text: &str) -> Vec<usize> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' || c == '$' => 0,
        _ if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut found: Vec<usize> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before != Some(class(c)) || class(c) == 2 {
            // A token lost between two blanks leaves both.
            let wide = before == Some(1) && text[..at].ends_with("  ");
            found.extend(wide.then(|| at - 1));
            found.push(at);
        }
        before = Some(class(c));
    }
    found.push(text.len());
    found
}

/// Inside words that are two known words run together, as when the token between them was lost.
fn seams(syntax: &Syntax, line: &str) -> Vec<usize> {
    let all = String::from_utf8_lossy(syntax.bytes());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in super::meaning::words(&all) {
        *counts.entry(word).or_default() += 1;
    }
    let mut found = Vec::new();
    for word in super::meaning::words(line).filter(|word| counts.get(word) == Some(&1)) {
        let start = word.as_ptr() as usize - line.as_ptr() as usize;
        let splits = word.char_indices().skip(1).map(|(at, _)| at);
        let known =
            |part: &str| part.len() > 1 && (counts.contains_key(part) || syntax.language().keywords().contains(&part));
        found.extend(splits.filter(|at| known(&word[..*at]) || known(&word[*at..])).map(|at| start + at));
    }
    found
}

/// Lines near which a bracket is missing, told by indentation: a closing bracket at the start of a
/// line belongs to an opening one on a line of the same depth.
fn ill_indented(syntax: &Syntax) -> Vec<u32> {
    let mut open: Vec<(u32, usize)> = Vec::new();
    for token in syntax.tokens() {
        let line = syntax.line_of(token.range.start);
        let (first, indent) = line_shape(syntax, line);
        match bracket(token.kind) {
            Some('(' | '[' | '{') => open.push((line, indent)),
            Some(_) => {
                let Some((opened, outer)) = open.pop() else { return around(syntax, line) };
                if first == token.range.start && indent != outer && opened != line {
                    return if indent < outer { closing(syntax, opened, outer) } else { around(syntax, opened) };
                }
            }
            None => {}
        }
    }
    open.last().map(|(opened, indent)| closing(syntax, *opened, *indent)).unwrap_or_default()
}

/// Where a bracket that never closes should have: before the first line that is as far out as its own.
fn closing(syntax: &Syntax, opened: u32, indent: usize) -> Vec<u32> {
    let closes = (opened + 1..=syntax.line_count()).find(|line| {
        let (start, depth) = line_shape(syntax, *line);
        depth <= indent && syntax.line(*line).is_some_and(|range| start < range.end)
    });
    let end = around(syntax, closes.unwrap_or(syntax.line_count()));
    end.into_iter().chain(around(syntax, opened)).collect()
}

/// The bracket that a token is; a template's `${` opens one too.
fn bracket(kind: &str) -> Option<char> {
    match kind {
        "${" => Some('{'),
        "(" | ")" | "[" | "]" | "{" | "}" => kind.chars().next(),
        _ => None,
    }
}

/// The byte where a line's text begins, and how deep it is indented.
fn line_shape(syntax: &Syntax, line: u32) -> (usize, usize) {
    let range = syntax.line(line).unwrap_or(0..0);
    let text = syntax.text(&range);
    let indent = text.len() - text.trim_start().len();
    (range.start + indent, indent)
}

/// The line, and the ones above it up to the first that holds code.
fn around(syntax: &Syntax, line: u32) -> Vec<u32> {
    let mut found = vec![line];
    let is_blank = |l: &u32| syntax.line(*l).is_some_and(|range| syntax.text(&range).trim().is_empty());
    let above: Vec<u32> = (1..line).rev().take(6).collect();
    let code = above.iter().take_while(|l| is_blank(l)).count();
    found.extend(above.into_iter().take(code + 2));
    found
}

/// What this file usually writes after what.
struct Habits {
    triples: HashMap<[String; 3], usize>,
    brackets: HashMap<char, i64>,
}

impl Habits {
    fn of(syntax: &Syntax) -> Self {
        let text = String::from_utf8_lossy(syntax.bytes()).into_owned();
        let shapes = shapes(&text);
        let mut triples: HashMap<[String; 3], usize> = HashMap::new();
        for three in shapes.windows(3) {
            *triples.entry([three[0].clone(), three[1].clone(), three[2].clone()]).or_default() += 1;
        }
        let mut brackets = HashMap::new();
        for token in syntax.tokens() {
            if let Some(bracket) = bracket(token.kind) {
                *brackets.entry(bracket).or_default() += 1;
            }
        }
        Self { triples, brackets }
    }

    /// How often the sequence around the change occurs elsewhere, on a logarithmic scale.
    fn usual(&self, syntax: &Syntax, attempt: &Try) -> f64 {
        let (start, end) = attempt.range;
        let before = syntax.text(&(back(syntax, start)..start)).to_owned();
        let after = syntax.text(&(end..forward(syntax, end))).to_owned();
        let text = format!("{before}{}{after}", attempt.text);
        let all = shapes(&text);
        let (left, right) = (shapes(&before).len(), shapes(&after).len());
        let from = left.saturating_sub(2);
        let to = (all.len().saturating_sub(right) + 2).min(all.len());
        let triples: Vec<f64> = all
            .get(from..to)
            .unwrap_or_default()
            .windows(3)
            .map(|three| self.triples.get(three).copied().unwrap_or(0))
            .map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)).ln_1p())
            .collect();
        let count = f64::from(u32::try_from(triples.len().max(1)).unwrap_or(1));
        triples.iter().sum::<f64>() / count
    }

    /// Where brackets do not pair up only a bracket can mend it, or a quote that hides one; where they
    /// do, none can.
    fn allows(&self, syntax: &Syntax, attempt: &Try) -> bool {
        let token = if attempt.text.is_empty() {
            syntax.text(&(attempt.range.0..attempt.range.1))
        } else {
            attempt.text.trim()
        };
        if token.starts_with(['"', '\'', '`']) {
            return true;
        }
        let count = |c| self.brackets.get(&c).copied().unwrap_or(0);
        let unpaired: Vec<(char, char)> =
            [('(', ')'), ('[', ']'), ('{', '}')].into_iter().filter(|(a, b)| count(*a) != count(*b)).collect();
        match unpaired.as_slice() {
            [] => !token.starts_with(['(', ')', '[', ']', '{', '}']),
            pairs => pairs.iter().any(|(a, b)| token.contains([*a, *b])),
        }
    }

    /// Putting in what is short, or taking out what is too many, costs nothing.
    fn imbalance(&self, token: &str, removes: bool) -> f64 {
        let removal = f64::from(u8::from(removes)) * 0.8;
        let pair = match token.chars().next() {
            Some('(' | ')') => ('(', ')'),
            Some('[' | ']') => ('[', ']'),
            Some('{' | '}') => ('{', '}'),
            _ => return removal,
        };
        let count = |c| self.brackets.get(&c).copied().unwrap_or(0);
        let opens = token.starts_with(pair.0);
        let short = if opens { count(pair.1) > count(pair.0) } else { count(pair.0) > count(pair.1) };
        let many = if opens { count(pair.0) > count(pair.1) } else { count(pair.1) > count(pair.0) };
        let fits = if removes { many } else { short };
        removal + if fits { 0.0 } else { 0.8 }
    }
}

fn back(syntax: &Syntax, at: usize) -> usize {
    let line = syntax.line_of(at).saturating_sub(2).max(1);
    syntax.line(line).map_or(0, |range| range.start)
}

fn forward(syntax: &Syntax, at: usize) -> usize {
    let line = (syntax.line_of(at) + 2).min(syntax.line_count());
    syntax.line(line).map_or(syntax.bytes().len(), |range: Range<usize>| range.end)
}

/// Words become `id` unless they are short reserved ones; blanks vanish, line ends stay.
fn shapes(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_alphanumeric() || c == '_' || c == '$' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let is_reserved = Language::ALL.iter().any(|l| l.keywords().contains(&word.as_str()));
            let shape = if is_reserved { word.as_str() } else { "id" };
            found.push(shape.to_owned());
            word.clear();
        }
        let repeats = c == '\n' && found.last().is_some_and(|last| last == "\n");
        if (!c.is_whitespace() || c == '\n') && !repeats {
            found.push(c.to_string());
        }
    }
    found.pop();
    found
}
