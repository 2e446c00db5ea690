//! What a report says of how it goes wrong: which errors come, which should come and do not, and which values it states.

use super::names::ascii;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Errors by the last part of their names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// They are what is wrong.
    pub come: BTreeSet<String>,
    /// That they do not come is.
    pub missed: BTreeSet<String>,
}

type Pattern = LazyLock<Option<Regex>>;

static NAME: Pattern = LazyLock::new(|| {
    ascii(r"\b((?:[A-Z]\w*)?[A-Z]\w*(?:Error|Exception)|StopIteration|SystemExit|SIGSEGV|[Pp]anic(?:s|ked|king)?)\b")
});
/// What is said of one thing. A name with points in it is one word.
static BETWEEN: Pattern = LazyLock::new(|| {
    ascii(r"(?i)[.;!?]\s|:\s|[,\n]|\b(?:but|while|although|however|whereas|got|gets|actual|actually)\b")
});
static HEADING: Pattern =
    LazyLock::new(|| ascii(r"(?i)\b(expect\w*(?:\s+(?:behaviou?r|results?|output))?)[*_]*\s*[:\n][*_:\s]*"));
/// Each of them turns the meaning round.
static TURNS: Pattern = LazyLock::new(|| {
    ascii(
        r"(?i)\b(?:should|shouldn't|must|mustn't|ought|expect\w*|wants?|wanted)\b|(?:\b(?:not|never|without)|n't)\s+(?:\w+ly\s+|even\s+)?(?:rais|throw|panic|give\b|giving|produc|caus|get\b|fail|be\b|end\b|result)|\bno\s+$|\binstead of\b|\brather than\b|\b(?:assert)?(?:raises|throws)\(|\btothrow\w*\(",
    )
});
/// `ValueError is not raised`.
static AFTER: Pattern = LazyLock::new(|| {
    ascii(
        r"(?i)^\W{0,2}\s*(?:(?:error|exception)\s+)?((?:is|are|was|were|should|must|does|did)(?:n't)?\s+(?:not\s+|never\s+)?(?:be\s+)?)(?:rais|thrown|seen|report|come|appear|happen|occur)",
    )
});
static AFTER_TURNS: Pattern = LazyLock::new(|| ascii(r"(?i)should|must|\bnot\b|\bnever\b|n't"));

/// The errors that a report names.
pub fn errors(report: &str) -> Errors {
    let mut errors = Errors::default();
    let (Some(name), Some(between), Some(heading)) = (NAME.as_ref(), BETWEEN.as_ref(), HEADING.as_ref()) else {
        return errors;
    };
    let report = heading.replace_all(report, "$1 ");
    for part in between.split(&report) {
        for found in name.find_iter(part) {
            let turns = count(&TURNS, &part[..found.start()]) + after(&part[found.end()..]);
            let which = if turns.is_multiple_of(2) { &mut errors.come } else { &mut errors.missed };
            which.insert(own_name(found.as_str()));
        }
    }
    errors
}

fn own_name(found: &str) -> String {
    if found.to_lowercase().starts_with("panic") { "panic".to_owned() } else { found.to_owned() }
}

fn count(pattern: &Pattern, text: &str) -> usize {
    pattern.as_ref().map_or(0, |regex| regex.find_iter(text).count())
}

fn after(rest: &str) -> usize {
    let found = AFTER.as_ref().and_then(|regex| regex.captures(rest));
    found.map_or(0, |found| count(&AFTER_TURNS, &found[1]))
}

static VALUE: Pattern = LazyLock::new(|| {
    ascii(
        r#"-?\b\d+(?:\.\d+)?\b|"([^"\n]{1,80})"|'([^'\n]{1,80})'|`([^`\n]{1,80})`|(?i:\b(?:true|false|none|null|nil|nan|undefined|empty|zero)\b)"#,
    )
});

/// What a test of the report could compare with: numbers, quoted texts, words for values.
pub fn values(report: &str) -> BTreeSet<String> {
    let Some(regex) = VALUE.as_ref() else { return BTreeSet::new() };
    let value = |found: regex::Captures| {
        let quoted = (1..4).find_map(|group| found.get(group)).map(|quoted| quoted.as_str());
        match quoted.unwrap_or(&found[0]).trim().to_lowercase().as_str() {
            "zero" => "0".to_owned(),
            "empty" => String::new(),
            other => other.to_owned(),
        }
    };
    regex.captures_iter(report).map(value).collect()
}

/// Whether a text has one of these values, as a word of its own. Nothing at all is an empty list or text.
pub fn has_value<'v>(text: &str, values: &'v BTreeSet<String>) -> Option<&'v str> {
    let text = text.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let stands = |value: &str| match value {
        "" => ["\"\"", "''", "[]", "{}", "()", "empty", "len(", "length"].iter().any(|empty| text.contains(empty)),
        value => text.match_indices(value).any(|(at, _)| {
            let joined =
                |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_word) && outer.is_some_and(is_word);
            let (before, behind) = (&text[..at], &text[at + value.len()..]);
            !joined(value.chars().next(), before.chars().next_back())
                && !joined(value.chars().next_back(), behind.chars().next())
        }),
    };
    values.iter().map(String::as_str).find(|value| stands(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_or_is_missed() {
        for (report, come, missed) in [
            ("The mean of an empty list raises ZeroDivisionError; it should be 0.", "ZeroDivisionError", ""),
            ("mean([]) should be 0 but raises ZeroDivisionError", "ZeroDivisionError", ""),
            ("mean([]) should return 0 instead of raising ZeroDivisionError", "ZeroDivisionError", ""),
            ("It should not raise a KeyError", "KeyError", ""),
            ("The mean of a cart without prices ends in a ZeroDivisionError", "ZeroDivisionError", ""),
            ("A list that is not sorted ends in a java.lang.IndexError.", "IndexError", ""),
            ("parse('') does not raise ValueError", "", "ValueError"),
            ("parse('') should raise a ValueError", "", "ValueError"),
            ("A ValueError is not raised for parse('')", "", "ValueError"),
            ("A ValueError should not be raised", "ValueError", ""),
            ("It raises TypeError instead of ValueError", "TypeError", "ValueError"),
            (
                "### Expected behavior\n\nA ValueError.\n\n### Actual behavior\n\nA TypeError.",
                "TypeError",
                "ValueError",
            ),
            ("Expected: ValueError\nGot: None", "", "ValueError"),
            ("Does not work: raises KeyError", "KeyError", ""),
            ("`take(9)` panics", "panic", ""),
            ("The total is wrong", "", ""),
            ("with self.assertRaises(ValueError): parse('')", "", "ValueError"),
        ] {
            let found = errors(report);
            let told = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" ");
            assert_eq!((told(&found.come).as_str(), told(&found.missed).as_str()), (come, missed), "{report}");
        }
    }

    #[test]
    fn a_value_is_found_as_a_word() {
        let stated = values("`slug('A b')` should be \"a-b\" and have 3 letters; empty texts stay");
        assert!(stated.contains("a-b") && stated.contains("3") && stated.contains(""), "{stated:?}");
        let of = |text: &str| values(text);
        assert_eq!(has_value("assertEqual(mean([]), 0)", &of("it ought to be zero")), Some("0"));
        assert_eq!(has_value("assertTrue(exists('x0'))", &of("it should be 0")), None);
        assert_eq!(has_value("assertEqual(f(), [])", &of("the result should be empty")), Some(""));
        assert!(values("The total ignores the discount").is_empty());
    }
}
