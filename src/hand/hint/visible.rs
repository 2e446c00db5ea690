//! What is there and may not be seen from where it is used: it is made public, or it is put into the list of what a
//! CommonJS module gives.

use super::complaint::Complaint;
use super::meaning::{self, Sort};
use super::said::Said;
use super::{Scene, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Role, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

static HIDDEN: Said = Said::new(&[
    r"(?:function|method|struct|enum|trait|constant|static|module|type alias|associated function|field|macro) `(\w+)`(?: of \w+ `\w+`)? is private",
    r"(\w+)(?:\([^)]*\))? has private access in",
    r"(\w+)(?:\([^)]*\))? is not public in [\w.]+; cannot be accessed",
    r"(\w+)\([^)]*\) in \w+ cannot (?:implement|override) ",
]);
/// What nothing in its crate uses and another file does was meant to be seen from there.
static UNUSED: Said = Said::new(&[
    r"^(?:function|struct|enum|constant|static|trait|type alias|associated function|method) `(\w+)` is never (?:used|constructed)",
]);
/// ESLint's words for the same.
static IDLE: Said = Said::new(&[r"^'(\w+)' is defined but never used"]);
const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut made, mut edits, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(language) = Language::with_names(&place.path) else { continue };
        let hidden = HIDDEN.captures(&complaint.message);
        let unused = UNUSED.captures(&complaint.message).filter(|_| language == Language::Rust);
        let hidden = hidden.or(match unused {
            Some(found) if is_wanted(scene, &place.path, &found[1])? => Some(found),
            _ => None,
        });
        if let Some(name) = constructor(complaint).filter(|_| language == Language::Java)
            && names.insert(name.clone())
        {
            edits.extend(opened(scene, &place.path, &name)?);
            continue;
        }
        if let Some(name) = hidden.map(|found| found[1].to_owned()) {
            if matches!(language, Language::Rust | Language::Java) && names.insert(name.clone()) {
                edits.extend(shown(scene, language, &place.path, &name, &complaint.detail)?);
            }
        } else if language == Language::Go
            && let Some(unknown) = meaning::unknown(complaint)
            && names.insert(unknown.name.clone())
        {
            made.extend(capital(scene, &place.path, &unknown.name)?);
        } else if let Some(found) = IDLE.captures(&complaint.message).filter(|_| language.is_script())
            && is_required(scene, language, &place.path, &found[1])?
            && names.insert(found[1].to_owned())
        {
            made.extend(given(scene, &place.path, &found[1])?);
        } else if let Some(unknown) = meaning::unknown(complaint).filter(|_| language.is_script())
            && matches!(unknown.sort, Sort::Member | Sort::Import)
            && names.insert(unknown.name.clone())
        {
            made.extend(given(scene, &place.path, &unknown.name)?);
        }
    }
    let told: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    made.extend(scene.candidate(
        edits,
        format!("made {} public, as it is used", told.join(", ")),
        Confidence::Suggested,
    )?);
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// Whether another script takes the name from the file.
fn is_required(scene: &Scene, language: Language, own: &RelPath, name: &str) -> Result<bool> {
    let stem = own.file_name().split('.').next().unwrap_or_default();
    for (path, _) in scene.index(language, own)?.holders(name).filter(|(path, _)| *path != own).take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let takes =
            |line: &str| !crate::hand::recent::occurrences(line, name).is_empty() && line.contains(&format!("/{stem}"));
        if text.lines().any(takes) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a test or another crate takes the name from the module.
fn is_wanted(scene: &Scene, own: &RelPath, name: &str) -> Result<bool> {
    let module = own.file_name().trim_end_matches(".rs");
    let crate_of = |path: &RelPath| path.as_str().split("src/").next().unwrap_or_default().to_owned();
    let others = scene.index(Language::Rust, own)?.holders(name).filter(|(path, _)| crate_of(path) != crate_of(own));
    for (path, _) in others.take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        if text.contains(&format!("{module}::{name}")) || module == "lib" && text.contains(&format!("::{name}")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A constructor that is there and fits, but for who may see it: javac tells that below.
fn constructor(complaint: &Complaint) -> Option<String> {
    complaint.message.starts_with("no suitable constructor").then_some(())?;
    let (before, _) = complaint.detail.split_once(" has private access in ")?;
    let (name, _) = before.rsplit('\n').next()?.trim().trim_start_matches('(').split_once('(')?;
    Some(name.to_owned())
}

fn opened(scene: &Scene, near: &RelPath, name: &str) -> Result<Option<Edit>> {
    let hidden = format!("private {name}(");
    let holders: Vec<RelPath> =
        scene.index(Language::Java, near)?.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    for path in holders {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        let mut found = text.match_indices(&hidden).map(|(at, _)| at);
        // Of several nobody says which.
        if let (Some(at), None) = (found.next(), found.next()) {
            return Ok(Some(Edit { path, range: at..at + "private".len(), text: "public".to_owned() }));
        }
    }
    Ok(None)
}

/// The definition's line gets the word by which its like are public.
fn shown(scene: &Scene, language: Language, near: &RelPath, name: &str, detail: &str) -> Result<Option<Edit>> {
    let mut holders: Vec<RelPath> =
        scene.index(language, near)?.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    // Where several define it, rustc's note says which one is meant.
    let (_, noted) = detail.split_once("is defined here").unwrap_or_default();
    holders.sort_by_key(|path| !noted.contains(path.as_str()));
    for path in holders {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let defined = syntax.names().iter().filter(|own| own.defined && syntax.text(&own.range) == name);
        let found = defined.into_iter().find_map(|own| public(&syntax, language, &own.range));
        if let Some((range, text)) = found {
            return Ok(Some(Edit { path, range, text }));
        }
    }
    Ok(None)
}

/// Go: what is defined with a small letter and used with a capital one gets it wherever its package speaks of it.
fn capital(scene: &Scene, near: &RelPath, wanted: &str) -> Result<Option<Candidate>> {
    let Some(first) = wanted.chars().next().filter(|first| first.is_uppercase()) else { return Ok(None) };
    let small = format!("{}{}", first.to_lowercase(), &wanted[first.len_utf8()..]);
    let index = scene.index(Language::Go, near)?;
    let holders: Vec<RelPath> = index.holders(&small).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    let at_top = |syntax: &Syntax, own: &crate::syntax::Name| {
        own.defined && syntax.text(&own.range) == small && syntax.text(&(0..own.range.start)).ends_with(['\n', ' '])
    };
    for path in holders.iter().filter(|path| !place::is_test(path)) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        let declares = |own: &crate::syntax::Name| {
            let line = syntax
                .line(syntax.line_of(own.range.start))
                .map(|line| syntax.text(&line).to_owned())
                .unwrap_or_default();
            ["func ", "type ", "var ", "const "].iter().any(|word| line.starts_with(word))
        };
        if !syntax.names().iter().any(|own| at_top(&syntax, own) && declares(own)) {
            continue;
        }
        let folder =
            |path: &RelPath| path.as_str().rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let mut edits = Vec::new();
        for other in holders.iter().filter(|other| folder(other) == folder(path)) {
            let Some(syntax) = scene.syntax(other)? else { continue };
            let uses = syntax.names().iter().filter(|own| syntax.text(&own.range) == small && own.role != Role::Member);
            edits.extend(uses.map(|own| Edit {
                path: other.clone(),
                range: own.range.clone(),
                text: wanted.to_owned(),
            }));
        }
        let why = format!("made `{small}` public as `{wanted}`, as it is used");
        return scene.candidate(edits, why, Confidence::Suggested);
    }
    Ok(None)
}

fn public(syntax: &Syntax, language: Language, name: &Range<usize>) -> Option<(Range<usize>, String)> {
    let line = syntax.line(syntax.line_of(name.start))?;
    let text = syntax.text(&line);
    let indent = text.len() - text.trim_start().len();
    let start = line.start + indent;
    let first = text.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    match language {
        Language::Rust => {
            let declares =
                ["fn", "struct", "enum", "trait", "const", "static", "mod", "type", "async", "unsafe", "use"];
            let is_field = syntax.names().iter().any(|own| own.range == *name && own.role == Role::Member)
                && text.trim_start().starts_with(first)
                && text[..text.len().min(name.end - line.start + 1)].ends_with(':');
            (declares.contains(&first) || is_field).then(|| (start..start, "pub ".to_owned()))
        }
        _ if ["private", "protected"].contains(&first) => Some((start..start + first.len(), "public".to_owned())),
        _ if first == "public" => None,
        _ => Some((start..start, "public ".to_owned())),
    }
}

/// `module.exports = { … }` of the file that defines the name at its top level.
fn given(scene: &Scene, near: &RelPath, name: &str) -> Result<Option<Candidate>> {
    let language = Language::with_names(near).unwrap_or(Language::JavaScript);
    let holders: Vec<RelPath> =
        scene.index(language, near)?.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    for path in holders.iter().filter(|path| !place::is_test(path)) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        let at_top = |own: &&crate::syntax::Name| {
            own.defined && own.function.is_none() && own.role != Role::Member && syntax.text(&own.range) == name
        };
        if !syntax.names().iter().any(|own| at_top(&own)) {
            continue;
        }
        let text = syntax.text(&(0..syntax.bytes().len()));
        let Some((at, new)) = listed(text, name) else { continue };
        let edit = Edit { path: path.clone(), range: at..at, text: new };
        let why = format!("exported `{name}` from {}", path.as_str());
        return scene.candidate(vec![edit], why, Confidence::Suggested);
    }
    Ok(None)
}

/// Behind the last entry, as the list is written.
fn listed(text: &str, name: &str) -> Option<(usize, String)> {
    let start = match text.find("module.exports = {") {
        Some(at) => at + "module.exports = {".len(),
        // The list has a name of its own.
        None => {
            let rest = &text[text.find("module.exports = ")? + "module.exports = ".len()..];
            let list = format!("const {} = {{", meaning::words(rest).next().filter(|word| rest.starts_with(word))?);
            text.find(&list)? + list.len()
        }
    };
    let end = start + text[start..].find('}')?;
    let inside = &text[start..end];
    if meaning::words(inside).any(|word| word == name) || inside.contains(['{', '(']) {
        return None;
    }
    let last = start + inside.trim_end().len();
    let comma = if inside.trim_end().ends_with(',') { "" } else { "," };
    if !inside.contains('\n') {
        return Some((last, format!("{comma} {name}")));
    }
    let line = inside.trim_end().lines().last()?;
    let indent = &line[..line.len() - line.trim_start().len()];
    let trailing = if comma.is_empty() { "," } else { "" };
    Some((last, format!("{comma}\n{indent}{name}{trailing}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_joins_the_list_as_it_is_written() {
        for (text, made) in [
            ("module.exports = { a, b }", "module.exports = { a, b, x }"),
            ("module.exports = {\n  a,\n  b,\n};\n", "module.exports = {\n  a,\n  b,\n  x,\n};\n"),
            ("const all = { a }\nmodule.exports = all\n", "const all = { a, x }\nmodule.exports = all\n"),
            ("module.exports = {\n  a,\n  b\n}\n", "module.exports = {\n  a,\n  b,\n  x\n}\n"),
        ] {
            let (at, new) = listed(text, "x").unwrap();
            assert_eq!(format!("{}{new}{}", &text[..at], &text[at..]), made);
        }
        assert!(listed("module.exports = { x }", "x").is_none());
    }

    #[test]
    fn a_definition_is_made_public() {
        for (language, text, made) in [
            (Language::Rust, "impl A {\n    fn b() {}\n}\n", "impl A {\n    pub fn b() {}\n}\n"),
            (
                Language::Java,
                "class A {\n  private int b() { return 1; }\n}\n",
                "class A {\n  public int b() { return 1; }\n}\n",
            ),
            (
                Language::Java,
                "class A {\n  int b() { return 1; }\n}\n",
                "class A {\n  public int b() { return 1; }\n}\n",
            ),
        ] {
            let syntax = Syntax::parse(language, text.as_bytes()).unwrap();
            let own = syntax.names().iter().find(|own| syntax.text(&own.range) == "b").unwrap();
            let (range, new) = public(&syntax, language, &own.range).unwrap();
            assert_eq!(format!("{}{new}{}", &text[..range.start], &text[range.end..]), made);
        }
    }
}

#[cfg(test)]
mod shown_tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_only_others_use_is_shown_to_them() {
        check(&[
            Example {
                files: &[
                    ("src/report.rs", "fn summary() -> u8 {\n    1\n}\n"),
                    ("tests/all.rs", "use a::report;\n#[test]\nfn t() {\n    report::summary();\n}\n"),
                ],
                log: "error: function `summary` is never used\n --> src/report.rs:1:4\n  |\n1 | fn summary() -> u8 {\n  |    ^^^^^^^\n",
                fixed: "pub fn summary() -> u8 {\n    1\n}\n",
            },
            Example {
                files: &[
                    ("lib/parse.js", "function line() {}\nfunction mark() {}\nmodule.exports = { line };\n"),
                    ("lib/index.js", "const { line, mark } = require(\"./parse\");\nline(mark());\n"),
                ],
                log: "\n/repo/lib/parse.js\n  2:10  error  'mark' is defined but never used  no-unused-vars\n",
                fixed: "function line() {}\nfunction mark() {}\nmodule.exports = { line, mark };\n",
            },
        ]);
    }
}
