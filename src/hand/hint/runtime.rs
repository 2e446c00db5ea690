//! Asking the language's own runtime which names a module or type of its library has: no table of
//! ours can know the version in use.

use super::complaint::Complaint;
use super::meaning::{Sort, Unknown};
use super::node;
use crate::command::CommandLine;
use crate::hand::Job;
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

/// Prints what `import NAME` or any class called NAME offers, or which modules there are.
const PYTHON: &str = "
import importlib, pkgutil, sys
names, target = set(), sys.argv[1]
if not target:
    names.update(sys.stdlib_module_names, (m.name for m in pkgutil.iter_modules()))
else:
    try:
        names.update(dir(importlib.import_module(target)))
    except Exception:
        pass
    todo = [object]
    import collections, datetime, decimal, io, logging, pathlib, re, subprocess
    seen = set()
    while todo:
        for kind in type.__subclasses__(todo.pop()):
            if kind not in seen:
                seen.add(kind)
                todo.append(kind)
                if kind.__name__ == target.rsplit('.')[-1]:
                    names.update(dir(kind))
print('\\n'.join(sorted(names)))
";

/// Prints `NAME` when it is a module of the standard library that has all that is asked of it; and for
/// bare names `MODULE NAME` where one of the modules that names are mostly taken from gives it.
const LIBRARY: &str = "
import importlib, sys
name, members, bare = sys.argv[1], sys.argv[2].split(), sys.argv[3].split()
def module(name):
    try:
        return importlib.import_module(name)
    except Exception:
        return None
if not bare and members and name in sys.stdlib_module_names and not name.startswith('_'):
    found = module(name)
    if found and all(hasattr(found, member) for member in members):
        print(name)
for source in 'collections contextlib dataclasses datetime decimal enum functools itertools pathlib typing'.split():
    given = module(source)
    if name in getattr(given, '__all__', ()) and (bare or all(hasattr(getattr(given, name), it) for it in members)):
        print(source, name)
";

/// Prints the built-in modules that export the name given, the plain ones first.
const OWNERS: &str = "
const name = process.argv[1];
for (const m of require('module').builtinModules.filter(m => !m.startsWith('_') && !m.includes('/'))) {
  try { if (Object.keys(require(m)).includes(name)) console.log(m); } catch {}
}
";

/// Prints the members of the built-in modules named on the command line.
const NODE: &str = "
const names = new Set();
for (const m of process.argv.slice(1)) { try { Object.keys(require(m)).forEach(n => names.add(n)); } catch {} }
console.log([...names].join('\\n'));
";

pub(super) fn names(job: &Job, complaint: &Complaint, unknown: &Unknown, home: &Syntax) -> Result<Vec<String>> {
    match home.language() {
        Language::Python => python(job, complaint, unknown),
        Language::Rust => Ok(Vec::new()),
        Language::Go => golang(job, complaint, unknown, home),
        Language::Java => java(job, complaint, unknown),
        _ if matches!(unknown.sort, Sort::Member | Sort::Import | Sort::Receiver) => node(job, home),
        _ => Ok(Vec::new()),
    }
}

/// What a package of Go's own library has, where the unknown name is asked of one.
fn golang(job: &Job, complaint: &Complaint, unknown: &Unknown, home: &Syntax) -> Result<Vec<String>> {
    let asked = complaint.message.split_once("undefined: ").and_then(|(_, rest)| rest.trim().split_once('.'));
    let (Some((package, _)), Some(go)) =
        (asked.filter(|_| unknown.sort == Sort::Member), job.workshop.find_program("go"))
    else {
        return Ok(Vec::new());
    };
    let text = String::from_utf8_lossy(home.bytes()).into_owned();
    let mut imported = text.split('"').skip(1).step_by(2).filter(|path| path.rsplit('/').next() == Some(package));
    let Some(path) = imported.next() else { return Ok(Vec::new()) };
    let lines = run(job, CommandLine::new([go.as_str(), "doc", "-short", path]))?;
    let words = lines.iter().flat_map(|line| super::meaning::words(line).skip(1));
    Ok(words.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).collect())
}

