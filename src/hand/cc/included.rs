//! A header is judged where it stands: in the text of the unit that includes it, in the place of the `#include`.

use super::report::problems;
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use anyhow::Result;

/// What is compiled around a text.
pub struct Frame {
    /// Whose way of compiling it is.
    pub unit: RelPath,
    /// Where the files on the way to the text stand: quoted names are looked for there.
    pub folders: Vec<String>,
    before: String,
    after: String,
}

impl Frame {
    /// `None` for a header that the log does not show on the way from a unit of this repository.
    pub fn of(job: &Job, path: &RelPath) -> Result<Option<Self>> {
        let mut frame =
            Self { unit: path.clone(), folders: vec![folder(path)], before: String::new(), after: String::new() };
        if super::is_unit(path) {
            return Ok(Some(frame));
        }
        let way =
            problems(job.log).into_iter().find(|problem| job.workshop.resolve(&problem.path).as_ref() == Some(path));
        for (file, line) in way.map(|problem| problem.from).unwrap_or_default() {
            let Some(outer) = job.workshop.resolve(&file) else { return Ok(None) };
            let Some(text) = offer::editable(job, &outer)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                return Ok(None);
            };
            let at = usize::try_from(line).unwrap_or(0).saturating_sub(1);
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            if !lines.get(at).is_some_and(|line| line.trim_start().starts_with('#')) {
                return Ok(None);
            }
            frame.before = format!("#line 1 \"{outer}\"\n{}{}", lines[..at].concat(), frame.before);
            frame.after = format!("{}\n#line {} \"{outer}\"\n{}", frame.after, line + 1, lines[at + 1..].concat());
            frame.folders.push(folder(&outer));
            frame.unit = outer;
        }
        frame.folders.dedup();
        Ok(super::is_unit(&frame.unit).then_some(frame))
    }

    /// The text in its place; what is said of it counts its own lines.
    pub fn around(&self, text: &[u8], name: &str) -> Vec<u8> {
        if self.before.is_empty() {
            return text.to_vec();
        }
        // Nothing else includes what stands in the unit itself, and compilers warn of it there.
        let text = String::from_utf8_lossy(text).replacen("#pragma once", "            ", 1);
        format!("{}#line 1 \"{name}\"\n{text}{}", self.before, self.after).into_bytes()
    }
}

fn folder(path: &RelPath) -> String {
    path.as_str().rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_in_the_place_of_its_include() {
        let unit = RelPath::parse("src/a.c").unwrap();
        let frame = Frame {
            unit,
            folders: Vec::new(),
            before: "#line 1 \"src/a.c\"\nint a;\n".to_owned(),
            after: "\n#line 3 \"src/a.c\"\nint c;\n".to_owned(),
        };
        let whole = String::from_utf8(frame.around(b"#pragma once\nint b;\n", "<stdin>")).unwrap();
        let wanted =
            "#line 1 \"src/a.c\"\nint a;\n#line 1 \"<stdin>\"\n            \nint b;\n\n#line 3 \"src/a.c\"\nint c;\n";
        assert_eq!(whole, wanted);
        let alone = Frame { before: String::new(), ..frame };
        assert_eq!(alone.around(b"int b;\n", "<stdin>"), b"int b;\n");
    }
}
