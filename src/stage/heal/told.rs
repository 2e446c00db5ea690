//! What is said about the files that a killed run had left changed.

use crate::ids::RelPath;
use crate::workspace::Recovered;
use std::path::Path;

/// One line for each kind of recovery, one for each file that the user may want to look at.
pub fn recovered(all: &[Recovered]) -> Vec<String> {
    let back: Vec<_> =
        all.iter().filter_map(|r| if let Recovered::PutBack(path) = r { Some(path) } else { None }).collect();
    let first = (!back.is_empty()).then(|| {
        let files = crate::report::count(back.len(), "file");
        format!("put back {files} that a killed run had left changed: {}", few(back.iter().copied()))
    });
    first.into_iter().chain(all.iter().filter_map(about)).collect()
}

fn about(recovered: &Recovered) -> Option<String> {
    match recovered {
        Recovered::PutBack(_) => None,
        Recovered::Kept { path, old } => {
            let before = old.as_deref().map_or_else(String::new, |copy| {
                format!("; what it was before that run is in {}", folder(copy, path).display())
            });
            Some(format!("left {path} as it is: it was changed after the run was killed{before}"))
        }
        Recovered::SavedAside { path, copy } => {
            let folder = folder(copy, path);
            Some(format!("put back {path}; the previous bytes of {path} are in {}", folder.display()))
        }
    }
}

/// The folder that mirrors the tree.
fn folder<'a>(copy: &'a Path, path: &RelPath) -> &'a Path {
    copy.ancestors().nth(path.as_str().split('/').count()).unwrap_or(copy)
}

/// The first few paths, and how many more.
pub fn few<'a>(paths: impl ExactSizeIterator<Item = &'a RelPath>) -> String {
    const SHOWN: usize = 5;
    let more = paths.len().saturating_sub(SHOWN);
    let names: Vec<_> = paths.take(SHOWN).map(RelPath::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told() {
        let rel = |path: &str| RelPath::parse(path).unwrap();
        let mut all: Vec<_> = (1..=7).map(|i| Recovered::PutBack(rel(&format!("{i}.py")))).collect();
        all.push(Recovered::Kept { path: rel("a.py"), old: None });
        all.push(Recovered::Kept { path: rel("d/b.py"), old: Some("/s/kept/1.before/d/b.py".into()) });
        all.push(Recovered::SavedAside { path: rel("d/m.py"), copy: "/s/kept/1/d/m.py".into() });
        let expected = [
            "put back 7 files that a killed run had left changed: 1.py, 2.py, 3.py, 4.py, 5.py and 2 more",
            "left a.py as it is: it was changed after the run was killed",
            "left d/b.py as it is: it was changed after the run was killed; \
             what it was before that run is in /s/kept/1.before",
            "put back d/m.py; the previous bytes of d/m.py are in /s/kept/1",
        ];
        assert_eq!(recovered(&all), expected);
        assert!(recovered(&[]).is_empty());
    }
}