/// What the library's class has that the message names.
fn java(job: &Job, complaint: &Complaint, unknown: &Unknown) -> Result<Vec<String>> {
    let (_, location) = complaint.message.split_once(" in ").unwrap_or_default();
    let class = location.rsplit(' ').next().unwrap_or_default().split('<').next().unwrap_or_default();
    if unknown.sort == Sort::Member && class.starts_with(char::is_uppercase) {
        return super::jdk::members(job, class);
    }
    let kit = super::jdk::classes(job)?;
    let in_package = location.strip_prefix("package ");
    let fits = |package: &str| {
        in_package.map_or(package == "java.util" || package == "java.lang" || package == "java.io", |it| it == package)
    };
    Ok(kit.into_iter().filter(|(package, _)| fits(package)).map(|(_, name)| name).collect())
}

fn python(job: &Job, complaint: &Complaint, unknown: &Unknown) -> Result<Vec<String>> {
    let owner = match unknown.sort {
        Sort::Module => String::new(),
        Sort::Member | Sort::Import => match owner(&complaint.message, &unknown.name) {
            Some(owner) => owner,
            None => return Ok(Vec::new()),
        },
        _ => return Ok(Vec::new()),
    };
    let Some(program) = interpreter(job) else { return Ok(Vec::new()) };
    run(job, CommandLine::new([program.as_str(), "-c", PYTHON, owner.as_str()]))
}

/// Where Python's own library has `name`: `MODULE`, or `MODULE NAME`.
pub(super) fn of_library(job: &Job, name: &str, members: &[String], bare: &[String]) -> Result<Vec<String>> {
    let members = members.join(" ");
    let bare = bare.join(" ");
    let Some(program) = interpreter(job) else { return Ok(Vec::new()) };
    run(job, CommandLine::new([program.as_str(), "-c", LIBRARY, name, members.as_str(), bare.as_str()]))
}

/// The modules that Python has without any package.
pub(super) fn library(job: &Job) -> Result<Vec<String>> {
    const LIST: &str = "import sys; print('\\n'.join(sys.stdlib_module_names))";
    let Some(program) = interpreter(job) else { return Ok(Vec::new()) };
    run(job, CommandLine::new([program.as_str(), "-c", LIST]))
}

fn interpreter(job: &Job) -> Option<String> {
    job.workshop.find_program("python3").or_else(|| job.workshop.find_program("python"))
}

/// The first quoted name that is not the unknown one: `module 'os.path' has no attribute 'jion'`.
fn owner(message: &str, name: &str) -> Option<String> {
    let quoted = message.split(['\'', '"']).skip(1).step_by(2);
    let is_path = |word: &&str| word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    quoted.filter(is_path).find(|word| *word != name).map(str::to_owned)
}

/// Node's own modules that export `name`.
pub(super) fn owners(job: &Job, name: &str) -> Result<Vec<String>> {
    let Some(program) = job.workshop.find_program("node") else { return Ok(Vec::new()) };
    run(job, CommandLine::new([program.as_str(), "-e", OWNERS, "--", name]))
}

fn node(job: &Job, home: &Syntax) -> Result<Vec<String>> {
    let tokens = home.tokens();
    let strings = tokens.iter().filter(|t| t.kind == "string_fragment").map(|t| home.text(&t.range));
    let modules: Vec<&str> = strings.filter(|s| node::is_own(s)).take(20).collect();
    let Some(program) = (!modules.is_empty()).then(|| job.workshop.find_program("node")).flatten() else {
        return Ok(Vec::new());
    };
    let argv = [program.as_str(), "-e", NODE, "--"].into_iter().chain(modules);
    run(job, CommandLine::new(argv))
}

fn run(job: &Job, command: CommandLine) -> Result<Vec<String>> {
    let done = job.workshop.run(&command, None, LIMIT)?;
    Ok(String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect())
}
