//! Java: a checked exception that a method throws and does not say: its header says it, as others of the class do.

use super::said::Said;
use super::{Scene, missing, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeMap;

static UNREPORTED: Said = Said::new(&[r"unreported exception ([\w.]+); must be caught or declared to be thrown"]);

/// Who catches it is told that nobody says so; he who throws is found by what he does.
static NEVER: Said = Said::new(&[r"exception ([\w.]+) is never thrown in body of corresponding try statement"]);
const MOST_FILES: usize = 20;

/// A method's header by the byte that its addition goes to: the file, whether it says anything yet, and what it lacks.
type Headers = BTreeMap<(RelPath, usize), (bool, Vec<String>)>;

/// Which of the exceptions that a method throws its header names.
type Choice<'c> = &'c dyn Fn(&[String]) -> Vec<String>;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut headers = Headers::new();
    for complaint in &scene.complaints {
        if let (Some(found), Some(place)) = (NEVER.captures(&complaint.message), complaint.places.first()) {
            silent(scene, &mut headers, &place.path, found[1].rsplit('.').next().unwrap_or_default())?;
        }
        let (Some(found), Some(place)) = (UNREPORTED.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Java) else { continue };
        let name = found[1].rsplit('.').next().unwrap_or_default().to_owned();
        let Some((at, says)) = header(&syntax, place.line) else { continue };
        let (_, names) = headers.entry((place.path.clone(), at)).or_insert((says, Vec::new()));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let usual: BTreeMap<String, String> = usual(scene, &headers)?;
    // What the methods around declare, where that covers it.
    let as_others = |names: &[String]| {
        let mut all: Vec<String> = names.iter().map(|name| usual.get(name).unwrap_or(name).clone()).collect();
        all.dedup();
        all
    };
    // What one exception covers need not be said of another: the shorter its name, the more it covers.
    let shortest = |names: &[String]| names.iter().min_by_key(|name| name.len()).cloned().into_iter().collect();
    let mut made = Vec::new();
    let mut choices: Vec<Choice> = vec![&shortest, &<[String]>::to_vec];
    if !usual.is_empty() {
        choices.insert(0, &as_others);
    }
    for choose in choices {
        made.extend(candidate(scene, &headers, choose)?);
    }
    Ok(made)
}

/// Of exceptions that no method of their file declares: the class above each that two of its methods do.
fn usual(scene: &Scene, headers: &Headers) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for ((path, _), (_, names)) in headers {
        let Some(syntax) = scene.syntax(path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len())).to_owned();
        let declared = |name: &str| text.matches(&format!("throws {name} ")).count();
        for name in names.iter().filter(|name| declared(name) == 0) {
            let head = format!("class {name} extends ");
            let holders: Vec<RelPath> = scene
                .index(Language::Java, path)?
                .holders(name)
                .map(|(path, _)| path.clone())
                .take(MOST_FILES)
                .collect();
            for holder in holders {
                let Some(syntax) = scene.syntax(&holder)? else { continue };
                let text = syntax.text(&(0..syntax.bytes().len())).to_owned();
                let above = text.split_once(&head).and_then(|(_, rest)| rest.split([' ', '{']).next());
                if let Some(above) = above.filter(|above| declared(above) > 1) {
                    found.insert(name.clone(), above.to_owned());
                }
            }
        }
    }
    Ok(found)
}

/// The methods that throw an exception outright and do not say so.
fn silent(scene: &Scene, headers: &mut Headers, near: &RelPath, name: &str) -> Result<()> {
    let index = scene.index(Language::Java, near)?;
    let holders: Vec<RelPath> = index.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    for path in holders.into_iter().filter(|path| !place::is_test(path)) {
        let Some(syntax) = scene.syntax(&path)?.filter(|it| it.language() == Language::Java) else { continue };
        let throws = format!("throw new {name}(");
        for number in 1..=syntax.line_count() {
            let Some(line) = syntax.line(number).filter(|line| syntax.text(line).contains(&throws)) else { continue };
            let Some((at, says)) = header(&syntax, number) else { continue };
            let start = syntax.text(&(0..at)).rfind(['\n', ';', '}']).unwrap_or(0);
            // One that says it, or whose throwing somebody catches, is not silent.
            if syntax.text(&(start..at)).contains(name) || syntax.text(&(at..line.start)).contains("try {") {
                continue;
            }
            let (_, names) = headers.entry((path.clone(), at)).or_insert((says, Vec::new()));
            if !names.iter().any(|own| own == name) {
                names.push(name.to_owned());
            }
        }
    }
    Ok(())
}

