//! An issue without a failing test: the example in its text becomes a test in the tree, beside the others. Only a
//! test that fails, and fails as the issue says, is ground for a repair; it becomes a part of the patch then.

mod model;
mod reach;
mod reason;
mod script;

pub use reach::Reach;

use super::bench::Bench;
use crate::brain::log;
use crate::brain::text::{self, Example, IssueText, Wanted};
use crate::guard;
use crate::hand::Workshop as _;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::report::markdown::one_line;
use crate::syntax::{Language, Syntax};
use crate::verify::Run;
use anyhow::Result;
use std::collections::BTreeSet;

/// So many examples of one issue are tried.
const MOST_EXAMPLES: usize = 4;
/// Modules that an example may use beside the repository's own: they compute and do nothing.
const HARMLESS: &[&str] = &[
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "typing",
];
const NAMES: [&str; 4] =
    ["test_reported.py", "test_reported_issue.py", "test_reported_here.py", "test_reported_again.py"];

/// The test's own name.
const OWN: &str = "test_it_is_as_reported";

/// A test that fails as reported. It is applied to the tree.
pub struct Reported {
    pub test: Patch,
    pub run: Run,
    /// For people: ``a test of `mean([])` ``.
    pub what: String,
    /// What it runs, where a model wrote it: its repair has to stand there.
    pub reach: Option<Reach>,
}

/// What came of showing by a test what is reported.
pub enum Shown {
    Fails(Box<Reported>),
    /// The issue's own example gives what it should.
    Passes,
    /// None fails as it says, and why.
    Not(String),
    /// There is nothing that a test could be made of, and nobody to ask for one.
    Nothing,
}

pub fn reproduce(bench: &Bench, passing: &Run) -> Result<Shown> {
    let (title, body) = bench.job.text.split_once('\n').unwrap_or((&bench.job.text, ""));
    let issue: IssueText = text::extract(title, body);
    let mut shown = Shown::Nothing;
    for (example, test) in tests(bench, &issue)? {
        if bench.over().is_some() {
            break;
        }
        if !guard::passes(&bench.judge(&test)) || !bench.apply(&test)? {
            continue;
        }
        let what = one_line(&text::clean(&example.subject), 100);
        (bench.say)("verify", &format!("a test made of the issue: {what}"));
        let run = bench.verify()?;
        if fails_as_said(bench, &example, passing, &run) {
            let what = format!("a test of `{what}`");
            return Ok(Shown::Fails(Box::new(Reported { test, run, what, reach: None })));
        }
        bench.undo(&test)?;
        shown = match (run.passed(), shown) {
            (_, Shown::Not(why)) => Shown::Not(why),
            (true, _) => Shown::Passes,
            (false, _) => Shown::Not("the example of the issue does not fail here as it says".to_owned()),
        };
    }
    Ok(match model::reproduce(bench, passing)? {
        Shown::Nothing => shown,
        of_the_model => of_the_model,
    })
}

/// The issue's examples as tests of this repository's languages.
fn tests(bench: &Bench, issue: &IssueText) -> Result<Vec<(Example, Patch)>> {
    let mut made = Vec::new();
    if let Some(folder) = test_folder(bench)? {
        for example in text::examples(issue).into_iter().take(MOST_EXAMPLES) {
            made.extend(test_of(bench, &example, &folder)?.map(|test| (example, test)));
        }
    }
    for given in text::script_examples(issue).into_iter().take(MOST_EXAMPLES) {
        made.extend(script::test_of(bench, &given)?.map(|test| (given.example, test)));
    }
    Ok(made)
}

/// Our test is what fails, nothing that passed is gone, and it says what the issue says.
fn fails_as_said(bench: &Bench, example: &Example, passing: &Run, run: &Run) -> bool {
    let names = ["test_reported", OWN, script::OWN, "reported."];
    let ours = |name: &String| names.iter().any(|own| name.contains(own));
    let named = log::read(&run.text).failing;
    let failed: Vec<&String> = run.tests.iter().flat_map(|tests| &tests.failed).chain(&named).collect();
    let only_ours = failed.iter().all(|name| ours(name))
        && (!failed.is_empty() || names[..3].iter().any(|own| run.text.contains(own)));
    let kept = match (&passing.tests, &run.tests) {
        (Some(before), Some(after)) => before.passed.is_subset(&after.passed),
        _ => true,
    };
    let own_fault =
        ["SyntaxError", "ModuleNotFoundError", "ImportError", "NameError", "Cannot find module", "ReferenceError"];
    let said = example.got.as_deref().unwrap_or_default();
    let faulty = own_fault.iter().any(|error| run.text.contains(error) && *error != said);
    let as_said = match (&example.wanted, &example.got) {
        (Wanted::NoError, Some(error)) => run.text.contains(error.as_str()),
        (Wanted::NoError, None) => true,
        // A call that gives no value at all, because the code behind it breaks as the report says, gives a wrong one.
        (Wanted::Value(_), _) => {
            ["AssertionError", "ERR_ASSERTION", "toEqual"].iter().any(|it| run.text.contains(it))
                || reason::Failure::of(bench, &run.text).is_told(&bench.job.text)
        }
    };
    !run.passed() && run.finished.limit.is_none() && only_ours && kept && !faulty && as_said
}

