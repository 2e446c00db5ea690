//! Whether a repair is about what an issue reports. A failing test may have nothing to do with the issue
//! that woke us; a pull request must not claim to close it then.

use crate::patch::Patch;
use crate::record::Diagnosis;
use std::collections::HashSet;

/// Words that stand in any issue and any code.
const COMMON: &[&str] = &[
    "assert",
    "because",
    "before",
    "broken",
    "build",
    "class",
    "code",
    "could",
    "error",
    "errors",
    "exception",
    "expected",
    "fail",
    "failed",
    "failing",
    "fails",
    "false",
    "file",
    "files",
    "from",
    "function",
    "have",
    "import",
    "index",
    "init",
    "issue",
    "lines",
    "main",
    "method",
    "module",
    "name",
    "names",
    "none",
    "null",
    "public",
    "result",
    "return",
    "returns",
    "self",
    "should",
    "static",
    "string",
    "test",
    "tests",
    "that",
    "this",
    "true",
    "unittest",
    "value",
    "void",
    "when",
    "with",
    "would",
];
/// Shorter words are in too many texts.
const SHORTEST: usize = 4;

/// Documents that people name without their ending.
const DOCUMENTS: &[&str] = &["readme", "changelog", "license", "contributing", "security"];

const TEXTS: &[&str] = &["md", "rst", "txt", "adoc"];

/// Whether the text shares a telling word with the changed lines, their files, the failing tests
/// or the quoted error, and its title (the first line) names no other file than those.
pub fn is_about(text: &str, diagnosis: &Diagnosis, patch: &Patch) -> bool {
    if is_of_other_files(text.trim_start().lines().next().unwrap_or_default(), diagnosis, patch) {
        return false;
    }
    let said: HashSet<String> = words(text).collect();
    let mut seen = String::new();
    // A folder is what half the project's issues name.
    let own = patch.files().iter().map(|file| file.path.as_str());
    let paths: Vec<&str> = own.chain(diagnosis.locations.iter().map(|place| place.path.as_str())).collect();
    let stem =
        |path: &str| path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or_default().to_lowercase();
    let stems: HashSet<String> = paths.iter().map(|path| stem(path)).collect();
    let is_folder = |word: &String| {
        let among = |path: &&str| {
            path.to_lowercase().rsplit_once('/').is_some_and(|(above, _)| above.split('/').any(|part| part == word))
        };
        !stems.contains(word) && paths.iter().any(among)
    };
    for path in patch.files().iter().map(|file| stem(file.path.as_str())) {
        seen.push_str(&path);
        seen.push('\n');
    }
    for (_, _, line) in patch.added_lines().into_iter().chain(patch.removed_lines()) {
        seen.push_str(&line);
        seen.push('\n');
    }
    seen.push_str(&diagnosis.failing.join("\n"));
    seen.push('\n');
    seen.push_str(diagnosis.first_error.as_deref().unwrap_or_default());
    words(&seen).any(|word| said.contains(&word) && !is_folder(&word))
}

/// The title names files, and neither the patch nor the failure has anything to do with one of them.
fn is_of_other_files(title: &str, diagnosis: &Diagnosis, patch: &Patch) -> bool {
    let places = diagnosis.locations.iter().map(|place| place.path.as_str());
    let touched: Vec<String> = patch
        .files()
        .iter()
        .map(|file| file.path.as_str())
        .chain(places)
        .chain(diagnosis.failing.iter().map(String::as_str))
        .map(str::to_lowercase)
        .collect();
    let endings: HashSet<&str> = touched.iter().filter_map(|path| path.rsplit_once('.')).map(|(_, end)| end).collect();
    let named: Vec<String> = title.split_whitespace().filter_map(|word| file_in(word, &endings)).collect();
    !named.is_empty() && !named.iter().any(|name| touched.iter().any(|path| path.contains(name)))
}

/// The name of a file that a word of a title is, in lower case and without folders. With other endings than a
/// document's or those of the files at hand it may as well be a call.
fn file_in(word: &str, endings: &HashSet<&str>) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let name = word.rsplit(['/', '\\']).next()?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if DOCUMENTS.contains(&stem) {
        return Some(stem.to_owned());
    }
    let is_file = !stem.is_empty() && (endings.contains(ending) || TEXTS.contains(&ending));
    is_file.then(|| name.to_owned())
}

/// Lower-case words, whole and split at underscores and case, without the common ones.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let whole = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    whole.flat_map(|word| std::iter::once(word.to_lowercase()).chain(parts(word))).filter(|word| {
        word.chars().count() >= SHORTEST
            && !word.chars().all(|c| c.is_ascii_digit())
            && !COMMON.contains(&word.as_str())
    })
}

fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower = false;
    for c in word.chars() {
        if c == '_' || (c.is_uppercase() && lower) {
            parts.push(String::new());
        }
        lower = c.is_lowercase();
        if c != '_'
            && let Some(part) = parts.last_mut()
        {
            part.extend(c.to_lowercase());
        }
    }
    if parts.len() == 1 { Vec::new() } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::diagnose::diagnose;
    use crate::ids::RelPath;
    use crate::patch::FilePatch;
    use crate::record::{FailureClass, LogReport};

    #[test]
    fn a_shared_telling_word_makes_the_link() {
        let report = LogReport {
            class: FailureClass::Test,
            failing: vec!["tests/test_cart.py::test_total".to_owned()],
            locations: Vec::new(),
            first_error: Some("NameError: name 'amuont' is not defined".to_owned()),
            tool: None,
        };
        let diagnosis = diagnose(report, Vec::new(), &[]);
        let patch = Patch::from_files([FilePatch {
            path: RelPath::parse("shop/cart.py").unwrap(),
            before: Some(b"return amuont\n".to_vec()),
            after: Some(b"return amount\n".to_vec()),
        }]);
        for text in ["The total is wrong", "cart breaks", "NameError when I pay", "checkoutTotal() fails"] {
            assert!(is_about(text, &diagnosis, &patch), "{text}");
        }
        for text in ["Spelling of total in the README file", "cart: the total in docs/guide.md is wrong"] {
            assert!(!is_about(text, &diagnosis, &patch), "{text}");
        }
        assert!(!is_about("Please add discounts to shop.prices", &diagnosis, &patch), "the folder alone");
        for text in ["cart.py: wrong total", "cart.sum is wrong", "tests/test_cart.py fails", "`shop/cart.py` breaks"] {
            assert!(is_about(text, &diagnosis, &patch), "{text}");
        }
        for text in ["Add dark mode", "the test fails with an error", "", "return value should be documented"] {
            assert!(!is_about(text, &diagnosis, &patch), "{text}");
        }
    }
}
