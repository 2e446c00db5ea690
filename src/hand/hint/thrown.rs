//! Java: a checked exception that a method throws and does not say: its header says it, as others of the class do.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;

static UNREPORTED: Said = Said::new(&[r"unreported exception ([\w.]+); must be caught or declared to be thrown"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for complaint in &scene.complaints {
        let (Some(found), Some(place)) = (UNREPORTED.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Java) else { continue };
        let name = found[1].rsplit('.').next().unwrap_or_default().to_owned();
        let Some((at, text)) = header(&syntax, place.line, &name) else { continue };
        let edit = Edit { path: place.path.clone(), range: at..at, text };
        if !edits.contains(&edit) {
            edits.push(edit);
        }
        names.push(name);
    }
    names.dedup();
    let why = format!("declared that {} is thrown", names.join(", "));
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}

/// What goes where in the header of the method around a line: `throws X` before its body, or one more of a list.
fn header(syntax: &Syntax, line: u32, name: &str) -> Option<(usize, String)> {
    let at = syntax.line(line)?.start;
    let around = syntax.names().iter().filter_map(|name| name.function.clone());
    let method = around.filter(|it| it.start <= at + 1 && at < it.end).max_by_key(|it| it.start)?;
    let text = syntax.text(&method);
    let open = text.find('{')?;
    let head = text[..open].trim_end();
    let said = head.rfind(" throws ").filter(|at| !head[*at..].contains(')'));
    let new = if said.is_some() { format!(", {name}") } else { format!(" throws {name}") };
    Some((method.start + head.len(), new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_is_thrown() {
        let text = "class A {\n  void f(int a) {\n    g();\n  }\n  void g() throws B {\n    h(1);\n  }\n}\n";
        let syntax = Syntax::parse(Language::Java, text.as_bytes()).unwrap();
        for (line, head) in [(3, "  void f(int a) throws IOException {"), (6, "  void g() throws B, IOException {")] {
            let (at, new) = header(&syntax, line, "IOException").unwrap();
            let made = format!("{}{new}{}", &text[..at], &text[at..]);
            assert!(made.contains(head), "{made}");
        }
    }
}
