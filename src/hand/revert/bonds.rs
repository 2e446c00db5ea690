//! Which pieces of a change cannot stay, or cannot go, without others: what brings a name in stays as long as
//! something that came with it uses it.

use super::pieces::{File, Part, lines};
use crate::hand::recent::is_word;
use crate::syntax::{Language, Role, Syntax};
use regex::Regex;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// A name that one side of a file brings into being.
struct Defined {
    name: String,
    line: usize,
    /// Only the file itself sees it.
    local: bool,
}

/// One side of a file.
struct Side {
    names: Vec<Defined>,
    /// The words of each line.
    words: Vec<HashSet<String>>,
}

/// For each piece those that have to be taken back with it.
pub(super) fn of(files: &[File], pieces: &[Vec<Part>]) -> Vec<BTreeSet<usize>> {
    let old: Vec<Side> = files.iter().map(|file| side(file, file.old.as_deref())).collect();
    let now: Vec<Side> = files.iter().map(|file| side(file, file.now.as_deref())).collect();
    let mut bonds = vec![BTreeSet::new(); pieces.len()];
    // A definition that came goes only with its uses; a use that comes back needs its definition.
    for (definer, user) in pairs(files, pieces, &now, &old, &|file, hunk| span(file, hunk, false)) {
        bonds[definer].insert(user);
    }
    for (definer, user) in pairs(files, pieces, &old, &now, &|file, hunk| span(file, hunk, true)) {
        bonds[user].insert(definer);
    }
    bonds
}

/// The lines of a hunk on one side; all of them for a whole file.
fn span(file: &File, hunk: usize, old: bool) -> Range<usize> {
    let hunk = &file.hunks[hunk];
    let lines = if old { hunk.old.clone() } else { hunk.now.clone() };
    if hunk.old.is_empty() && hunk.now.is_empty() { 0..usize::MAX } else { lines }
}

/// (who defines, who uses) for every name that `this` side has and the `other` has not.
fn pairs(
    files: &[File],
    pieces: &[Vec<Part>],
    this: &[Side],
    other: &[Side],
    span: &dyn Fn(&File, usize) -> Range<usize>,
) -> Vec<(usize, usize)> {
    let elsewhere: HashSet<&str> = other.iter().flat_map(|side| &side.names).map(|def| def.name.as_str()).collect();
    let mut found = Vec::new();
    for (definer, piece) in pieces.iter().enumerate() {
        for (at, hunk) in piece {
            let (lines, known) = (span(&files[*at], *hunk), &other[*at].names);
            let fresh = this[*at].names.iter().filter(|def| lines.contains(&def.line));
            let fresh = fresh.filter(|def| match def.local {
                true => known.iter().all(|old| old.name != def.name),
                false => !elsewhere.contains(def.name.as_str()),
            });
            for def in fresh {
                let uses = |(file, hunk): &Part| {
                    let sees = !def.local || file == at;
                    let words = &this[*file].words;
                    let lines = span(&files[*file], *hunk);
                    let lines = lines.start.min(words.len())..lines.end.min(words.len());
                    sees && words[lines].iter().any(|line| line.contains(&def.name))
                };
                let users = pieces.iter().enumerate().filter(|(user, _)| *user != definer);
                found.extend(users.filter(|(_, piece)| piece.iter().any(uses)).map(|(user, _)| (definer, user)));
            }
        }
    }
    found
}

fn side(file: &File, text: Option<&[u8]>) -> Side {
    let Some(text) = text else { return Side { names: Vec::new(), words: Vec::new() } };
    let words = lines(text).iter().map(|line| words(&String::from_utf8_lossy(line))).collect();
    let parsed = Language::with_names(&file.path).and_then(|language| Syntax::parse(language, text));
    let mut names = match parsed {
        Some(syntax) => parsed_names(&syntax),
        None => written_names(&String::from_utf8_lossy(text)),
    };
    // A file is what others import it by.
    if file.old.is_none() || file.now.is_none() {
        let stem = file.path.file_name().split('.').next().unwrap_or_default().to_owned();
        names.push(Defined { name: stem, line: 0, local: false });
    }
    Side { names, words }
}

fn parsed_names(syntax: &Syntax) -> Vec<Defined> {
    let imports = syntax.imports();
    let own = syntax.names().iter().filter(|name| name.defined).map(|name| Defined {
        name: syntax.text(&name.range).to_owned(),
        line: usize::try_from(syntax.line_of(name.range.start)).unwrap_or(usize::MAX).saturating_sub(1),
        local: (name.function.is_some() && name.role != Role::Member)
            || imports.iter().any(|import| import.binding == name.range),
    });
    own.collect()
}

/// Where no grammar is at hand: a word behind a word that declares, or one that looks like a C function's.
static DECLARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let keyed = r"(?:\b(?:func|fn|def|class|struct|enum|union|interface|record|trait|type|function|module)|#define)\s+(?:\([^)]*\)\s*)?(\w+)";
    let bound = r"^\s*(?:export\s+|pub\s+|public\s+|private\s+)*(?:const|let|var|val)\s+(\w+)\s*[:=\w]";
    let typed = r"^[ \t]*(?:[\w<>\[\],:]+[*&]*[ \t]+[*&]*)+(\w+)[ \t]*[(=;]";
    Regex::new(&format!("{keyed}|{bound}|{typed}")).ok()
});

fn written_names(text: &str) -> Vec<Defined> {
    let Some(declared) = DECLARED.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for (line, body) in text.lines().enumerate() {
        if body.trim_start().starts_with("return") {
            continue;
        }
        let names = declared.captures_iter(body).filter_map(|c| c.iter().skip(1).flatten().next());
        found.extend(names.map(|name| Defined {
            name: name.as_str().to_owned(),
            line,
            local: body.starts_with([' ', '\t']),
        }));
    }
    found
}

fn words(line: &str) -> HashSet<String> {
    line.split(|c| !is_word(c)).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_seen_without_a_grammar() {
        assert!(DECLARED.is_some());
        let names = |text: &str| written_names(text).into_iter().map(|d| d.name).collect::<Vec<_>>();
        assert_eq!(names("func (s *S) Push(x int) error {"), ["Push"]);
        assert_eq!(names("static int count_all(const char *s)"), ["count_all"].map(str::to_owned));
        assert_eq!(names("    return total;"), Vec::<String>::new());
        assert_eq!(names("public class Stack {"), ["Stack"]);
        assert_eq!(names("export const LIMIT = 3"), ["LIMIT"]);
        assert_eq!(names("#define LIMIT 3"), ["LIMIT"]);
    }
}
