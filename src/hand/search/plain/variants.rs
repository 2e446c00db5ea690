//! C in which a function has many variants: one compilation serves hundreds of candidates, and what is run decides
//! which of them is taken. Variants that do not compile are found by their lines and left out.

use super::super::hunt::{File, Hunt, Shot, Spot};
use crate::syntax::{Branches, Language};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Which variant is taken; one that nobody has is the end, so that a build is not followed by a long run.
const PICK: &str = "extern char *getenv(const char *);\nextern int atoi(const char *);\nextern void _exit(int);\n\
static int search_variant(void) {\n    static int taken = -1;\n    if (taken == -1) {\n        \
const char *told = getenv(\"SEARCH_VARIANT\");\n        taken = told ? atoi(told) : 0;\n    }\n    \
if (taken == -2) _exit(97);\n    return taken;\n}\n";

/// A file with variants, and the lines that each of them takes.
pub struct Varied {
    pub file: usize,
    pub text: String,
    lines: Vec<(Range<usize>, usize)>,
}

/// A definition, taken apart.
struct Definition {
    start: usize,
    name: Range<usize>,
    body: usize,
    end: usize,
    arguments: Vec<String>,
    is_void: bool,
}

/// Whether a shot changes nothing but the bodies of functions of which variants can be made.
pub fn can_be_one(hunt: &Hunt, shot: &Shot) -> bool {
    shot.edits.iter().all(|(place, range, _)| {
        let spot = usize::try_from(*place).ok().and_then(|n| hunt.spots.get(n));
        spot.is_some_and(|spot| {
            let definition = definition(&hunt.files[spot.file], spot);
            definition.is_some_and(|it| it.body < range.start && range.end < it.end)
        })
    })
}

/// The files with these shots as variants; number 0 is what was there, shot n is n + 1.
pub fn varied(hunt: &Hunt, shots: &[Shot], numbers: &[usize]) -> Vec<Varied> {
    let mut by_spot: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for number in numbers {
        let places: BTreeSet<usize> =
            shots[*number].edits.iter().filter_map(|(place, ..)| usize::try_from(*place).ok()).collect();
        places.into_iter().for_each(|place| by_spot.entry(place).or_default().push(*number));
    }
    let files: BTreeSet<usize> = by_spot.keys().map(|place| hunt.spots[*place].file).collect();
    files.into_iter().map(|file| vary(hunt, shots, &by_spot, file)).collect()
}

fn vary(hunt: &Hunt, shots: &[Shot], by_spot: &BTreeMap<usize, Vec<usize>>, file: usize) -> Varied {
    let own = &hunt.files[file];
    let mut places: Vec<(usize, Definition)> = by_spot
        .keys()
        .filter(|place| hunt.spots[**place].file == file)
        .filter_map(|place| Some((*place, definition(own, &hunt.spots[*place])?)))
        .collect();
    places.sort_by_key(|(_, definition)| definition.start);
    let mut writer = Writer { text: String::new(), line: 1, lines: Vec::new() };
    let mut at = 0;
    for (rank, (place, definition)) in places.iter().enumerate() {
        writer.put(&slice(own, at..definition.start));
        if rank == 0 {
            writer.put(&format!("\n{PICK}"));
        }
        writer.function(own, shots, *place, definition, &by_spot[place]);
        at = definition.end;
    }
    writer.put(&slice(own, at..own.text.len()));
    writer.put("\n");
    Varied { file, text: writer.text, lines: writer.lines }
}

struct Writer {
    text: String,
    line: usize,
    lines: Vec<(Range<usize>, usize)>,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.line += text.matches('\n').count();
    }

    /// The original, every variant, and the function that chooses.
    fn function(&mut self, file: &File, shots: &[Shot], place: usize, it: &Definition, numbers: &[usize]) {
        let [before, name, parameters, body] =
            [it.start..it.name.start, it.name.clone(), it.name.end..it.body, it.body..it.end].map(|r| slice(file, r));
        let lone = if before.split_whitespace().any(|word| word == "static") { "" } else { "static " };
        self.put(&format!("{before}{name}{};\n", parameters.trim_end()));
        self.put(&format!("{lone}{before}{name}__v0{parameters}{body}\n"));
        for number in numbers {
            let first = self.line;
            let body = changed(file, &shots[*number], place, it.body..it.end);
            self.put(&format!("{lone}{before}{name}__v{}{parameters}{body}\n", number + 1));
            self.lines.push((first..self.line, *number));
        }
        let arguments = it.arguments.join(", ");
        let give = if it.is_void { "" } else { "return " };
        self.put(&format!("{before}{name}{parameters}{{\n    switch (search_variant()) {{\n"));
        for number in numbers {
            let number = number + 1;
            let first = self.line;
            let end = if it.is_void { " return;" } else { "" };
            self.put(&format!("    case {number}: {give}{name}__v{number}({arguments});{end}\n"));
            self.lines.push((first..self.line, number - 1));
        }
        self.put("    default: break;\n    }\n");
        self.put(&format!("    {give}{name}__v0({arguments});\n}}\n"));
    }
}

fn slice(file: &File, range: Range<usize>) -> String {
    String::from_utf8_lossy(file.text.get(range).unwrap_or_default()).into_owned()
}

