//! A JavaScript or TypeScript import of what the other file does not export. At run time it is just
//! `undefined`, wherever it is used first; the two files say which name was meant.

use super::distance::{distance, is_near};
use super::index::Index;
use super::paths;
use super::place;
use super::spelling::{self, Sense};
use super::{Scene, intent};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Exports, Form, Import, Role, Syntax, Taken};
use anyhow::Result;
use std::ops::Range;
use std::rc::Rc;

/// Files that are read: those of the stacks, then what they import.
const MOST_FILES: usize = 12;
const MOST_OFFERS: usize = 8;
/// What a declaration at the top level may begin with.
const DECLARATIONS: &[&str] =
    &["function", "const", "class", "let", "var", "async", "type", "interface", "enum", "abstract"];

/// One import, with both files.
struct Pair<'a> {
    path: &'a RelPath,
    syntax: &'a Syntax,
    import: &'a Import,
    other: &'a RelPath,
    target: Rc<Syntax>,
    exports: Exports,
}

type Repair = (f64, Vec<Edit>, String);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut files = scene.scripts();
    let (mut at, mut found) = (0, Vec::new());
    while let Some(path) = files.get(at).filter(|_| at < MOST_FILES).cloned() {
        at += 1;
        let Some(syntax) = scene.syntax(&path)?.filter(|syntax| syntax.is_sound()) else { continue };
        for import in syntax.imports().iter().filter(|import| paths::is_relative(&import.source)) {
            let Some(other) = paths::target(scene.job.workshop.files()?, &path, &import.source) else { continue };
            if !files.contains(other) {
                files.push(other.clone());
            }
            let Some(target) = scene.syntax(other)?.filter(|target| target.is_sound()) else { continue };
            let exports = target.exports();
            let pair = Pair { path: &path, syntax: &syntax, import, other, target, exports };
            if pair.is_broken() {
                found.extend(pair.repairs(scene.index(syntax.language(), &path)?));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let made = found.into_iter().take(MOST_OFFERS);
    made.filter_map(|(_, edits, why)| scene.candidate(edits, why, Confidence::Suggested).transpose()).collect()
}

impl Pair<'_> {
    fn is_broken(&self) -> bool {
        let is_script = self.target.language().is_script();
        let given = match &self.import.taken {
            Taken::Whole => true,
            Taken::Default => match &self.exports.default {
                // Another thing is the default, and what is called like this has its name.
                Some(Some(own)) => *own == self.import.bound || !self.gives(&self.import.bound),
                other => other.is_some(),
            },
            Taken::Named(name) => self.gives(name),
        };
        is_script && self.import.form != Form::Require && !self.exports.is_open && !given
    }

    fn gives(&self, name: &str) -> bool {
        self.exports.named.iter().any(|(own, _)| own == name)
    }

    fn repairs(&self, index: &Index) -> Vec<Repair> {
        let mut found: Vec<Repair> = self.in_form().into_iter().chain(self.also(index)).collect();
        if let Taken::Named(name) = &self.import.taken {
            for (near, range) in self.exports.named.iter().filter(|(other, _)| is_near(name, other)) {
                found.extend(self.respelt(index, name, near));
                found.extend(self.redefined(index, name, near, range));
            }
            found.extend(self.exported(name));
        }
        found
    }

    /// The import takes the name that is exported.
    fn respelt(&self, index: &Index, wrong: &str, right: &str) -> Option<Repair> {
        let language = self.syntax.language();
        let is_own_name = self.import.binding == self.import.original;
        let uses = |name: &str| self.uses(name).into_iter().filter(|range| *range != self.import.binding).count();
        // The rest of the file already uses the right one.
        let is_agreed = uses(right) > 0 && uses(wrong) == 0;
        let in_test = intent::in_test(self.path, self.syntax, std::slice::from_ref(&self.import.original));
        if in_test && !is_agreed && !intent::is_typing_error(index, language, wrong, right, true) {
            return None;
        }
        if !is_agreed && uses(right) > 0 {
            return None;
        }
        let everywhere = is_own_name && !is_agreed && self.import.form != Form::PassedOn;
        let mut sites = if everywhere { self.uses(wrong) } else { Vec::new() };
        sites.retain(|range| *range != self.import.original);
        sites.push(self.import.original.clone());
        let cost = distance(wrong, right) - if is_agreed { 1.0 } else { 0.0 };
        let why = format!("renamed the import `{wrong}` to `{right}`, as `{}` exports it", self.other.as_str());
        Some((cost, edits(self.path, &sites, right), why))
    }

    /// The export takes the name by which it is imported, where nothing else knows it by its own.
    fn redefined(&self, index: &Index, wanted: &str, odd: &str, range: &Range<usize>) -> Option<Repair> {
        let sense = |name, other| spelling::sense(index, self.target.language(), name, other);
        let (of_wanted, of_odd) = (sense(wanted, odd), sense(odd, wanted));
        let used = index.holders(wanted).map(|(_, count)| count).sum::<usize>();
        let is_known = index.holders(odd).any(|(path, _)| path != self.other) || of_odd == Sense::Common;
        if is_known || of_odd > of_wanted || used < 2 || place::is_test(self.other) {
            return None;
        }
        let mut sites: Vec<_> = self.names(&self.target, odd);
        sites.retain(|site| site != range);
        sites.push(range.clone());
        let clash = self.target.names().iter().any(|name| self.target.text(&name.range) == wanted && name.defined);
        let why = format!("renamed the misspelt export `{odd}` to `{wanted}`, as it is imported");
        (!clash).then(|| (distance(wanted, odd) + 0.5, edits(self.other, &sites, wanted), why))
    }

    /// What is declared there is exported.
    fn exported(&self, name: &str) -> Option<Repair> {
        let is_here = |own: &&crate::syntax::Name| {
            own.defined && own.function.is_none() && own.role != Role::Member && self.target.text(&own.range) == name
        };
        let declared = self.target.names().iter().find(is_here).filter(|_| !place::is_test(self.other))?;
        let line = self.target.line(self.target.line_of(declared.range.start))?;
        let first = self.target.text(&line).split_whitespace().next()?;
        let starts = DECLARATIONS.contains(&first) && self.target.text(&line).starts_with(first);
        let edit = Edit { path: self.other.clone(), range: line.start..line.start, text: "export ".to_owned() };
        starts.then(|| (1.0, vec![edit], format!("exported `{name}`, which `{}` imports", self.path.as_str())))
    }

    /// A default export is taken by name, or a named one as the default.
    fn in_form(&self) -> Option<Repair> {
        // A test says how the code shall export it, unless that is taken.
        let is_wish =
            place::is_test(self.path) && self.exports.default.is_some() != (self.import.taken == Taken::Default);
        if self.import.form == Form::PassedOn || is_wish {
            return None;
        }
        let taken = match &self.import.taken {
            Taken::Named(name) => match &self.exports.default {
                Some(Some(own)) if own == name || own == &self.import.bound => Taken::Default,
                Some(None) if self.exports.named.is_empty() => Taken::Default,
                _ => return None,
            },
            Taken::Default if self.gives(&self.import.bound) => Taken::Named(self.import.bound.clone()),
            _ => return None,
        };
        let why = format!("imported `{}` as `{}` exports it", self.import.bound, self.other.as_str());
        let mut all: Vec<Import> = self.syntax.imports();
        all.retain(|other| other.statement == self.import.statement);
        for import in all.iter_mut().filter(|other| other.binding == self.import.binding) {
            import.taken = taken.clone();
        }
        let text = clause(&all)?;
        let statement = self.syntax.text(&self.import.statement);
        let (start, end) = (statement.find("import")? + "import".len(), statement.rfind("from")?);
        let range = self.import.statement.start + start..self.import.statement.start + end;
        let text = if self.import.form == Form::Type { format!(" type {text} ") } else { format!(" {text} ") };
        Some((0.2, vec![Edit { path: self.path.clone(), range, text }], why))
    }

    /// What is exported in one form is exported in the other, too.
    fn also(&self, index: &Index) -> Option<Repair> {
        let name = &self.import.bound;
        let free = !place::is_test(self.other) && self.import.binding == self.import.original;
        let (range, text) = match (&self.import.taken, &self.exports.default) {
            (Taken::Default, None) if free && self.gives(name) => self.made_default(index, name),
            (Taken::Named(_), Some(Some(own))) if free && own == name => {
                self.appended(&format!("export {{ {name} }};\n"))
            }
            _ => return None,
        };
        let why = format!("exported `{name}` as `{}` imports it", self.path.as_str());
        Some((1.2, vec![Edit { path: self.other.clone(), range, text }], why))
    }

    fn made_default(&self, index: &Index, name: &str) -> (Range<usize>, String) {
        let declared = self.exports.named.iter().find(|(own, _)| own == name);
        let line = declared.and_then(|(_, range)| self.target.line(self.target.line_of(range.start)));
        let is_alone = index.holders(name).all(|(path, _)| path == self.path || path == self.other);
        let start = line.filter(|line| {
            let text = self.target.text(line);
            is_alone && ["export function ", "export class ", "export async "].iter().any(|head| text.starts_with(head))
        });
        let after = |line: Range<usize>| line.start + "export ".len();
        match start.map(after) {
            Some(at) => (at..at, "default ".to_owned()),
            None => self.appended(&format!("export default {name};\n")),
        }
    }

    fn appended(&self, statement: &str) -> (Range<usize>, String) {
        let bytes = self.target.bytes();
        let end = bytes.len();
        let parted = if bytes.ends_with(b"\n") || bytes.is_empty() { "" } else { "\n" };
        (end..end, format!("{parted}{statement}"))
    }

    fn uses(&self, name: &str) -> Vec<Range<usize>> {
        self.names(self.syntax, name)
    }

    fn names(&self, syntax: &Syntax, name: &str) -> Vec<Range<usize>> {
        let own = syntax.names().iter().filter(|own| own.role != Role::Member && syntax.text(&own.range) == name);
        own.map(|own| own.range.clone()).collect()
    }
}

/// What stands between `import` and `from`; nothing can, where two are the default.
pub(super) fn clause(imports: &[Import]) -> Option<String> {
    let defaults: Vec<_> = imports.iter().filter(|it| it.taken == Taken::Default).collect();
    let named = imports.iter().filter_map(|import| match &import.taken {
        Taken::Named(name) if *name == import.bound => Some(name.clone()),
        Taken::Named(name) => Some(format!("{name} as {}", import.bound)),
        _ => None,
    });
    let named: Vec<String> = named.collect();
    let whole = imports.iter().find(|import| import.taken == Taken::Whole);
    let mut parts: Vec<String> = defaults.iter().map(|import| import.bound.clone()).collect();
    parts.extend(whole.map(|import| format!("* as {}", import.bound)));
    parts.extend((!named.is_empty()).then(|| format!("{{ {} }}", named.join(", "))));
    let is_said = defaults.len() < 2 && (whole.is_none() || named.is_empty()) && !parts.is_empty();
    is_said.then(|| parts.join(", "))
}

fn edits(path: &RelPath, ranges: &[Range<usize>], text: &str) -> Vec<Edit> {
    ranges.iter().map(|range| Edit { path: path.clone(), range: range.clone(), text: text.to_owned() }).collect()
}
