//! One place of a text replaced: exactly, else line by line with white space forgiven; a refusal says what is there.

use super::data::{head, numbered, plain, spelled, unspelled};

/// Where a refusal shows the nearest text, so many lines around it.
const AROUND: usize = 2;
/// A shorter similarity is chance.
const ALIKE: f64 = 0.5;
/// Of a longer line its beginning says enough.
const LONG: usize = 200;

/// The text afterwards, or why not. Both are written as a file is shown.
pub fn replace(text: &str, old: &str, new: &str) -> Result<String, String> {
    let old = &unspelled(old, |_| true);
    // What does not show stays where it was, and comes in nowhere.
    let new = &unspelled(new, |c| old.contains(c));
    if old.trim().is_empty() {
        return Err("`old` is empty: give the lines that are replaced".to_owned());
    }
    if old == new {
        return Err("`old` and `new` are the same".to_owned());
    }
    let exact: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
    match exact.as_slice() {
        [at] => return Ok(format!("{}{new}{}", &text[..*at], &text[at + old.len()..])),
        [] => {}
        several => {
            let lines: Vec<String> = several.iter().map(|at| line_of(text, *at).to_string()).collect();
            return Err(ambiguous(&lines));
        }
    }
    let (have, want): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), lines_of(old));
    let places = alike_but_for_space(&have, &want);
    match places.as_slice() {
        [at] => Ok(replace_lines(&have, *at, &want, new)),
        [] => Err(unseen(&have, &want).unwrap_or_else(|| nearest(&have, &want))),
        several => {
            let lines: Vec<String> = several.iter().map(|at| (at + 1).to_string()).collect();
            Err(ambiguous(&lines))
        }
    }
}

/// A line that is given without the characters in it that do not show, or with others for our marks.
fn unseen(have: &[&str], want: &[&str]) -> Option<String> {
    let shown: Vec<String> = have.iter().map(|line| plain(line, usize::MAX)).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let at = *alike_but_for_space(&shown, want).first()?;
    let line = (at..at + want.len()).find(|line| shown[*line] != have[*line])? + 1;
    let written = spelled(have[line - 1].trim_end_matches('\r'));
    Some(format!("line {line} holds characters that do not show; give it in `old` as it is written:\n{written}"))
}

fn ambiguous(lines: &[String]) -> String {
    format!(
        "`old` is there {} times, at the lines {}: give more lines around the one that is meant",
        lines.len(),
        lines.join(", ")
    )
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn lines_of(text: &str) -> Vec<&str> {
    text.trim_matches('\n').split('\n').collect()
}

/// `a  = b` and `a = b` are alike.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn alike_but_for_space(have: &[&str], want: &[&str]) -> Vec<usize> {
    let (have, want): (Vec<String>, Vec<String>) =
        (have.iter().map(|l| squeezed(l)).collect(), want.iter().map(|l| squeezed(l)).collect());
    have.windows(want.len()).enumerate().filter(|(_, window)| *window == want).map(|(at, _)| at).collect()
}

/// The new lines, moved to where the old ones stand, with their kind of line end.
fn replace_lines(have: &[&str], at: usize, want: &[&str], new: &str) -> String {
    let of = |line: &str| line.chars().take_while(|c| *c == ' ' || *c == '\t').collect::<String>();
    let is_text = |line: &&&str| !line.trim().is_empty();
    let window = &have[at..at + want.len()];
    let there = window.iter().find(is_text).map(|l| of(l)).unwrap_or_default();
    let given = want.iter().find(is_text).map(|l| of(l)).unwrap_or_default();
    let end = if window.iter().any(|line| line.ends_with('\r')) { "\r" } else { "" };
    let moved = |line: &str| {
        let line = line.trim_end_matches('\r');
        match line.strip_prefix(given.as_str()) {
            _ if line.trim().is_empty() => end.to_owned(),
            Some(rest) => format!("{there}{rest}{end}"),
            None => format!("{line}{end}"),
        }
    };
    let new: Vec<String> = if new.is_empty() { Vec::new() } else { lines_of(new).into_iter().map(moved).collect() };
    let before = have[..at].iter().map(|l| (*l).to_owned());
    let after = have[at + want.len()..].iter().map(|l| (*l).to_owned());
    before.chain(new).chain(after).collect::<Vec<_>>().join("\n")
}