fn candidate(scene: &Scene, headers: &Headers, choose: Choice) -> Result<Option<Candidate>> {
    let mut told: Vec<String> = Vec::new();
    let mut edits = Vec::new();
    for ((path, at), (says, names)) in headers {
        let names = choose(names);
        let text = format!("{} {}", if *says { "," } else { " throws" }, names.join(", "));
        edits.push(Edit { path: path.clone(), range: *at..*at, text });
        if let Some(syntax) = scene.syntax(path)? {
            for name in &names {
                edits.extend(missing::import_of(scene, path, &syntax, name)?.filter(|edit| !edits.contains(edit)));
            }
        }
        told.extend(names.into_iter().filter(|name| !told.contains(name)).collect::<Vec<_>>());
    }
    if edits.is_empty() {
        return Ok(None);
    }
    scene.candidate(edits, format!("declared that {} is thrown", told.join(", ")), Confidence::Suggested)
}

/// Where something can be added to the header of the method around a line, and whether it says `throws` already.
fn header(syntax: &Syntax, line: u32) -> Option<(usize, bool)> {
    let at = syntax.line(line)?.start;
    let around = syntax.names().iter().filter_map(|name| name.function.clone());
    let method = around.filter(|it| it.start <= at + 1 && at < it.end).max_by_key(|it| it.start)?;
    let text = syntax.text(&method);
    let head = text[..text.find('{')?].trim_end();
    let says = head.rfind(" throws ").is_some_and(|at| !head[at..].contains(')'));
    Some((method.start + head.len(), says))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_header_says_what_is_thrown() {
        let files: &[(&str, &str)] =
            &[("A.java", "class A {\n  void f(int a) {\n    g();\n  }\n  void g() throws B {\n    h(1);\n  }\n}\n")];
        let log = "A.java:3: error: unreported exception FileNotFoundException; must be caught or declared to be thrown\n    g();\n     ^\nA.java:3: error: unreported exception IOException; must be caught or declared to be thrown\n    g();\n     ^\nA.java:6: error: unreported exception C; must be caught or declared to be thrown\n    h(1);\n     ^\n";
        for thrown in ["IOException", "FileNotFoundException, IOException"] {
            let fixed = format!(
                "class A {{\n  void f(int a) throws {thrown} {{\n    g();\n  }}\n  void g() throws B, C {{\n    h(1);\n  }}\n}}\n"
            );
            check(&[Example { files, log, fixed: fixed.leak() }]);
        }
    }

    #[test]
    fn what_covers_it_is_said_as_around() {
        check(&[Example {
            files: &[
                (
                    "A.java",
                    "class A {\n  void f() {\n    throw new Lost(1);\n  }\n  void g() throws Bad {\n  }\n  void h() throws Bad {\n  }\n}\n",
                ),
                ("Lost.java", "class Lost extends Bad {\n}\n"),
            ],
            log: "A.java:3: error: unreported exception Lost; must be caught or declared to be thrown\n    throw new Lost(1);\n    ^\n1 error\n",
            fixed: "class A {\n  void f() throws Bad {\n    throw new Lost(1);\n  }\n  void g() throws Bad {\n  }\n  void h() throws Bad {\n  }\n}\n",
        }]);
    }

    #[test]
    fn who_throws_says_so_where_others_catch() {
        check(&[Example {
            files: &[
                ("A.java", "class A {\n  void pay() {\n    throw new Broke(\"a\");\n  }\n}\n"),
                (
                    "T.java",
                    "class T {\n  void f() {\n    try {\n      new A().pay();\n    } catch (Broke b) {\n    }\n  }\n}\n",
                ),
            ],
            log: "T.java:5: error: exception Broke is never thrown in body of corresponding try statement\n    } catch (Broke b) {\n      ^\n1 error\n",
            fixed: "class A {\n  void pay() throws Broke {\n    throw new Broke(\"a\");\n  }\n}\n",
        }]);
    }

    #[test]
    fn what_is_thrown_is_imported_too() {
        check(&[Example {
            files: &[
                ("b/A.java", "package b;\n\nclass A {\n  void f() {\n    new c.D().g();\n  }\n}\n"),
                ("c/Lost.java", "package c;\n\npublic class Lost extends Exception {\n}\n"),
            ],
            log: "b/A.java:5: error: unreported exception Lost; must be caught or declared to be thrown\n    new c.D().g();\n               ^\n1 error\n",
            fixed: "package b;\n\nimport c.Lost;\n\nclass A {\n  void f() throws Lost {\n    new c.D().g();\n  }\n}\n",
        }]);
    }
}
