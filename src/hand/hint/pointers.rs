//! Go: a value where its address is wanted, an address where the value is, and a function that must have an address.

use super::said::Said;
use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;

static SAID: Said = Said::new(&[
    r"cannot use (?P<what>[\w.]+)(?:\{[^}]*\})? \((?:variable|value|constant|struct field|field)[^)]*? of (?:struct |interface |map |slice |array |pointer )?type (?P<have>[^)\s]+)\) as (?P<want>\S+) value",
]);
/// go vet, of a method whose receiver holds a lock.
static COPIED: Said = Said::new(&[r"\w+ passes lock by value: "]);
static BARE: Said = Said::new(&[r"call of (?:\w+\.)*(?P<call>\w+) (?:passes|copies) non-pointer"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Go) else { continue };
        let (at, sign, what) = if let Some(said) = SAID.captures(&complaint.message) {
            let (have, want) = (&said["have"], &said["want"]);
            let by_pointer = complaint.message.contains("has pointer receiver");
            let sign = if want.strip_prefix('*') == Some(have) || by_pointer {
                "&"
            } else if have.strip_prefix('*') == Some(want) {
                "*"
            } else {
                continue;
            };
            let what = said["what"].to_owned();
            let first = what.split('.').next().unwrap_or_default();
            let sites = place::meant(&syntax, place.line, place.column, first);
            let Some(site) = sites.first().filter(|_| sites.len() == 1) else { continue };
            (site.start, sign, what)
        } else if COPIED.captures(&complaint.message).is_some() {
            let Some(range) = syntax.line(place.line) else { continue };
            let line = syntax.text(&range);
            let receiver = line.strip_prefix("func (").and_then(|rest| rest.split(')').next());
            let Some((name, kind)) =
                receiver.and_then(|it| it.split_once(' ')).filter(|(_, kind)| !kind.starts_with('*'))
            else {
                continue;
            };
            (range.start + "func (".len() + name.len() + 1, "*", kind.to_owned())
        } else if let Some(said) = BARE.captures(&complaint.message) {
            let Some(range) = syntax.line(place.line) else { continue };
            let line = syntax.text(&range);
            let Some(open) = line.find(&format!("{}(", &said["call"])).map(|at| at + said["call"].len() + 1) else {
                continue;
            };
            let Some((parts, _)) = super::list::parts(&line[open..], "\"`") else { continue };
            let Some(last) = parts.last().map(|part| open + part.start..open + part.end) else { continue };
            (range.start + last.start, "&", line[last].to_owned())
        } else {
            continue;
        };
        let why =
            if sign == "&" { format!("gave the address of `{what}`") } else { format!("gave what `{what}` points to") };
        let edit = Edit { path: place.path.clone(), range: at..at, text: sign.to_owned() };
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn addresses_are_given_where_they_are_wanted() {
        check(&[
            Example {
                files: &[(
                    "a.go",
                    "package a\n\nfunc f() {\n\tvar buf bytes.Buffer\n\tfmt.Fprintf(buf, \"+%s\", \"a\")\n}\n",
                )],
                log: "./a.go:5:14: cannot use buf (variable of struct type bytes.Buffer) as io.Writer value in argument to fmt.Fprintf: bytes.Buffer does not implement io.Writer (method Write has pointer receiver)\n",
                fixed: "package a\n\nfunc f() {\n\tvar buf bytes.Buffer\n\tfmt.Fprintf(&buf, \"+%s\", \"a\")\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc f(p *string) { g(p) }\n\nfunc g(s string) {}\n")],
                log: "./a.go:3:23: cannot use p (variable of type *string) as string value in argument to g\n",
                fixed: "package a\n\nfunc f(p *string) { g(*p) }\n\nfunc g(s string) {}\n",
            },
            Example {
                files: &[("a.go", "package a\n\ntype T struct{}\n\nfunc f(t T) { m[1] = t }\n\nvar m map[int]*T\n")],
                log: "./a.go:5:22: cannot use t (variable of struct type T) as *T value in assignment\n",
                fixed: "package a\n\ntype T struct{}\n\nfunc f(t T) { m[1] = &t }\n\nvar m map[int]*T\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc f() error {\n\treturn json.NewDecoder(r).Decode(all)\n}\n")],
                log: "./a.go:4:9: call of Decode passes non-pointer\n",
                fixed: "package a\n\nfunc f() error {\n\treturn json.NewDecoder(r).Decode(&all)\n}\n",
            },
        ]);
    }
}
