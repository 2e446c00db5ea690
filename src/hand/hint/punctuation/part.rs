//! The part of a broken file around its fault, with the rest blanked out: over a long file the grammar has
//! to recover anew for every try, over a few lines it is quick.

use super::tries::Try;
use crate::syntax::Syntax;
use std::ops::Range;

/// Bytes of code below which a part needs no further narrowing.
const SMALL: usize = 500;
const MOST_LEVELS: usize = 3;

pub(super) struct Part {
    syntax: Syntax,
    /// The lines left standing that tries may touch.
    lines: Range<u32>,
    /// Bytes of them.
    pub len: usize,
}

impl Part {
    /// The statements that hold a line and the one before it, with the heads of what is around them. `None`
    /// where that is most of the file, or is sound by itself: the fault is elsewhere.
    pub fn around(syntax: &Syntax, line: u32) -> Option<Self> {
        let mut kept = vec![false; usize::try_from(syntax.line_count()).ok()? + 1];
        let mut lines = 1..syntax.line_count() + 1;
        for level in 0..MOST_LEVELS {
            let outer = (level > 0).then(|| depth(syntax, lines.start));
            let Some(inner) = narrowed(syntax, &lines, outer, line) else { break };
            // What stands around the statements at this depth: a head above them, brackets below.
            let first =
                lines.clone().find(|l| depth(syntax, *l) == depth(syntax, inner.start) && begins(syntax, *l))?;
            let closes = |l: &u32| !begins(syntax, *l) && depth(syntax, *l) <= depth(syntax, lines.start);
            let below = lines.clone().rev().take_while(closes);
            (lines.start..first).chain(below.filter(|_| level > 0)).for_each(|l| keep(&mut kept, l));
            lines = inner;
            if size(syntax, &lines) < SMALL {
                break;
            }
        }
        let len = size(syntax, &lines);
        if len * 2 > syntax.bytes().len() {
            return None;
        }
        lines.clone().for_each(|l| keep(&mut kept, l));
        let part = Syntax::parse(syntax.language(), &blanked(syntax, &kept)).filter(|part| !part.is_sound())?;
        Some(Self { syntax: part, lines, len })
    }

    /// Whether the part is sound after a try inside it.
    pub fn mends(&self, attempt: &Try) -> bool {
        // The head above the first line may be what lost its bracket.
        let line = self.syntax.line_of(attempt.range.0);
        (self.lines.contains(&line) || line + 1 == self.lines.start) && super::mends(&self.syntax, attempt)
    }
}

/// The lines of the statements, as far out as any inside `within` and deeper than `outer`, that hold `line` and what is before it.
fn narrowed(syntax: &Syntax, within: &Range<u32>, outer: Option<usize>, line: u32) -> Option<Range<u32>> {
    let deeper = |l: &u32| outer.is_none_or(|outer| depth(syntax, *l) > outer);
    let inside = within.clone().filter(|l| begins(syntax, *l) && deeper(l));
    let least = inside.map(|l| depth(syntax, l)).min()?;
    let starts: Vec<u32> = within.clone().filter(|l| begins(syntax, *l) && depth(syntax, *l) == least).collect();
    let start = starts.iter().rev().find(|l| **l < line).or(starts.first())?;
    let end = starts.iter().find(|l| **l > line.max(*start)).copied().unwrap_or(within.end);
    Some(*start..end)
}

/// Whether a statement may begin on a line: nothing that opened above it ends there.
fn begins(syntax: &Syntax, line: u32) -> bool {
    text(syntax, line).trim_start().starts_with(|c: char| c.is_alphanumeric() || "_@#/$".contains(c))
}

fn depth(syntax: &Syntax, line: u32) -> usize {
    let text = text(syntax, line);
    text.len() - text.trim_start().len()
}

fn text(syntax: &Syntax, line: u32) -> &str {
    syntax.line(line).map(|range| syntax.text(&range)).unwrap_or_default()
}

fn size(syntax: &Syntax, lines: &Range<u32>) -> usize {
    lines.clone().map(|line| text(syntax, line).len() + 1).sum()
}

fn keep(kept: &mut [bool], line: u32) {
    if let Some(kept) = usize::try_from(line).ok().and_then(|line| kept.get_mut(line)) {
        *kept = true;
    }
}

/// The file with spaces instead of what is not kept, so that every byte stays where it was.
fn blanked(syntax: &Syntax, kept: &[bool]) -> Vec<u8> {
    let mut bytes = syntax.bytes().to_vec();
    for line in (1..=syntax.line_count()).filter(|line| usize::try_from(*line).is_ok_and(|line| !kept[line])) {
        if let Some(gone) = syntax.line(line).and_then(|range| bytes.get_mut(range)) {
            gone.fill(b' ');
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::tries::insertion;
    use super::*;
    use crate::syntax::Language;

    /// Thirty functions, deep in something or not; the fifteenth lacks `lost`.
    fn broken(head: &str, function: &str, tail: &str, lost: &str) -> String {
        let one = |n: usize| if n == 15 { function.replacen(lost, "", 1) } else { function.to_owned() };
        format!("{head}{}{tail}", (0..30).map(one).collect::<String>())
    }

    #[test]
    fn a_few_lines_tell_which_try_mends_the_file() {
        let python = "def f(a, b):\n    if a > b:\n        return [a, b]\n    return b\n\n";
        let inner = "    def f(\n        self,\n        b,\n    ):\n        return [self, b]\n\n";
        let rust = "    fn f(&self) -> u8 {\n        g(self)\n    }\n\n";
        let script = "function f(a) {\n  return [a, g(a)];\n}\n\n";
        for (language, head, function, tail, lost) in [
            (Language::Python, "import a\n\n", python, "", ":"),
            (Language::Python, "class A:\n    x = 1\n\n", inner, "", "):"),
            (Language::Rust, "impl A {\n", rust, "}\n", ")"),
            (Language::JavaScript, "", script, "", "]"),
        ] {
            let text = broken(head, function, tail, lost);
            let syntax = Syntax::parse(language, text.as_bytes()).unwrap();
            let at = head.len() + 15 * function.len() + function.find(lost).unwrap();
            let part = Part::around(&syntax, syntax.line_of(at)).unwrap_or_else(|| panic!("{language:?} {head}"));
            assert!(part.len * 5 < text.len(), "{} of {}", part.len, text.len());
            assert!(part.mends(&insertion(at, lost)), "{language:?} {head}");
            assert!(!part.mends(&insertion(at, "%%")) && !part.mends(&insertion(head.len(), lost)));
            assert!(super::super::mends(&syntax, &insertion(at, lost)));
        }
        assert!(Part::around(&Syntax::parse(Language::Python, b"def f(:\n    pass\n").unwrap(), 1).is_none());
    }
}
