//! Go: a map that nobody made before something is put into it: it is made where what holds it is.

use super::Scene;
use super::paths::folder;
use super::said::Said;
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use regex::Regex;

static PANIC: Said = Said::new(&[r"assignment to entry in nil map"]);
static FRAME: Said = Said::new(&[r"^\s+(\S+\.go):([0-9]+)"]);
static PUT: Said = Said::new(&[r"(?:(\w+)\.)?(\w+)\["]);
/// Literals of the holding type that are offered.
const MOST: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    if PANIC.captures(&scene.log).is_none() {
        return Ok(Vec::new());
    }
    let frames = scene.log.lines().filter_map(|line| FRAME.captures(line));
    let mut places =
        frames.filter_map(|found| Some((scene.job.workshop.resolve(&found[1])?, found[2].parse::<usize>().ok()?)));
    let Some((path, line)) = places.next() else { return Ok(Vec::new()) };
    let Some(text) = read(scene, &path)? else { return Ok(Vec::new()) };
    let Some(put) = text.lines().nth(line.saturating_sub(1)).and_then(|line| PUT.captures(line)) else {
        return Ok(Vec::new());
    };
    match put.get(1) {
        None => local(scene, &path, &text, &put[2]),
        Some(_) => field(scene, &path, &put[2]),
    }
}

fn read(scene: &Scene, path: &RelPath) -> Result<Option<String>> {
    Ok(offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// `var m map[K]V`, which is then filled.
fn local(scene: &Scene, path: &RelPath, text: &str, name: &str) -> Result<Vec<Candidate>> {
    let declared = Regex::new(&format!(r"(?m)^\s*(var {name} (map\[.+))$"))?;
    let Some(found) = declared.captures(text).filter(|found| !found[2].contains(['=', '{'])) else {
        return Ok(Vec::new());
    };
    let Some(range) = found.get(1).map(|whole| whole.range()) else { return Ok(Vec::new()) };
    // Outside of functions there is no short form.
    let is_inside = text[..range.start].ends_with([' ', '\t']);
    let made = format!("make({})", found[2].trim());
    let new = if is_inside { format!("{name} := {made}") } else { format!("var {name} = {made}") };
    let edit = Edit { path: path.clone(), range, text: new };
    Ok(scene.candidate(vec![edit], format!("made the map `{name}`"), Confidence::Suggested)?.into_iter().collect())
}

/// A field of a struct, made in the literals of its type that leave it out.
fn field(scene: &Scene, near: &RelPath, name: &str) -> Result<Vec<Candidate>> {
    let holder = Regex::new(&format!(r"type (\w+)(?:\[[^\]]*\])? struct \{{[^}}]*?\n\s*{name}\s+(map\[[^\n/]+)"))?;
    let all = scene.job.workshop.files()?.iter().filter(|path| path.extension() == "go");
    let mut texts = Vec::new();
    for path in all.filter(|path| folder(path) == folder(near)) {
        texts.extend(read(scene, path)?.map(|text| (path, text)));
    }
    let Some(found) = texts.iter().find_map(|(_, text)| holder.captures(text)) else { return Ok(Vec::new()) };
    let (class, made) = (&found[1], format!("make({})", found[2].trim()));
    let literal = Regex::new(&format!(r"\b{class}\{{([^{{}}]*)\}}"))?;
    let mut candidates = Vec::new();
    for (path, text) in texts.iter().filter(|(path, _)| !super::place::is_test(path)) {
        for whole in literal.captures_iter(text) {
            let Some(inside) = whole.get(1).filter(|inside| !inside.as_str().contains(&format!("{name}:"))) else {
                continue;
            };
            let given = inside.as_str().trim_end();
            // Without names all fields are given.
            if !given.trim().is_empty() && !given.contains(':') {
                continue;
            }
            let new = match given {
                "" => format!("{name}: {made}"),
                given if inside.as_str().contains('\n') => {
                    let indent: String =
                        given.trim_start_matches('\n').chars().take_while(|c| c.is_whitespace()).collect();
                    format!("\n{indent}{name}: {made},")
                }
                given if given.ends_with(',') => format!(" {name}: {made},"),
                _ => format!(", {name}: {made}"),
            };
            let at = inside.start() + given.len();
            let edit = Edit { path: (*path).clone(), range: at..at, text: new };
            let why = format!("made the map `{name}` where a `{class}` is");
            candidates.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    candidates.truncate(MOST);
    Ok(candidates)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_map_is_made_before_it_is_filled() {
        let panic = "--- FAIL: TestC (0.00s)\npanic: assignment to entry in nil map [recovered]\n\tpanic: assignment to entry in nil map\n\ngoroutine 18 [running]:\ntesting.tRunner.func1.2({0x1})\n\t/usr/local/go/src/testing/testing.go:1631 +0x24a\nex.com/a.(*Counter).Add(...)\n";
        let with = |place: &str| -> &'static str { format!("{panic}\t{place} +0x1d\n").leak() };
        check(&[
            Example {
                files: &[(
                    "a.go",
                    "package a\n\ntype Counter struct {\n\tn int\n\tm map[string]int\n}\n\nfunc New() *Counter {\n\treturn &Counter{}\n}\n\nfunc (c *Counter) Add(k string) { c.m[k]++ }\n",
                )],
                log: with("a.go:12"),
                fixed: "package a\n\ntype Counter struct {\n\tn int\n\tm map[string]int\n}\n\nfunc New() *Counter {\n\treturn &Counter{m: make(map[string]int)}\n}\n\nfunc (c *Counter) Add(k string) { c.m[k]++ }\n",
            },
            Example {
                files: &[
                    ("p/b.go", "package p\n\nfunc New() Box {\n\treturn Box{\n\t\tn: 1,\n\t}\n}\n"),
                    (
                        "p/a.go",
                        "package p\n\ntype Box struct {\n\tn int\n\tseen map[int]bool // all\n}\n\nfunc (b *Box) See(i int) {\n\tb.seen[i] = true\n}\n",
                    ),
                ],
                log: with("p/a.go:9"),
                fixed: "package p\n\nfunc New() Box {\n\treturn Box{\n\t\tn: 1,\n\t\tseen: make(map[int]bool),\n\t}\n}\n",
            },
            Example {
                files: &[(
                    "a.go",
                    "package a\n\nfunc F(xs []string) map[string]int {\n\tvar m map[string]int\n\tfor _, x := range xs {\n\t\tm[x]++\n\t}\n\treturn m\n}\n",
                )],
                log: with("a.go:6"),
                fixed: "package a\n\nfunc F(xs []string) map[string]int {\n\tm := make(map[string]int)\n\tfor _, x := range xs {\n\t\tm[x]++\n\t}\n\treturn m\n}\n",
            },
        ]);
    }
}