/// Where the repository keeps its Python tests: the folder with the most of them.
fn test_folder(bench: &Bench) -> Result<Option<String>> {
    let files = bench.files()?;
    let folder = |path: &RelPath| path.as_str().rsplit_once('/').map_or(String::new(), |(dir, _)| dir.to_owned());
    let tests = files.iter().filter(|path| path.extension() == "py" && path.file_name().starts_with("test"));
    let folders: Vec<String> = tests.map(folder).collect();
    Ok(folders
        .iter()
        .max_by_key(|dir| (folders.iter().filter(|other| other == dir).count(), std::cmp::Reverse(dir.len())))
        .cloned())
}

fn test_of(bench: &Bench, example: &Example, folder: &str) -> Result<Option<Patch>> {
    let modules = modules(bench)?;
    let own = |module: &String| {
        let first = module.split('.').next().unwrap_or_default();
        HARMLESS.contains(&first)
            || modules.iter().any(|known| known == module || known.split('.').next() == Some(first))
    };
    if !text::imported(example).iter().all(own) {
        return Ok(None);
    }
    let mut setup = example.setup.clone();
    if let Some(name) = text::missing_name(example) {
        match import_of(bench, &name, &modules)? {
            Some(import) => setup.insert(0, import),
            None => return Ok(None),
        }
    }
    let asserted = match &example.wanted {
        Wanted::Value(value) => vec![format!("self.assertEqual({}, {value})", example.subject)],
        Wanted::NoError => example.subject.lines().map(str::to_owned).collect(),
    };
    let body: String = setup
        .iter()
        .chain(&asserted)
        .map(|line| match line.as_str() {
            "" => "\n".to_owned(),
            line => format!("        {line}\n"),
        })
        .collect();
    let text = format!(
        "import unittest\n\n\nclass ReportedTest(unittest.TestCase):\n    def {OWN}(self):\n{body}\n\nif __name__ == \"__main__\":\n    unittest.main()\n"
    );
    let place =
        |name: &str| RelPath::parse(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }).ok();
    for path in NAMES.iter().filter_map(|name| place(name)) {
        if bench.read(&path)?.is_none() {
            return Ok(Some(Patch::from_files([FilePatch { path, before: None, after: Some(text.into_bytes()) }])));
        }
    }
    Ok(None)
}

/// The modules that the repository's own files are.
fn modules(bench: &Bench) -> Result<BTreeSet<String>> {
    Ok(bench.files()?.iter().filter(|path| !guard::is_test(path)).filter_map(text::module_of).collect())
}

/// The import of a name that one module of the repository defines at its top, or of that module.
fn import_of(bench: &Bench, name: &str, modules: &BTreeSet<String>) -> Result<Option<String>> {
    if modules.contains(name) {
        return Ok(Some(format!("import {name}")));
    }
    let mut found = BTreeSet::new();
    for path in bench.files()?.iter().filter(|path| path.extension() == "py" && !guard::is_test(path)) {
        let Some(module) = text::module_of(path) else { continue };
        let Some(source) = bench.read(path)?.filter(|source| memchr::memmem::find(source, name.as_bytes()).is_some())
        else {
            continue;
        };
        let defines = |syntax: Syntax| {
            let line_starts = |range: &std::ops::Range<usize>| {
                syntax.line(syntax.line_of(range.start)).map(|line| syntax.text(&line).to_owned())
            };
            syntax.names().iter().any(|n| {
                let at_top = line_starts(&n.range)
                    .is_some_and(|line| ["def ", "class ", "async def "].iter().any(|k| line.starts_with(k)));
                n.defined && at_top && syntax.text(&n.range) == name
            })
        };
        if Syntax::parse(Language::Python, &source).is_some_and(defines) {
            found.insert(module);
        }
    }
    let only = found.first().filter(|_| found.len() == 1);
    Ok(only.map(|module| format!("from {module} import {name}")))
}