/// What of the text is most like what was sought.
fn nearest(have: &[&str], want: &[&str]) -> String {
    let nowhere = "`old` is nowhere in the file";
    let want: Vec<String> = want.iter().map(|l| squeezed(l)).collect();
    let squeezed: Vec<String> = have.iter().map(|l| squeezed(l)).collect();
    let size = want.len().min(squeezed.len());
    let likeness = |window: &[String]| -> f64 {
        let pairs = window.iter().zip(&want);
        pairs.map(|(a, b)| strsim::normalized_levenshtein(head(a, LONG), head(b, LONG))).sum::<f64>()
            / want.len() as f64
    };
    let best = squeezed.windows(size).enumerate().map(|(at, w)| (likeness(w), at)).max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, at)) = best.filter(|(score, _)| *score >= ALIKE) else {
        return format!("{nowhere}, and nothing is like it: read the file again");
    };
    let (from, to) = (at.saturating_sub(AROUND), (at + size + AROUND).min(have.len()));
    let shown: String = (from..to).map(|at| numbered(at, have[at].trim_end_matches('\r'))).collect();
    format!("{nowhere}; the nearest is:\n{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "def f(a):\n    if a:\n        return 1\n    return 2\n\ndef g(a):\n    return 2\n";

    /// As it is shown it is edited, and what did not show is still there.
    #[test]
    fn a_line_with_what_does_not_show_can_be_edited() {
        for hidden in ["a = '⟦old⟧'", "a = '[o\u{200b}ld]'", "a = '👨\u{200d}👩'  # [old]"] {
            let text = format!("x\n{hidden}\n");
            let (shown, want) = (spelled(hidden), format!("x\n{}\n", hidden.replace("a =", "b =")));
            assert_eq!(replace(&text, &shown, &shown.replace("a =", "b =")).unwrap(), want);
            assert_eq!(replace(&text, "a =", "b =").unwrap(), want);
        }
        let refused = replace("x\na = '[o\u{200b}ld]'\n", "a = '[old]'", "b").unwrap_err();
        assert!(refused.starts_with("line 2 holds characters that do not show") && refused.contains("'[o⟨U+200B⟩ld]'"));
        // Nothing hidden comes in that was not there.
        let after = replace("a = 1\n", "a = 1", "a = '⟨U+202E⟩'").unwrap();
        assert_eq!(after, "a = '⟨U+202E⟩'\n");
    }

    #[test]
    fn exactly_one_place_is_replaced() {
        let after = replace(TEXT, "return 1", "return 3").unwrap();
        assert_eq!(after, TEXT.replace("return 1", "return 3"));
    }

    #[test]
    fn white_space_is_forgiven_and_the_indentation_kept() {
        let after = replace(TEXT, "if  a:\n    return 1\n", "if not a:\n    return 1\n").unwrap();
        assert_eq!(after, TEXT.replace("if a:", "if not a:"));
        let crlf = "a = 1\r\nb = 2\r\nc = 3\r\n";
        assert_eq!(replace(crlf, "a = 1\nb = 2", "a = 1\nb = 4").unwrap(), crlf.replace('2', "4"));
        assert_eq!(replace("  a\n  b\n  c\n", "a\nb", "").unwrap(), "  c\n");
    }

    #[test]
    fn several_places_are_named() {
        let said = replace("x\ny\nx\nx\n", "x", "z").unwrap_err();
        assert!(said.contains("3 times, at the lines 1, 3, 4"), "{said}");
        let said = replace(TEXT, "return  2", "return 4").unwrap_err();
        assert!(said.contains("2 times, at the lines 4, 7"), "{said}");
    }

    #[test]
    fn the_nearest_is_shown_where_nothing_fits() {
        let said = replace(TEXT, "    if a is None:\n        return 11\n", "x").unwrap_err();
        assert!(said.contains("    2\t    if a:\n    3\t        return 1\n"), "{said}");
        assert!(replace(TEXT, "completely other words here", "x").unwrap_err().contains("read the file again"));
        assert!(replace(TEXT, " \n", "x").is_err() && replace(TEXT, "a", "a").is_err());
        assert!(replace("", "something", "x").is_err());
    }
}
