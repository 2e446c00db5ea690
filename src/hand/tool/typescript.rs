//! TypeScript's own code fixes: a small script asks the compiler that the project has installed, and keeps those fixes
//! with which there are fewer errors.

use super::{program, scripts};
use crate::brain::checkers::position;
use crate::command::CommandLine;
use crate::hand::recent::{Recent, occurrences};
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

const SCRIPT: &str = include_str!("typescript.js");
const SECONDS: u64 = 60;
const MOST_FILES: usize = 40;

/// Fixes that say no more than the error does, the most certain first. Names that are spelt otherwise are left to the
/// hand `hint`, which asks the repository on which side the slip is.
const SURE: &[&str] = &[
    "fixOverrideModifier",
    "fixAwaitInSyncFunction",
    "import",
    "forgottenThisPropertyAccess",
    "fixImportNonExportedMember",
    "convertToTypeOnlyImport",
    "convertToTypeOnlyExport",
    "useDefaultImport",
    "addMissingNewOperator",
    "constructorForDerivedNeedSuperCall",
    "classSuperMustPrecedeThisAccess",
    "extendsInterfaceBecomesImplements",
    "fixIncorrectNamedTupleSyntax",
    "correctQualifiedNameToIndexedAccessType",
];

/// Fixes that choose one of several ways. Neither list has those that write a stub, silence the compiler or claim a
/// type: they would pass and repair nothing.
const LIKELY: &[&str] = &[
    "addMissingAwait",
    "returnValueCorrect",
    "addMissingAsync",
    "addMissingInvocation",
    "fixReturnTypeInAsyncFunction",
    "addMissingConst",
    "fixNoPropertyAccessFromIndexSignature",
    "addVoidToPromise",
    "fixUnreachableCode",
    "fixUnusedLabel",
    "jdocTypes",
    "unusedIdentifier",
];

/// Where nothing else is complained of: types that are lost are mostly a consequence.
const TYPES: &str = "inferFromUsage";
static UNTYPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bTS(?:70\d\d\b|(\d+))").ok());

static ERROR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)([^\s(:'\x22`]+\.[cm]?[tj]sx?)[(:]\d+[,:]\d+\)?(?::| -) (?:\S*error\S* )?TS\d+").ok()
});

#[derive(Deserialize)]
struct Made {
    what: Vec<String>,
    sure: bool,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    text: String,
}

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let paths = named(job);
    let Some(node) = (!paths.is_empty()).then(|| program(job, "node")).flatten() else { return Ok(Vec::new()) };
    // Where the last change took an import out, `hint` has its own words.
    let recent = Recent::of(job)?;
    let has_words = paths.iter().any(|path| recent.lost_imports(path));
    let sure: Vec<&str> = SURE.iter().copied().filter(|fix| *fix != "import" || !has_words).collect();
    let asked = serde_json::json!({
        "files": paths.iter().take(MOST_FILES).collect::<Vec<_>>(),
        "compiler": job.workshop.find_program("tsc"),
        "project": project(job)?,
        "sure": sure,
        "likely": LIKELY.iter().copied().chain(lacks_types_alone(job.log).then_some(TYPES)).collect::<Vec<_>>(),
        "seconds": SECONDS.min(job.workshop.left().as_secs() / 4).max(5),
    });
    let asked = asked.to_string();
    // In the root, so that paths are those of the repository.
    let command = CommandLine::new([node.as_str(), "-e", SCRIPT]);
    let done = job.workshop.run(&command, Some(asked.as_bytes()), Duration::from_secs(3 * SECONDS))?;
    let Ok(made) = serde_json::from_slice::<Vec<Made>>(&done.stdout) else {
        tracing::debug!("the script that asks TypeScript printed no candidates");
        return Ok(Vec::new());
    };
    let candidates = made.into_iter().map(|made| candidate(job, made));
    candidates.filter_map(Result::transpose).collect()
}

/// The sources that the compiler, or what calls it, complains about.
fn named(job: &Job) -> Vec<RelPath> {
    let Some(pattern) = ERROR.as_ref() else { return Vec::new() };
    let paths: BTreeSet<_> = pattern.captures_iter(job.log).filter_map(|c| job.workshop.resolve(&c[1])).collect();
    paths.into_iter().collect()
}

fn lacks_types_alone(log: &str) -> bool {
    UNTYPED.as_ref().is_some_and(|pattern| pattern.captures_iter(log).all(|code| code.get(1).is_none()))
}

/// The configuration that a call of the compiler names.
fn project(job: &Job) -> Result<Option<String>> {
    for source in scripts::all(job)? {
        for call in &source.script.calls {
            let Some(at) = ["tsc", "vue-tsc"].iter().find_map(|program| position(call, program)) else { continue };
            let words: Vec<&str> = call.texts().skip(at).collect();
            let given = words.windows(2).find(|pair| ["-p", "--project", "-b", "--build"].contains(&pair[0]));
            if let Some([_, given]) = given {
                let place = source.place_of(call).map(|place| format!("{place}/")).unwrap_or_default();
                return Ok(Some(format!("{place}{given}")));
            }
        }
    }
    Ok(None)
}

fn candidate(job: &Job, made: Made) -> Result<Option<Candidate>> {
    let mut files = Vec::new();
    for File { path, text } in made.files {
        let Ok(path) = RelPath::parse(path) else { return Ok(None) };
        let Some(before) = offer::editable(job, &path)? else { return Ok(None) };
        // The compiler takes the mark off, and puts others in the place of bytes that are no UTF-8.
        let Ok(old) = std::str::from_utf8(&before) else { return Ok(None) };
        // `any` silences what is asked for.
        if loosened(old) < loosened(&text) {
            return Ok(None);
        }
        let mark = if old.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        files.push(FilePatch { path, after: Some(format!("{mark}{text}").into_bytes()), before: Some(before) });
    }
    let patch = Patch::from_files(files);
    let why = match made.what.as_slice() {
        [] => return Ok(None),
        [one] => format!("took TypeScript's own fix: {one}"),
        many => format!("took {} of TypeScript's own fixes, first: {}", many.len(), many[0]),
    };
    let confidence = if made.sure { Confidence::Confident } else { Confidence::Suggested };
    Ok(Some(Candidate { patch, hand: HandId::Tool, why, confidence }))
}

fn loosened(text: &str) -> usize {
    occurrences(text, "any").len()
}

#[cfg(test)]
mod tests {
    use super::{lacks_types_alone, loosened};

    #[test]
    fn any_is_seen_as_a_word() {
        assert_eq!((loosened("(id: any) => many"), loosened("company")), (1, 0));
    }

    #[test]
    fn types_are_lost_behind_other_errors() {
        assert!(lacks_types_alone("a.ts(1,2): error TS7006: Parameter\na.ts(1,3): error TS7031: Binding\n"));
        assert!(!lacks_types_alone("a.ts(1,2): error TS2551: Property\na.ts(1,3): error TS7006: Parameter\n"));
    }
}
