//! Text that does not say what it seems to say: characters that turn the order round, that nobody sees,
//! or that only look like others.

use crate::guard::change::{FileChange, Line};
use crate::guard::{about, at_line};
use crate::record::{Finding, Severity};

pub fn check(file: &FileChange) -> Vec<Finding> {
    let known: String = file.removed().map(|line| line.text).collect();
    let fresh = |c: char| !known.contains(c);
    let name = file.before.is_none().then(|| judge_name(file)).flatten();
    name.into_iter().chain(file.added().filter_map(|line| judge(file, line, &fresh))).collect()
}

/// Of a new file, which a person sees in a list of names.
fn judge_name(file: &FileChange) -> Option<Finding> {
    let name = file.path.as_str();
    let say = |rule, what: &str| Some(about(rule, Severity::Error, file.path, what));
    let unseen = |c: char| turns(c) || "\u{200b}\u{200e}\u{200f}\u{2060}\u{feff}".contains(c);
    if name.chars().any(unseen) || tags(name).next().is_some() {
        return say(
            "suspicious/hidden-text",
            "its name holds characters that nobody sees or that turn its order round",
        );
    }
    let mixed = name.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_mixed);
    mixed.then(|| say("suspicious/homoglyph", "its name mixes letters of two alphabets in one word")).flatten()
}

fn judge(file: &FileChange, line: Line, fresh: &dyn Fn(char) -> bool) -> Option<Finding> {
    if line.text.is_ascii() {
        return None;
    }
    let say = |rule, severity, what: &str| Some(at_line(rule, severity, file.path, line.number, what));
    if line.text.chars().any(|c| turns(c) && fresh(c)) {
        return say(
            "suspicious/hidden-text",
            Severity::Error,
            "holds characters that turn the order of the text round",
        );
    }
    if tags(line.text).any(fresh) {
        return say("suspicious/hidden-text", Severity::Error, "holds characters that nobody sees");
    }
    if line.text.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_mixed) {
        return say("suspicious/homoglyph", Severity::Error, "mixes letters of two alphabets in one word");
    }
    // Between emoji and in some scripts they are orthography.
    let invisible =
        line.text.char_indices().any(|(at, c)| "\u{200b}\u{2060}\u{feff}".contains(c) && at > 0 && fresh(c));
    if invisible {
        return say("suspicious/hidden-text", Severity::Warning, "holds a space without width");
    }
    None
}

/// Bidirectional embeddings, overrides and isolates.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Tag characters, except where they spell the flag of a region.
fn tags(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut in_flag = false;
    text.chars().filter(move |&c| {
        let tag = matches!(c, '\u{e0000}'..='\u{e007f}');
        in_flag = c == '\u{1f3f4}' || in_flag && tag;
        tag && !in_flag
    })
}

/// Cyrillic letters that look like Latin ones, among Latin ones.
fn is_mixed(word: &str) -> bool {
    let alike = |c: char| "аеорсухіјѕԁһкмтвнАВЕКМНОРСТУХІЈЅ".contains(c);
    let cyrillic = |c: char| matches!(c, '\u{0400}'..='\u{052f}');
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    latin && word.chars().any(alike) && word.chars().filter(|c| cyrillic(*c)).all(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_alphabet_are_not_mixed() {
        assert!(is_mixed("pаyload") && is_mixed("sсope"));
        for word in ["payload", "привет", "Größe", "μs", "x_привет"] {
            assert!(!is_mixed(word), "{word}");
        }
    }

    #[test]
    fn flags_are_no_hidden_text() {
        assert_eq!(tags("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f} x").count(), 0);
        assert_eq!(tags("x\u{e0067}\u{e0062}").count(), 2);
    }
}
