//! Java: a method and the generic interface that it is written for do not agree on a type: the one or the other is
//! written as its partner is. A public class in a file of another name: the file is moved.

use super::said::Said;
use super::{Scene, offer};
use crate::ids::RelPath;
use crate::patch::{Edit, FilePatch, Patch};
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

static METHOD: Said = Said::new(&[r"(?P<name>\w+)\([^)]*\) in (?P<class>\w+) cannot (?:implement|override) "]);
static RESULT: Said = Said::new(&[r"return type (?P<has>[\w.]+) is not compatible with (?P<wants>[\w.]+)"]);
static FILED: Said =
    Said::new(&[r"(?:class|interface|enum|record) (?P<name>\w+) is public, should be declared in a file named"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        if let Some(said) = FILED.captures(&complaint.message) {
            made.extend(filed(scene, &place.path, &said["name"])?);
        }
        let (Some(method), Some(said)) = (METHOD.captures(&complaint.message), RESULT.captures(&complaint.detail))
        else {
            continue;
        };
        let Some(text) = offer::editable(scene.job, &place.path)?.and_then(|text| String::from_utf8(text).ok()) else {
            continue;
        };
        let (has, wants) = (&said["has"], &said["wants"]);
        let head =
            text.find(&format!("class {} ", &method["class"])).map(|at| at..at + text[at..].find('{').unwrap_or(0));
        let header = head.and_then(|head| {
            let found = crate::hand::recent::occurrences(&text[head.clone()], wants);
            found.last().map(|range| head.start + range.start..head.start + range.end)
        });
        let result = text.find(&format!("{has} {}(", &method["name"])).map(|at| at..at + has.len());
        for (range, new) in [(header, has), (result, wants)] {
            let Some(range) = range else { continue };
            let why = format!("wrote `{new}` for `{}`, as `{}` is declared", &text[range.clone()], &method["name"]);
            let edit = Edit { path: place.path.clone(), range, text: new.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The file under the name of its class, where others know the class by it.
fn filed(scene: &Scene, path: &RelPath, name: &str) -> Result<Option<Candidate>> {
    let (folder, file) = path.as_str().rsplit_once('/').map_or(("", path.as_str()), |(folder, file)| (folder, file));
    let to = if folder.is_empty() { format!("{name}.java") } else { format!("{folder}/{name}.java") };
    let Ok(to) = RelPath::parse(to) else { return Ok(None) };
    let old = file.trim_end_matches(".java");
    let index = scene.index(crate::syntax::Language::Java, path)?;
    let is_known = index.count(name) > 1 && index.count(old) == 0;
    let Some(text) = offer::editable(scene.job, path)?.filter(|_| is_known && !exists(scene, &to)) else {
        return Ok(None);
    };
    let patch = Patch::from_files([
        FilePatch { path: path.clone(), before: Some(text.clone()), after: None },
        FilePatch { path: to.clone(), before: None, after: Some(text) },
    ]);
    let why = format!("moved {path} to {to}, as its class is called");
    Ok(Some(Candidate { patch, hand: HandId::Hint, why, confidence: Confidence::Suggested }))
}

fn exists(scene: &Scene, path: &RelPath) -> bool {
    scene.job.workshop.files().is_ok_and(|files| files.contains(path))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::Hint;
    use crate::hand::hint::tests::{Example, check};
    use crate::hand::testing::Shop;

    #[test]
    fn a_method_agrees_with_its_interface() {
        check(&[Example {
            files: &[(
                "T.java",
                "class T implements Callable<Integer> {\n    public Boolean call() {\n        return true;\n    }\n}\n",
            )],
            log: "T.java:2: error: call() in T cannot implement call() in Callable\n    public Boolean call() {\n                   ^\n  return type Boolean is not compatible with Integer\n  where V is a type-variable:\n1 error\n",
            fixed: "class T implements Callable<Boolean> {\n    public Boolean call() {\n        return true;\n    }\n}\n",
        }]);
    }

    #[test]
    fn a_file_is_called_like_its_class() {
        let shop = Shop::new(&[
            ("a/Albums.java", "package a;\n\npublic class Album {}\n"),
            ("a/Check.java", "package a;\n\nclass Check {\n    Album a;\n}\n"),
        ]);
        let log = "a/Albums.java:3: error: class Album is public, should be declared in a file named Album.java\npublic class Album {}\n       ^\n1 error\n";
        let offers = shop.offers(&Hint, "javac", log, &[]);
        let paths: Vec<Vec<&str>> =
            offers.iter().map(|it| it.patch.files().iter().map(|file| file.path.as_str()).collect()).collect();
        assert!(paths.contains(&vec!["a/Album.java", "a/Albums.java"]), "{paths:?}");
    }
}
