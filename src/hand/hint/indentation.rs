//! Python: a line that stands too deep, too shallow or not deep enough moves to where its neighbours stand.

use super::Scene;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;

const MOST_OFFERS: usize = 6;
/// Lines between the complaint and a tab that is to blame.
const NEAR: u32 = 6;
/// Lines above the complaint among which a head may have slipped.
const FAR: u32 = 30;

/// What Python says, and where the line may belong.
const FAULTS: &[(&str, Fault)] = &[
    ("unexpected indent", Fault::Astray),
    ("unindent does not match", Fault::Astray),
    ("inconsistent use of tabs", Fault::Astray),
    ("expected an indented block", Fault::Shallow),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// On no level that is open.
    Astray,
    /// Not below the header before it.
    Shallow,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let fault = FAULTS.iter().find(|(sign, _)| complaint.message.contains(sign));
        let (Some((_, fault)), Some(place)) = (fault, complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else { continue };
        let text = Text { syntax: &syntax, path: &place.path };
        for (edits, why) in text.offers(place.line, *fault) {
            if made.len() < MOST_OFFERS {
                made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

struct Text<'s> {
    syntax: &'s Syntax,
    path: &'s RelPath,
}

impl Text<'_> {
    /// Tabs near a line in a file that has none else, as blanks.
    fn blanks(&self, line: u32) -> Option<(Vec<Edit>, String)> {
        let indented = (1..=self.syntax.line_count()).filter_map(|number| Some((number, self.indent(number)?)));
        let (tabs, rest): (Vec<_>, Vec<_>) =
            indented.filter(|(_, indent)| !indent.is_empty()).partition(|(_, indent)| indent.contains('\t'));
        let near = tabs.iter().all(|(number, _)| number.abs_diff(line) <= NEAR);
        if tabs.is_empty() || !near || rest.len() < 2 * tabs.len() {
            return None;
        }
        let step = rest.iter().map(|(_, indent)| *indent).min_by_key(|indent| indent.len())?;
        let edit = |(number, indent): &(u32, &str)| {
            let start = self.syntax.line(*number)?.start;
            let text = match (self.code_before(*number), tabs.len()) {
                // Where a line stands that is alone in this, its neighbours tell.
                (Some(before), 1) if !self.line(before).trim_end().ends_with(':') => self.indent(before)?.to_owned(),
                (_, 1) => self.indent(number + 1)?.to_owned(),
                _ => indent.replace('\t', step),
            };
            Some(Edit { path: self.path.clone(), range: start..start + indent.len(), text })
        };
        let why = format!("indented {} with blanks, as its other lines are", self.path);
        Some((tabs.iter().filter_map(edit).collect(), why))
    }

    fn offers(&self, line: u32, fault: Fault) -> Vec<(Vec<Edit>, String)> {
        let (Some(own), Some(before)) = (self.indent(line), self.code_before(line)) else { return Vec::new() };
        let above = self.indent(before).unwrap_or_default();
        let mut offers = self.blanks(line).into_iter().collect::<Vec<_>>();
        offers.extend(self.head_too_far_out(line).filter(|_| fault == Fault::Astray));
        let levels = match fault {
            Fault::Astray => self.levels(before, own),
            Fault::Shallow => vec![format!("{above}{}", self.step())],
        };
        for level in levels.iter().filter(|level| *level != own) {
            let mut ends = self.ends(line, own);
            // Behind what leaves a block nothing of it is left.
            if fault == Fault::Shallow && ["return", "raise", "break", "continue"].contains(&self.first_word(line)) {
                ends.reverse();
            }
            for last in ends {
                let which = if last == line { format!("line {line}") } else { format!("lines {line} to {last}") };
                let why = format!("indented {which} of {} as the code around", self.path);
                offers.push((self.moved(line..=last, own, level), why));
            }
        }
        // What stands as deep as the head may well be its block.
        if fault == Fault::Shallow && (own != above || self.begins_anew(line)) {
            let at = self.syntax.line(before + 1).map_or(0, |range| range.start);
            let text = format!("{above}{}pass\n", self.step());
            let why = format!("put `pass` where the block in line {before} of {} has nothing", self.path);
            offers.push((vec![Edit { path: self.path.clone(), range: at..at, text }], why));
            if self.begins_anew(line) {
                offers.reverse();
            }
        }
        offers
    }

    /// The head of a block that is two levels deeper: it is the head that slipped, and what stands at its depth below the
    /// block fits nowhere.
    fn head_too_far_out(&self, line: u32) -> Option<(Vec<Edit>, String)> {
        let step = self.step();
        let deeper = |head: &u32| {
            let below = (head + 1..line).find(|at| !self.is_blank(*at)).and_then(|at| self.indent(at))?;
            let own = self.indent(*head)?;
            let is_head = !self.is_blank(*head) && self.line(*head).trim_end().ends_with(':');
            (is_head && width(below) > width(own) + width(step)).then(|| below.strip_suffix(step)).flatten()
        };
        let head = (line.saturating_sub(FAR)..line).rev().find(|head| deeper(head).is_some())?;
        let why = format!("indented line {head} of {} as its block wants it", self.path);
        Some((self.moved(head..=head, self.indent(head)?, deeper(&head)?), why))
    }

    /// The levels that are open above a line, the nearest to where a line stands first.
    fn levels(&self, before: u32, own: &str) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for line in (1..=before).rev().filter(|line| !self.is_blank(*line)) {
            let indent = self.indent(line).unwrap_or_default();
            if open.last().is_none_or(|inner| width(indent) < width(inner)) {
                open.push(indent.to_owned());
            }
        }
        open.sort_by_key(|level| width(level).abs_diff(width(own)));
        open
    }

    /// The line's block, and the line with what stands deeper below it.
    fn ends(&self, line: u32, own: &str) -> Vec<u32> {
        let inside = |at: &u32| self.is_blank(*at) || self.indent(*at).is_some_and(|indent| indent.starts_with(own));
        let block = (line + 1..=self.syntax.line_count()).take_while(inside).filter(|at| !self.is_blank(*at)).last();
        // At the margin a block is all of the rest.
        let block = block.filter(|_| !own.is_empty());
        let deeper = |at: &u32| self.is_blank(*at) || self.indent(*at).is_some_and(|indent| width(indent) > width(own));
        let below = (line + 1..=self.syntax.line_count()).take_while(deeper).filter(|at| !self.is_blank(*at)).last();
        let mut ends: Vec<u32> = block.into_iter().chain([below.unwrap_or(line)]).collect();
        ends.dedup();
        ends
    }

    fn moved(&self, lines: std::ops::RangeInclusive<u32>, own: &str, level: &str) -> Vec<Edit> {
        let kept = lines.filter(|line| !self.is_blank(*line));
        let starts = kept.filter_map(|line| Some(self.syntax.line(line)?.start));
        let edit = |start| Edit { path: self.path.clone(), range: start..start + own.len(), text: level.to_owned() };
        starts.map(edit).collect()
    }

    fn line(&self, line: u32) -> &str {
        self.syntax.line(line).map(|range| self.syntax.text(&range)).unwrap_or_default()
    }

    fn indent(&self, line: u32) -> Option<&str> {
        let text = self.line(line);
        (line > 0).then(|| &text[..text.len() - text.trim_start_matches([' ', '\t']).len()])
    }

    fn is_blank(&self, line: u32) -> bool {
        let text = self.line(line).trim_start();
        text.is_empty() || text.starts_with('#')
    }

    fn first_word(&self, line: u32) -> &str {
        super::meaning::words(self.line(line)).next().unwrap_or_default()
    }

    fn code_before(&self, line: u32) -> Option<u32> {
        (1..line).rev().find(|at| !self.is_blank(*at))
    }

    fn begins_anew(&self, line: u32) -> bool {
        ["def ", "class ", "@", "async def "].iter().any(|word| self.line(line).trim_start().starts_with(word))
    }

    /// What one level is in this file.
    fn step(&self) -> &str {
        let indents = (1..=self.syntax.line_count()).filter(|at| !self.is_blank(*at)).filter_map(|at| self.indent(at));
        indents.into_iter().find(|indent| !indent.is_empty()).filter(|it| width(it) <= 8).unwrap_or("    ")
    }
}

/// As Python counts: a tab leads to the next multiple of eight.
fn width(indent: &str) -> usize {
    indent.chars().fold(0, |at, c| if c == '\t' { (at / 8 + 1) * 8 } else { at + 1 })
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn lines_move_to_where_their_neighbours_stand() {
        check(&[
            Example {
                files: &[("m.py", "def f(x):\n    y = x\n      y *= 2\n      y += 1\n    return y\n")],
                log: "  File \"/repo/m.py\", line 3\n    y *= 2\nIndentationError: unexpected indent\n",
                fixed: "def f(x):\n    y = x\n    y *= 2\n    y += 1\n    return y\n",
            },
            Example {
                files: &[("m.py", "def f(x):\n\ty = []\n    for z in x:\n        y.append(z)\n    return y\n")],
                log: "  File \"/repo/m.py\", line 3\n    for z in x:\n               ^\nIndentationError: unindent does not match any outer indentation level\n",
                fixed: "def f(x):\n    y = []\n    for z in x:\n        y.append(z)\n    return y\n",
            },
            Example {
                files: &[("m.py", "def f(x):\n    if x:\n        y = 1\n      return y\n")],
                log: "  File \"/repo/m.py\", line 4\n    return y\n            ^\nIndentationError: unindent does not match any outer indentation level\n",
                fixed: "def f(x):\n    if x:\n        y = 1\n    return y\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "def f(x):\n    y = abs(x)\nif y in (1, 2):\n        return 1\n    else:\n        return 2\n",
                )],
                log: "  File \"/repo/m.py\", line 5\n    else:\n         ^\nIndentationError: unindent does not match any outer indentation level\n",
                fixed: "def f(x):\n    y = abs(x)\n    if y in (1, 2):\n        return 1\n    else:\n        return 2\n",
            },
            Example {
                files: &[("m.py", "def f(x):\n  for y in x:\n  print(y)\n  return x\n")],
                log: "  File \"/repo/m.py\", line 3\n    print(y)\n    ^\nIndentationError: expected an indented block after 'for' statement on line 2\n",
                fixed: "def f(x):\n  for y in x:\n    print(y)\n  return x\n",
            },
            Example {
                files: &[("m.py", "class A:\n\ndef f(x):\n    return x\n")],
                log: "  File \"/repo/m.py\", line 3\n    def f(x):\nIndentationError: expected an indented block after class definition on line 1\n",
                fixed: "class A:\n    pass\n\ndef f(x):\n    return x\n",
            },
        ]);
    }
}
