//! All words of the repository's sources with their counts: a plain scan, no parsing, so that it
//! stays cheap on large trees. It tells which of two spellings the repository believes in.

use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::Language;
use anyhow::Result;
use std::collections::HashMap;

/// Bytes that are read at most; files near the failure come first.
const MOST_BYTES: usize = 24 << 20;
const MOST_FILE: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Index {
    /// identifier → (index into `files`, how often), in the order of the files
    names: HashMap<String, Vec<(usize, usize)>>,
    /// Parts of identifiers, split at case and underscore, lower-cased.
    parts: HashMap<String, usize>,
    pub files: Vec<RelPath>,
}

/// A name as short as this begins many others.
const MOST_COMMON: usize = 4;

impl Index {
    /// Reads the sources of the language's family, those that share a folder with `near` first, and
    /// the documentation.
    pub fn build(job: &Job, language: Language, near: &RelPath) -> Result<Self> {
        let of_family =
            |path: &&RelPath| Language::with_names(path).is_some_and(|l| l.same_family(language)) || is_prose(path);
        let mut files: Vec<RelPath> = job.workshop.files()?.iter().filter(of_family).cloned().collect();
        files.sort_by_key(|path| std::cmp::Reverse(shared_folders(path, near)));
        let (mut index, mut bytes) = (Self::default(), 0);
        for path in files {
            let text = job.workshop.read(&path)?.filter(|text| text.len() <= MOST_FILE).unwrap_or_default();
            bytes += text.len();
            if bytes > MOST_BYTES {
                break;
            }
            index.add(path, &String::from_utf8_lossy(&text));
        }
        index.count_parts();
        Ok(index)
    }

    pub fn add(&mut self, path: RelPath, text: &str) {
        let at = self.files.len();
        self.files.push(path);
        for word in super::meaning::words(text) {
            let Some(counts) = self.names.get_mut(word) else {
                self.names.insert(word.to_owned(), vec![(at, 1)]);
                continue;
            };
            match counts.last_mut() {
                Some((file, count)) if *file == at => *count += 1,
                _ => counts.push((at, 1)),
            }
        }
    }

    /// Once for each name, not for each of its uses: taking names apart is what takes time.
    pub fn count_parts(&mut self) {
        for (name, counts) in &self.names {
            let uses: usize = counts.iter().map(|(_, count)| count).sum();
            for part in parts(name) {
                *self.parts.entry(part).or_default() += uses;
            }
        }
    }

    pub fn count(&self, name: &str) -> usize {
        self.names.get(name).map_or(0, |counts| counts.iter().map(|(_, count)| count).sum())
    }

    /// Whether a word stands in anything but `name`.
    pub fn has_elsewhere(&self, part: &str, name: &str) -> bool {
        let own = self.count(name) * parts(name).filter(|own| own == part).count();
        self.parts.get(part).is_some_and(|all| *all > own)
    }

    /// Whether another name, or a file's name, has the words of `name` in a row.
    pub fn is_part_of_another(&self, name: &str) -> bool {
        let wanted: Vec<String> = parts(name).collect();
        let Some(first) = wanted.first() else { return false };
        let holds = |other: &str| {
            if !other.to_lowercase().contains(first.as_str()) {
                return false;
            }
            let own: Vec<String> = parts(other).collect();
            own.windows(wanted.len()).any(|row| row == wanted)
        };
        let mut stems = self.files.iter().filter_map(|path| path.file_name().split('.').next());
        self.names.keys().any(|other| other.len() > name.len() && holds(other)) || stems.any(holds)
    }

    /// Whether the documentation has the name, or a file that is no test is called like it.
    pub fn is_spoken_of(&self, name: &str) -> bool {
        let mut sources = self.files.iter().filter(|path| !super::place::is_test(path));
        sources.any(|path| path.file_name().split('.').next() == Some(name))
            || self.holders(name).any(|(path, _)| is_prose(path))
    }

    /// The files that hold a name, with how often.
    pub fn holders(&self, name: &str) -> impl Iterator<Item = (&RelPath, usize)> {
        let counts = self.names.get(name).into_iter().flatten();
        counts.filter_map(|(at, count)| Some((self.files.get(*at)?, *count)))
    }

    /// Names that are close to `name`, in no order.
    pub fn near(&self, name: &str) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str).filter(move |other| super::distance::is_near(name, other))
    }

    /// Names that say more than this one, and begin as it does: `asIntAll` for `asInt`.
    pub fn longer(&self, name: &str) -> impl Iterator<Item = &str> {
        let goes_on = move |rest: &str| rest.starts_with(|c: char| c == '_' || c.is_uppercase() || c.is_ascii_digit());
        let keys = self.names.keys().map(String::as_str).filter(move |_| name.len() >= MOST_COMMON);
        keys.filter(move |other| other.strip_prefix(name).is_some_and(goes_on))
    }

    /// How much more common the words of `a` are than those of `b`, where they differ: positive when
    /// `a` looks like the right spelling.
    pub fn trust(&self, a: &str, b: &str) -> f64 {
        let (in_a, in_b): (Vec<_>, Vec<_>) = (parts(a).collect(), parts(b).collect());
        let rarest = |own: &[String], other: &[String]| {
            let differing = own.iter().filter(|part| !other.contains(part));
            differing.map(|part| self.parts.get(part).copied().unwrap_or(0)).min()
        };
        let log = |count: Option<usize>| count.map_or(0.0, |n| f64::from(u32::try_from(n).unwrap_or(u32::MAX)).ln_1p());
        log(rarest(&in_a, &in_b)) - log(rarest(&in_b, &in_a))
    }
}

fn is_prose(path: &RelPath) -> bool {
    matches!(path.extension().as_str(), "md" | "rst" | "adoc")
}

fn shared_folders(a: &RelPath, b: &RelPath) -> usize {
    a.as_str().split('/').zip(b.as_str().split('/')).take_while(|(x, y)| x == y).count()
}

/// `parseHTMLNode_list` → parse, html, node, list.
pub(super) fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let after_lower = at > 0 && chars[at - 1].is_lowercase();
        let starts = c.is_uppercase() && (after_lower || (before_lower && !part.is_empty()));
        if starts || !c.is_alphanumeric() {
            parts.push(std::mem::take(&mut part));
        }
        if c.is_alphanumeric() {
            part.extend(c.to_lowercase());
        }
    }
    parts.push(part);
    parts.into_iter().filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        assert_eq!(parts("parseHTMLNode_list").collect::<Vec<_>>(), ["parse", "html", "node", "list"]);
        assert_eq!(parts("__init__").collect::<Vec<_>>(), ["init"]);
    }

    #[test]
    fn the_common_spelling_is_trusted() {
        let mut index = Index::default();
        index.add(RelPath::parse("a.py").unwrap(), "get_length set_length length get_lenght");
        index.count_parts();
        assert!(index.trust("get_length", "get_lenght") > 0.5);
        assert!(index.trust("get_lenght", "get_length") < -0.5);
        assert_eq!(index.count("get_lenght"), 1);
        assert!(index.near("get_lenght").any(|name| name == "get_length"));
        assert!(!index.near("get_lenght").any(|name| name == "length"));
    }
}
