//! A member of an enumeration that a `match`, a `switch` or a table forgets, where the other arms are written alike, each
//! with its own member's name: the lost one is written as they are.

use super::index::parts;
use super::said::Said;
use super::{Scene, lines, offer};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::ops::Range;

/// How it is told that members are left out; not all say which.
const SIGNS: &[&str] = &[
    "non-exhaustive patterns",
    "not handled in switch",
    "does not cover all possible input values",
    "lacks ending return statement",
    "ot all code paths return",
    "but required in type 'Record<",
    "missing the following properties from type 'Record<",
];
/// Lines from the place to the head of the block.
const REACH: usize = 12;
const MOST_FILES: usize = 400;
/// More that are lost at once are no slip.
const MOST_LOST: usize = 3;

static ENUM: Said = Said::new(&[
    r"(?s)\benum\s+(?:class\s+|struct\s+)?\w*[^{;()]*\{(?P<members>[^}]*)\}",
    r#"(?s)\btype\s+\w+\s*=\s*(?P<members>\|?\s*"[^;=]*")\s*;"#,
]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))) {
        let Some(place) = complaint.places.first() else { continue };
        let text = offer::editable(scene.job, &place.path)?.and_then(|text| String::from_utf8(text).ok());
        let Some(text) = text else { continue };
        let Some(arms) = Arms::below(&text, place.line) else { continue };
        for members in enumerations(scene, &place.path)? {
            let Some((edits, told)) = arms.completed(&members) else { continue };
            let edits = edits.into_iter().map(|(at, text)| Edit { path: place.path.clone(), range: at..at, text });
            let why = format!("wrote the arm for {told} as the others are");
            made.extend(scene.candidate(edits.collect(), why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The members of each enumeration of the repository, in order.
fn enumerations(scene: &Scene, near: &RelPath) -> Result<Vec<Vec<String>>> {
    let family = |path: &&RelPath| match (near.extension().as_str(), path.extension().as_str()) {
        ("ts" | "tsx", other) => matches!(other, "ts" | "tsx"),
        ("c" | "cc" | "cpp" | "cxx" | "h" | "hpp", other) => matches!(other, "c" | "cc" | "cpp" | "cxx" | "h" | "hpp"),
        (own, other) => own == other,
    };
    let mut found = Vec::new();
    for path in scene.job.workshop.files()?.iter().filter(family).take(MOST_FILES) {
        let Some(text) = offer::editable(scene.job, path)? else { continue };
        let text = String::from_utf8_lossy(&text).into_owned();
        for captures in ENUM.all(&text) {
            // What Java has behind the members is no member, and neither are their values.
            let list = captures["members"].split(';').next().unwrap_or_default();
            let lines = list.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
            let lines: Vec<&str> = lines.filter(|line| !line.starts_with(['#', '*', '/'])).collect();
            let whole = lines.join("\n");
            let each = whole.split([',', '|']).map(|one| one.split('=').next().unwrap_or_default());
            let names = each.map(|one| one.trim().trim_matches('"').to_owned());
            let members: Vec<String> = names.filter(|name| !name.is_empty()).collect();
            // Members that hold something are taken apart in their arms.
            let is_plain = |name: &String| super::meaning::words(name).eq([name.as_str()]);
            if members.len() > 2 && members.iter().all(is_plain) && !found.contains(&members) {
                found.push(members);
            }
        }
    }
    Ok(found)
}

/// What stands between the braces of a block, cut where its parts begin.
struct Arms<'t> {
    text: &'t str,
    arms: Vec<Range<usize>>,
}

impl<'t> Arms<'t> {
    /// The first block with arms from a line on: its parts are the lines that are indented least, with what is below each.
    fn below(text: &'t str, line: u32) -> Option<Self> {
        let all: Vec<(usize, &str)> = lines::lines(text).collect();
        let first = usize::try_from(line).ok()?.checked_sub(1)?;
        let is_head = |line: &str| {
            let opens = line.trim_end().ends_with('{');
            opens && ["match ", "switch", "Record<"].iter().any(|word| line.contains(word))
        };
        let near = all.iter().enumerate().skip(first).take(REACH);
        let head = near.into_iter().find(|(_, (_, line))| is_head(line)).map(|(at, _)| at)?;
        let indent = |line: &str| line.len() - line.trim_start().len();
        let outer = indent(all[head].1);
        let ends = |line: &str| !line.trim().is_empty() && indent(line) <= outer && line.trim_start().starts_with('}');
        let end = (head + 1..all.len()).find(|at| ends(all[*at].1))?;
        let inner = (head + 1..end).find(|at| !all[*at].1.trim().is_empty()).map(|at| indent(all[at].1))?;
        let begins = |at: &usize| indent(all[*at].1) == inner && !all[*at].1.trim_start().starts_with(['}', ')']);
        let starts: Vec<usize> = (head + 1..end).filter(|at| !all[*at].1.trim().is_empty()).filter(begins).collect();
        let ends = starts.iter().skip(1).copied().chain([end]);
        let arms = starts.iter().zip(ends).map(|(from, to)| all[*from].0..all[to].0).collect();
        Some(Self { text, arms })
    }

    /// What to put where so that each member has its arm, and which those are; `None` where the arms are not written alike.
    fn completed(&self, members: &[String]) -> Option<(Vec<(usize, String)>, String)> {
        let (mut alone, mut known): (Vec<(usize, &str)>, Vec<&String>) = (Vec::new(), Vec::new());
        for (at, arm) in self.arms.iter().enumerate() {
            let head = self.text[arm.clone()].lines().next().unwrap_or_default();
            let head = head.split("=>").next().unwrap_or_default();
            let head = head.split_once("->").map_or(head, |(head, _)| head);
            let words: Vec<&str> = super::meaning::words(head).collect();
            let own: Vec<&String> = members.iter().filter(|member| words.contains(&member.as_str())).collect();
            if let [one] = own[..] {
                alone.push((at, one));
            }
            known.extend(own);
        }
        let lost: Vec<&String> = members.iter().filter(|member| !known.contains(member)).collect();
        if alone.len() < 2 || lost.is_empty() || lost.len() > MOST_LOST {
            return None;
        }
        let prefix = common_prefix(members);
        let bare = |member: &str| member[prefix..].to_owned();
        let (first, name) = alone[0];
        let mut form = Form::of(&self.text[self.arms[first].clone()], name, &bare(name))?;
        for (at, name) in &alone[1..] {
            form.agree(&self.text[self.arms[*at].clone()], name, &bare(name))?;
        }
        let place = |name: &String| {
            let rank = |other: &str| members.iter().position(|member| member == other);
            let before =
                alone.iter().filter(|(_, other)| rank(other) < rank(name)).max_by_key(|(_, other)| rank(other));
            before.map_or(self.arms[first].start, |(at, _)| self.arms[*at].end)
        };
        let edits = lost.iter().map(|name| Some((place(name), form.filled(name, &bare(name))?)));
        let told: Vec<String> = lost.iter().map(|name| format!("`{name}`")).collect();
        Some((edits.collect::<Option<_>>()?, told.join(", ")))
    }
}

/// What all members begin with, up to an underscore: `GRADE_`.
fn common_prefix(members: &[String]) -> usize {
    let first = &members[0];
    let cut = (0..first.len()).rev().find(|at| {
        first.is_char_boundary(*at)
            && first[..*at].ends_with('_')
            && members.iter().all(|m| m.starts_with(&first[..*at]))
    });
    cut.unwrap_or(0)
}

/// The ways of writing a name.
const SHAPES: &[fn(&str) -> String] = &[
    |name| name.to_owned(),
    |name| joined(name, "_", |word| word.to_uppercase()),
    |name| joined(name, "_", |word| word.to_owned()),
    |name| joined(name, "-", |word| word.to_owned()),
    |name| joined(name, " ", |word| word.to_owned()),
    |name| joined(name, "", |word| word.to_owned()),
    |name| joined(name, "", capital),
    |name| joined(name, " ", capital),
    |name| {
        let pascal = joined(name, "", capital);
        pascal.get(..1).map_or(pascal.clone(), |first| format!("{}{}", first.to_lowercase(), &pascal[1..]))
    },
];

fn joined(name: &str, by: &str, of: fn(&str) -> String) -> String {
    parts(name).map(|word| of(&word)).collect::<Vec<_>>().join(by)
}

fn capital(word: &str) -> String {
    word.get(..1).map_or(String::new(), |first| format!("{}{}", first.to_uppercase(), &word[1..]))
}

/// An arm with its name taken out: the text before each slot with the shapes that the name may have there, and the rest.
struct Form<'t> {
    slots: Vec<(&'t str, Vec<Shape>)>,
    rest: &'t str,
}

/// The whole name, or in one of the shapes what is its own.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Whole,
    Own(usize),
}

impl Shape {
    fn write(self, name: &str, bare: &str) -> String {
        match self {
            Self::Whole => name.to_owned(),
            Self::Own(at) => SHAPES[at](bare),
        }
    }
}

impl<'t> Form<'t> {
    fn of(arm: &'t str, name: &str, bare: &str) -> Option<Self> {
        let all = || std::iter::once(Shape::Whole).chain((0..SHAPES.len()).map(Shape::Own));
        let (mut slots, mut from, mut at) = (Vec::new(), 0, 0);
        while at < arm.len() {
            let starts = !arm[..at].ends_with(|c: char| c.is_alphanumeric());
            let longest = all()
                .map(|shape| shape.write(name, bare))
                .filter(|text| {
                    let behind = arm.get(at..).and_then(|rest| rest.strip_prefix(text.as_str()));
                    !text.is_empty() && behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
                })
                .max_by_key(String::len);
            match longest.filter(|_| starts) {
                Some(text) => {
                    slots.push((&arm[from..at], all().filter(|shape| shape.write(name, bare) == text).collect()));
                    at += text.len();
                    from = at;
                }
                None => at += arm[at..].chars().next()?.len_utf8(),
            }
        }
        // Where the name stands once it says nothing of what the arm does.
        (slots.len() > 1).then(|| Self { slots, rest: &arm[from..] })
    }

    /// Keeps the shapes that another arm agrees with.
    fn agree(&mut self, arm: &str, name: &str, bare: &str) -> Option<()> {
        let mut left = arm;
        for (before, shapes) in &mut self.slots {
            left = left.strip_prefix(*before)?;
            shapes.retain(|shape| left.starts_with(&shape.write(name, bare)));
            left = &left[shapes.iter().map(|shape| shape.write(name, bare).len()).max()?..];
        }
        (left == self.rest).then_some(())
    }

    /// `None` where the shapes that are left differ for this name.
    fn filled(&self, name: &str, bare: &str) -> Option<String> {
        let mut made = String::new();
        for (before, shapes) in &self.slots {
            let text = shapes.first()?.write(name, bare);
            if shapes.iter().any(|shape| shape.write(name, bare) != text) {
                return None;
            }
            made.push_str(before);
            made.push_str(&text);
        }
        Some(made + self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn completed(text: &str, line: u32, members: &[&str]) -> Option<String> {
        let members: Vec<String> = members.iter().map(|name| (*name).to_owned()).collect();
        let (edits, _) = Arms::below(text, line)?.completed(&members)?;
        let mut made = text.to_owned();
        for (at, new) in edits.into_iter().rev() {
            made.insert_str(at, &new);
        }
        Some(made)
    }

    #[test]
    fn the_lost_arm_is_written_as_the_others_are() {
        for (text, line, members, lost) in [
            (
                "match self {\n    Kind::Tool => \"tool\",\n    Kind::Part => \"part\",\n    Kind::SpareTyre => \"spare-tyre\",\n    Kind::OilCan => \"oil-can\",\n}\n",
                1,
                &["Tool", "Part", "SpareTyre", "OilCan"][..],
                "    Kind::OilCan => \"oil-can\",\n",
            ),
            (
                "const char *f(enum g g)\n{\n    switch (g) {\n    case G_LOW:\n        return \"low\";\n    case G_MID:\n        return \"mid\";\n    case G_TOP:\n        return \"top\";\n    }\n}\n",
                3,
                &["G_LOW", "G_MID", "G_TOP"],
                "    case G_MID:\n        return \"mid\";\n",
            ),
            (
                "return switch (this) {\n    case RED -> \"Red\";\n    case BLUE -> \"Blue\";\n    case DARK -> \"Dark\";\n};\n",
                1,
                &["RED", "BLUE", "DARK"],
                "    case RED -> \"Red\";\n",
            ),
            (
                "const NAMES: Record<Status, string> = {\n  open: \"Open\",\n  active: \"Active\",\n  done: \"Done\",\n};\n",
                1,
                &["open", "active", "done"],
                "  done: \"Done\",\n",
            ),
        ] {
            let broken = text.replacen(lost, "", 1);
            assert_eq!(completed(&broken, line, members).as_deref(), Some(text), "{broken}");
        }
    }

    #[test]
    fn what_the_others_do_not_show_is_not_guessed() {
        let text = "match self {\n    Op::Add => a + b,\n    Op::Sub => a - b,\n}\n";
        assert_eq!(completed(text, 1, &["Add", "Sub", "Mul"]), None);
        // One word is written alike with a blank, a dash and an underscore.
        let text = "match self {\n    K::Tool => \"tool\",\n    K::Part => \"part\",\n}\n";
        assert_eq!(completed(text, 1, &["Tool", "Part", "OilCan"]), None);
        // The next one, which nothing tells.
        let text =
            "switch (s) {\n  case \"open\":\n    return \"active\";\n  case \"active\":\n    return \"done\";\n}\n";
        assert_eq!(completed(text, 1, &["open", "active", "done"]), None);
    }
}
