//! Go: a type that is built in where a package is meant that is called nearly like it and that the file imports:
//! `string.Join`.

use super::Scene;
use super::distance::is_near;
use super::missing::go;
use super::place;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;

static SAID: Said = Said::new(&[r"^(\w+)\.(\w+) undefined \(type (\w+) has no (?:field or )?method"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut edits, mut told) = (Vec::new(), Vec::new());
    for complaint in &scene.complaints {
        let (Some(said), Some(at)) = (SAID.captures(&complaint.message), complaint.places.first()) else { continue };
        let (name, member) = (&said[1], &said[2]);
        // A variable's type has another name than the variable.
        if *name != said[3] {
            continue;
        }
        let Some(syntax) = scene.syntax(&at.path)?.filter(|it| it.language() == Language::Go) else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        let packages = go::specs(text).into_iter().map(go::bound);
        let Some(package) = packages.into_iter().find(|package| is_near(name, package)) else { continue };
        for site in place::meant(&syntax, at.line, None, name) {
            if syntax.text(&(site.end..syntax.bytes().len())).starts_with(&format!(".{member}")) {
                edits.push(Edit { path: at.path.clone(), range: site, text: package.to_owned() });
                told.push(format!("wrote `{package}.{member}` for `{name}.{member}`"));
            }
        }
    }
    told.dedup();
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    Ok(scene.candidate(edits, told.join(", "), Confidence::Suggested)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_package_is_meant_and_not_a_type() {
        check(&[Example {
            files: &[(
                "a.go",
                "package a\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nfunc F(xs []string) string {\n\treturn fmt.Sprint(string.Join(xs, string(\",\")))\n}\n",
            )],
            log: "./a.go:5:2: \"strings\" imported and not used\n./a.go:9:27: string.Join undefined (type string has no field or method Join)\n",
            fixed: "package a\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nfunc F(xs []string) string {\n\treturn fmt.Sprint(strings.Join(xs, string(\",\")))\n}\n",
        }]);
    }
}