/// A part of the file with the shot's edits of one place.
fn changed(file: &File, shot: &Shot, place: usize, part: Range<usize>) -> String {
    let mut edits: Vec<_> = shot.edits.iter().filter(|(of, ..)| usize::try_from(*of) == Ok(place)).collect();
    edits.sort_by_key(|(_, range, _)| (range.start, range.end));
    let (mut text, mut at) = (String::new(), part.start);
    for (_, range, new) in edits {
        text.push_str(&slice(file, at..range.start.max(at)));
        text.push_str(new);
        at = range.end;
    }
    text + &slice(file, at..part.end)
}

/// `None` where calls cannot be passed on: unnamed or variable arguments, old style, `main`.
fn definition(file: &File, spot: &Spot) -> Option<Definition> {
    if file.syntax.language() != Language::C || spot.name == "main" || spot.name.is_empty() {
        return None;
    }
    let tree = &file.tree;
    let (is_pointer, declarator) = declarator(tree, tree.field(spot.node, "declarator")?)?;
    let name = tree.field(declarator, "declarator").filter(|n| tree[*n].kind == "identifier")?;
    let parameters = tree.field(declarator, "parameters")?;
    let text = |n: usize| file.syntax.text(&tree[n].range);
    let mut arguments = Vec::new();
    for parameter in tree.inner(parameters) {
        if tree[parameter].kind != "parameter_declaration" {
            return None;
        }
        if text(parameter) == "void" {
            continue;
        }
        let inner =
            std::iter::successors(tree.field(parameter, "declarator"), |n| tree.field(*n, "declarator")).last()?;
        arguments.push((tree[inner].kind == "identifier").then(|| text(inner).to_owned())?);
    }
    let range = &tree[spot.node].range;
    let before = file.syntax.text(&(range.start..tree[name].range.start));
    let odd = before.contains("extern") || before.contains('#') || before.contains("__attribute__");
    let kind = tree.field(spot.node, "type").map_or("", text);
    (!odd).then(|| Definition {
        start: range.start,
        name: tree[name].range.clone(),
        body: spot.body,
        end: range.end,
        arguments,
        is_void: kind == "void" && !is_pointer,
    })
}

/// The declarator that holds the parameters, and whether what is given back is a pointer.
fn declarator(tree: &Branches, mut at: usize) -> Option<(bool, usize)> {
    let mut is_pointer = false;
    while tree[at].kind != "function_declarator" {
        is_pointer |= tree[at].kind == "pointer_declarator";
        at = tree.field(at, "declarator")?;
    }
    Some((is_pointer, at))
}

/// The shots that the errors of a build are about; `None` where one is about something else.
pub fn guilty(hunt: &Hunt, varied: &[Varied], errors: &[String]) -> Option<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    for error in errors {
        if let Some((_, rest)) = error.split_once("__v")
            && (error.contains("undefined") || error.contains("in function"))
        {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            found.extend(digits.parse::<usize>().ok().and_then(|n| n.checked_sub(1)));
            continue;
        }
        if !error.contains("error:") {
            continue;
        }
        let mut parts = error.split(':');
        let (path, line) = (parts.next()?.trim(), parts.next().and_then(|line| line.trim().parse::<usize>().ok()));
        let (Some(line), name) = (line, path.rsplit('/').next().unwrap_or(path)) else { continue };
        let of = varied.iter().find(|it| hunt.files[it.file].path.file_name() == name)?;
        found.insert(of.lines.iter().find(|(lines, _)| lines.contains(&line))?.1);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand::search::chance::Doubt;
    use crate::ids::RelPath;
    use crate::syntax::Syntax;

    fn open(text: &str) -> File {
        let syntax = Syntax::parse(Language::C, text.as_bytes()).unwrap();
        File { path: RelPath::parse("a.c").unwrap(), text: text.as_bytes().to_vec(), tree: syntax.branches(), syntax }
    }

    #[test]
    fn functions_whose_calls_can_be_passed_on_have_variants() {
        let arguments = |text: &str| {
            let file = open(text);
            let spot = super::super::super::braces::spots(&file).remove(0);
            definition(&file, &spot).map(|it| (it.arguments.join(" "), it.is_void))
        };
        assert_eq!(arguments("static int f(int a, char *b[3]) { return a; }"), Some(("a b".to_owned(), false)));
        assert_eq!(arguments("void f(void) { }"), Some((String::new(), true)));
        assert_eq!(arguments("void *f(int (*g)(int)) { return 0; }").map(|it| it.1), None);
        assert_eq!(arguments("int f(const char *text, ...) { return 0; }"), None);
        assert_eq!(arguments("int main(void) { return 0; }"), None);
    }

    #[test]
    fn edits_are_made_in_the_body_alone() {
        let file = open("int f(int a) { return a + 1; }");
        let edit = |range, text: &str| (0_i64, range, text.to_owned());
        let shot =
            Shot { edits: vec![edit(26..27, "2"), edit(24..25, "-")], cost: 1.0, family: "x", doubt: Doubt::None };
        assert_eq!(changed(&file, &shot, 0, 13..30), "{ return a - 2; }");
    }
}
