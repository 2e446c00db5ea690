//! JSON that was written without line ends, laid out as people write it: checks read lines, and a manifest on
//! one line must not hide what it says.

use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use std::collections::BTreeSet;

/// A patch for the checks that read lines, and the files in it whose lines are not those of the tree.
pub struct Unfolded {
    pub patch: Patch,
    pub files: BTreeSet<RelPath>,
}

/// `None` where nothing has to be laid out, as in nearly every patch.
pub fn unfold(patch: &Patch) -> Option<Unfolded> {
    let mut files = BTreeSet::new();
    let laid_out: Vec<FilePatch> = patch
        .files()
        .iter()
        .map(|file| {
            let unfolded = unfold_file(file);
            files.extend(unfolded.as_ref().map(|file| file.path.clone()));
            unfolded.unwrap_or_else(|| file.clone())
        })
        .collect();
    (!files.is_empty()).then(|| Unfolded { patch: Patch::from_files(laid_out), files })
}

/// Both sides, so that they can be compared.
fn unfold_file(file: &FilePatch) -> Option<FilePatch> {
    if file.path.extension() != "json" {
        return None;
    }
    let (before, after) = (file.before.as_deref().map(pretty), file.after.as_deref().map(pretty));
    let folded = [(&file.before, &before), (&file.after, &after)].into_iter().any(|(own, laid_out)| {
        let lines = |text: &[u8]| text.split(|b| *b == b'\n').count();
        matches!((own, laid_out), (Some(own), Some(Some(pretty))) if lines(own) * 2 <= lines(pretty))
    });
    // A side that is no JSON stays as it is, and so does the other one then.
    let whole = |side: Option<Option<Vec<u8>>>| side.map_or(Some(None), |text| text.map(Some));
    let (before, after) = (whole(before)?, whole(after)?);
    folded.then(|| FilePatch { path: file.path.clone(), before, after })
}

fn pretty(text: &[u8]) -> Option<Vec<u8>> {
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    serde_json::to_vec_pretty(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_lines_is_laid_out() {
        let side = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
        for (path, before, after, laid_out) in [
            ("package.json", "{\n  \"a\": 1\n}", "{\"a\": {\"b\": 1, \"c\": 2}}", true),
            ("package.json", "", "{\"a\": {\"b\": 1, \"c\": 2}}", true),
            ("package.json", "{\n  \"a\": 1\n}", "{\n  \"a\": [2]\n}", false),
            ("package.json", "{", "{\"a\": {\"b\": 1, \"c\": 2}}", false),
            ("a.js", "", "{\"a\": {\"b\": 1, \"c\": 2}}", false),
        ] {
            let file = FilePatch { path: RelPath::parse(path).unwrap(), before: side(before), after: side(after) };
            let unfolded = unfold(&Patch::from_files([file]));
            assert_eq!(unfolded.is_some(), laid_out, "{path} {before} {after}");
            if let Some(unfolded) = unfolded {
                let after = unfolded.patch.files()[0].after.clone().unwrap();
                assert!(after.split(|b| *b == b'\n').count() > 4, "{after:?}");
            }
        }
    }
}
