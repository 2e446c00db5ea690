//! What is said about the files that a killed run had left changed.

use crate::workspace::{AnyPath, Recovered};
use std::path::Path;

/// One line for each kind of recovery.
pub fn recovered(all: &[Recovered]) -> Vec<String> {
    let (mut back, mut kept, mut aside, mut repair) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut before, mut present) = (None, None);
    for one in all {
        match one {
            Recovered::PutBack(path) => back.push(path),
            Recovered::Stays(path) => repair.push(path),
            Recovered::Kept { path, old } => {
                kept.push(path);
                before = before.or_else(|| Some(folder(old.as_deref()?, path)));
            }
            Recovered::SavedAside { path, copy } => {
                aside.push(path);
                present = present.or_else(|| Some(folder(copy, path)));
            }
        }
    }
    [put_back(&back), left(&kept, before), saved(&aside, present), stays(&repair)].into_iter().flatten().collect()
}

fn put_back(paths: &[&AnyPath]) -> Option<String> {
    let files = crate::report::count(paths.len(), "file");
    let names = few(paths.iter().copied());
    (!paths.is_empty()).then(|| format!("put back {files} that a killed run had left changed: {names}"))
}

fn stays(paths: &[&AnyPath]) -> Option<String> {
    let names = few(paths.iter().copied());
    let text = format!("a killed run had proven a repair and left it in the tree, uncommitted: {names}");
    (!paths.is_empty()).then_some(text)
}

fn left(paths: &[&AnyPath], before: Option<&Path>) -> Option<String> {
    let (names, one) = (few(paths.iter().copied()), paths.len() == 1);
    let (they, were) = if one { ("it", "is: it was") } else { ("they", "are: they were") };
    let old =
        before.map_or_else(String::new, |dir| format!("; what {they} held before that run is in {}", dir.display()));
    (!paths.is_empty()).then(|| format!("left {names} as {they} {were} changed after the run was killed{old}"))
}

fn saved(paths: &[&AnyPath], present: Option<&Path>) -> Option<String> {
    let names = few(paths.iter().copied());
    let text = |dir: &Path| {
        format!(
            "put back what a killed run's command may have changed; the previous bytes of {names} are in {}",
            dir.display()
        )
    };
    present.map(text)
}

/// The folder that mirrors the tree.
fn folder<'a>(copy: &'a Path, path: &AnyPath) -> &'a Path {
    copy.ancestors().nth(path.depth()).unwrap_or(copy)
}

/// The first few paths, and how many more.
pub fn few<'a>(paths: impl ExactSizeIterator<Item = &'a AnyPath>) -> String {
    const SHOWN: usize = 5;
    let more = paths.len().saturating_sub(SHOWN);
    let names: Vec<_> = paths.take(SHOWN).map(AnyPath::to_string).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told() {
        let rel = |path: &str| AnyPath::parse(path.as_bytes()).unwrap();
        let mut all: Vec<_> = (1..=7).map(|i| Recovered::PutBack(rel(&format!("{i}.py")))).collect();
        all.push(Recovered::Kept { path: rel("a.py"), old: None });
        let one = recovered(&all[7..]);
        all.push(Recovered::Kept { path: rel("d/b.py"), old: Some("/s/kept/1.before/d/b.py".into()) });
        all.push(Recovered::SavedAside { path: rel("d/m.py"), copy: "/s/kept/1/d/m.py".into() });
        all.push(Recovered::Stays(rel("e.py")));
        let expected = [
            "put back 7 files that a killed run had left changed: 1.py, 2.py, 3.py, 4.py, 5.py and 2 more",
            "left a.py, d/b.py as they are: they were changed after the run was killed; \
             what they held before that run is in /s/kept/1.before",
            "put back what a killed run's command may have changed; the previous bytes of d/m.py are in /s/kept/1",
            "a killed run had proven a repair and left it in the tree, uncommitted: e.py",
        ];
        assert_eq!(recovered(&all), expected);
        assert_eq!(one, ["left a.py as it is: it was changed after the run was killed"]);
        assert!(recovered(&[]).is_empty());
    }
}
