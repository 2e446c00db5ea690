//! Java: `List<int>`: between these brackets stands a class, so the primitive's class is meant.

use super::Scene;
use crate::hand::offer;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;

const BOXES: &[(&str, &str)] = &[
    ("int", "Integer"),
    ("long", "Long"),
    ("double", "Double"),
    ("float", "Float"),
    ("char", "Character"),
    ("boolean", "Boolean"),
    ("byte", "Byte"),
    ("short", "Short"),
];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut edits = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| it.message.contains("unexpected type")) {
        let Some(place) = complaint.places.first().filter(|place| place.path.extension() == "java") else { continue };
        let Some(bytes) = offer::editable(scene.job, &place.path)? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let number = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
        let Some(line) = text.split('\n').nth(number) else { continue };
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        for (plain, class) in BOXES {
            for (at, _) in line.match_indices(plain) {
                let (before, after) = (line[..at].trim_end(), line[at + plain.len()..].trim_start());
                if before.ends_with(['<', ',']) && after.starts_with(['>', ',']) && line[..at].contains('<') {
                    let range = start + at..start + at + plain.len();
                    edits.push(Edit { path: place.path.clone(), range, text: (*class).to_owned() });
                }
            }
        }
    }
    edits.sort_by(|a, b| (&a.path, a.range.start).cmp(&(&b.path, b.range.start)));
    edits.dedup();
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let why = "wrote the class of a primitive type between `<` and `>`".to_owned();
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_class_stands_between_the_brackets() {
        check(&[Example {
            files: &[("A.java", "class A {\n  java.util.Map<int, String> m;\n}\n")],
            log: "A.java:2: error: unexpected type\n  java.util.Map<int, String> m;\n                ^\n  required: reference\n  found:    int\n1 error\n",
            fixed: "class A {\n  java.util.Map<Integer, String> m;\n}\n",
        }]);
    }
}
