//! Rust: a value that is moved away in part and used once more: what is moved is cloned. For whole values the compiler
//! says so itself.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;

static SOURCE: Said = Said::new(&[r"^ *(?P<line>[0-9]+) \| (?P<text>.*)$"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| it.message.contains("of partially moved value")) {
        let (Some(place), Some((line, column))) = (complaint.places.first(), moved(&complaint.detail)) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(at) = syntax.offset(line, column) else { continue };
        let why = format!("cloned what line {line} of {} moves", place.path);
        let edit = Edit { path: place.path.clone(), range: at..at, text: ".clone()".to_owned() };
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// The line, and the column behind what is underlined as moved.
fn moved(detail: &str) -> Option<(u32, u32)> {
    let mut line = None;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for text in detail.lines() {
        if let Some(said) = SOURCE.captures(text) {
            line = Some((said["line"].parse().ok()?, text.len() - said["text"].len()));
            runs.clear();
            continue;
        }
        let Some((number, start)) = line else { continue };
        let mut at = 0;
        for run in text.split_inclusive(|c| c != '-').filter(|run| run.starts_with('-')) {
            at = run.as_ptr() as usize - text.as_ptr() as usize;
            runs.push((at, at + run.trim_end_matches(|c| c != '-').len()));
        }
        if let Some(label) = text.find("value partially moved here") {
            // Below a mark of its own, or behind it.
            let own = runs
                .iter()
                .find(|(from, to)| *from == label || *to + 1 == label)
                .or_else(|| runs.iter().find(|(from, _)| *from == at));
            let (_, end) = own?;
            return Some((number, u32::try_from(end.checked_sub(start)? + 1).ok()?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_moved_is_cloned() {
        check(&[Example {
            files: &[("src/lib.rs", "fn f(m: &mut M, item: Item) {\n    m.insert(item.sku, item);\n}\n")],
            log: "error[E0382]: use of partially moved value: `item`\n --> src/lib.rs:2:24\n  |\n2 |     m.insert(item.sku, item);\n  |              --------  ^^^^ value used here after partial move\n  |              |\n  |              value partially moved here\n  |\n  = note: partial move occurs because `item.sku` has type `String`\n",
            fixed: "fn f(m: &mut M, item: Item) {\n    m.insert(item.sku.clone(), item);\n}\n",
        }]);
    }
}
