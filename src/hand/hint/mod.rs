//! The hand `hint`: repairs that a diagnostic all but spells out.
//!
//! To add a kind of hint: one file with a function from [`Scene`] to candidates, one entry in [`KINDS`].

mod accessor;
mod annotated;
mod arguments;
mod arms;
pub(super) mod asynchronous;
pub(super) mod awaited;
mod binding;
mod boxed;
mod called;
mod circular;
mod clause;
mod comment;
mod compared;
mod complaint;
mod conflict;
mod constness;
mod constructor;
mod conversion;
mod data;
mod declared;
mod dependency;
mod depth;
mod dialect;
pub(super) mod distance;
mod glued;
mod idle;
mod implemented;
mod indentation;
mod index;
mod instead;
mod intent;
mod jdk;
mod keyed;
mod keyword;
mod keyworded;
mod left_out;
mod lifetime;
mod lines;
mod list;
mod lone;
mod make;
mod meaning;
mod missing;
mod mixed;
mod modifier;
mod moved;
mod mutable;
mod name;
mod native;
mod newless;
mod nil_map;
mod node;
mod nothing;
mod optional;
mod owner;
mod packages;
mod paths;
mod place;
mod pointers;
mod punctuation;
mod pytest;
mod qualifier;
mod ranging;
mod raw;
mod receiver;
mod renamed;
mod required;
mod results;
mod returning;
mod retyped;
mod runtime;
mod said;
mod shared;
mod signature;
mod silent;
mod slip;
mod specifier;
mod spelling;
mod swapped;
mod tag;
mod thrown;
mod tried;
mod twice;
mod unchecked;
mod undeclared;
mod unfilled;
mod unpacked;
mod unreturned;
mod untaken;
mod verbs;
mod visible;
mod whole;
mod words;

use super::recent::Recent;
use super::{Hand, Job, offer};
use crate::ids::RelPath;
use crate::patch::{Edit, Patch};
use crate::record::{Candidate, Confidence, HandId};
use crate::syntax::{Language, Syntax};
use anyhow::{Context as _, Result};
use complaint::Complaint;
use index::Index;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

pub struct Hint;

/// Scripts that are looked at without being named.
const MOST_SCRIPTS: usize = 40;

/// What every kind of hint looks at; the expensive parts are made when first asked for.
struct Scene<'a> {
    job: &'a Job<'a>,
    /// What the command printed, without colours.
    log: String,
    complaints: Vec<Complaint>,
    index: OnceCell<Index>,
    recent: OnceCell<Recent>,
    parsed: RefCell<HashMap<RelPath, Option<Rc<Syntax>>>>,
}

struct Kind {
    name: &'static str,
    propose: fn(&Scene) -> Result<Vec<Candidate>>,
}

const KINDS: &[Kind] = &[
    Kind { name: "conflict markers", propose: conflict::propose },
    Kind { name: "slip in the last change", propose: slip::propose },
    Kind { name: "forgotten after a rename", propose: renamed::propose },
    Kind { name: "forgotten after a changed signature", propose: signature::propose },
    Kind { name: "makefile", propose: make::propose },
    Kind { name: "class without new", propose: newless::propose },
    Kind { name: "comment without an end", propose: comment::propose },
    Kind { name: "header of this repository", propose: native::header::propose },
    Kind { name: "function that no header declares", propose: native::prototype::propose },
    Kind { name: "arm that is left out", propose: arms::propose },
    Kind { name: "words of another language", propose: dialect::propose },
    Kind { name: "C and C++", propose: native::propose },
    Kind { name: "what the linker misses", propose: native::link::propose },
    Kind { name: "C and C++, otherwise", propose: native::propose_others },
    Kind { name: "data file", propose: data::propose },
    Kind { name: "module path", propose: specifier::propose },
    Kind { name: "package that the manifest lacks", propose: dependency::propose },
    Kind { name: "module that nobody declares", propose: undeclared::propose },
    Kind { name: "package of the folder", propose: clause::propose },
    Kind { name: "package path", propose: packages::propose },
    Kind { name: "name that only the runtime reads", propose: silent::propose },
    Kind { name: "line that stands twice", propose: twice::propose },
    Kind { name: "condition that assigns", propose: compared::propose },
    Kind { name: "import and export", propose: binding::propose },
    Kind { name: "module that is one thing", propose: whole::propose },
    Kind { name: "two kinds of modules", propose: mixed::propose },
    Kind { name: "required and not given", propose: required::propose },
    Kind { name: "module of another package", propose: depth::propose },
    Kind { name: "modules in a circle", propose: circular::propose },
    Kind { name: "member without its owner", propose: owner::propose },
    Kind { name: "set and not declared", propose: declared::propose },
    Kind { name: "text that nobody fills", propose: unfilled::propose },
    Kind { name: "value that comes later", propose: awaited::propose },
    Kind { name: "default that is shared", propose: shared::propose },
    Kind { name: "what pytest does not know", propose: pytest::propose },
    Kind { name: "texts without a comma", propose: glued::propose },
    Kind { name: "key that is not there", propose: keyed::propose },
    Kind { name: "type for a package", propose: qualifier::propose },
    Kind { name: "pairs that are not taken apart", propose: unpacked::propose },
    Kind { name: "field that is left out", propose: left_out::propose },
    Kind { name: "annotation", propose: annotated::propose },
    Kind { name: "moved in part", propose: moved::propose },
    Kind { name: "what may fail", propose: tried::propose },
    Kind { name: "read through its accessor", propose: accessor::propose },
    Kind { name: "missing import", propose: missing::propose },
    Kind { name: "function for its value", propose: called::propose },
    Kind { name: "given and not kept", propose: constructor::unset },
    Kind { name: "misspelt name", propose: name::propose },
    Kind { name: "name that is not taken", propose: untaken::propose },
    Kind { name: "argument of another name", propose: keyworded::propose },
    Kind { name: "error that nobody looks at", propose: unchecked::propose },
    Kind { name: "unused", propose: idle::propose },
    Kind { name: "loop or tag that is not whole", propose: ranging::propose },
    Kind { name: "value for its text", propose: conversion::texts },
    Kind { name: "declared as another type", propose: retyped::propose },
    Kind { name: "address or value", propose: pointers::propose },
    Kind { name: "values of a call", propose: results::propose },
    Kind { name: "reference that may not change", propose: mutable::propose },
    Kind { name: "missing lifetime", propose: lifetime::propose },
    Kind { name: "words before a declaration", propose: modifier::propose },
    Kind { name: "missing return", propose: returning::propose },
    Kind { name: "result that is not given back", propose: unreturned::propose },
    Kind { name: "map that nobody made", propose: nil_map::propose },
    Kind { name: "nothing given back", propose: nothing::propose },
    Kind { name: "value that leads nowhere", propose: returning::anywhere },
    Kind { name: "format of go vet", propose: verbs::propose },
    Kind { name: "said outright", propose: instead::propose },
    Kind { name: "declared for another type", propose: implemented::propose },
    Kind { name: "not visible", propose: visible::propose },
    Kind { name: "needed and not given", propose: optional::propose },
    Kind { name: "arguments in another order", propose: swapped::propose },
    Kind { name: "parent that is not called", propose: constructor::parent },
    Kind { name: "missing receiver", propose: receiver::propose },
    Kind { name: "missing argument", propose: arguments::propose },
    Kind { name: "declared otherwise", propose: constness::propose },
    Kind { name: "another type", propose: conversion::propose },
    Kind { name: "declared as another number", propose: retyped::propose_others },
    Kind { name: "primitive between brackets", propose: boxed::propose },
    Kind { name: "generic type without its arguments", propose: raw::propose },
    Kind { name: "undeclared exception", propose: thrown::propose },
    Kind { name: "await", propose: asynchronous::propose },
    Kind { name: "indentation", propose: indentation::propose },
    Kind { name: "misspelt keyword", propose: keyword::propose },
    Kind { name: "closing tag", propose: tag::propose },
    Kind { name: "punctuation", propose: punctuation::propose },
    Kind { name: "lone name", propose: lone::propose },
];

impl Hand for Hint {
    fn id(&self) -> HandId {
        HandId::Hint
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        let log = anstream::adapter::strip_str(job.log).to_string();
        let scene = Scene {
            job,
            complaints: complaint::read(job, &log),
            log,
            index: OnceCell::new(),
            recent: OnceCell::new(),
            parsed: RefCell::default(),
        };
        let offers = KINDS.iter().flat_map(move |kind| {
            let offers = (kind.propose)(&scene).with_context(|| format!("hint {}", kind.name));
            match offers {
                Ok(candidates) => candidates.into_iter().map(Ok).collect::<Vec<_>>(),
                Err(error) => vec![Err(error)],
            }
        });
        Ok(offer::fresh(job, offers))
    }
}

impl Scene<'_> {
    fn index(&self, language: Language, near: &RelPath) -> Result<&Index> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let built = Index::build(self.job, language, near)?;
        Ok(self.index.get_or_init(|| built))
    }

    /// The files in JavaScript and TypeScript that messages and stacks name, each once, and those that they import, on all
    /// ways: a rejected promise does not tell its own. TypeScript's compiler says where it is.
    fn scripts(&self) -> Vec<RelPath> {
        let mut files: Vec<RelPath> = Vec::new();
        for place in self.complaints.iter().flat_map(|complaint| &complaint.places) {
            if Language::with_names(&place.path).is_some_and(Language::is_script) && !files.contains(&place.path) {
                files.push(place.path.clone());
            }
        }
        let is_compiled = self.complaints.iter().any(|complaint| complaint.message.starts_with("TS"));
        let mut at = if is_compiled { files.len() } else { 0 };
        while let Some(path) = files.get(at).filter(|_| at < MOST_SCRIPTS).cloned() {
            at += 1;
            let sources = self.syntax(&path).ok().flatten().map(|syntax| syntax.imports()).unwrap_or_default();
            let all = self.job.workshop.files().unwrap_or_default();
            let near = sources.iter().filter(|import| paths::is_relative(&import.source));
            for own in near.filter_map(|import| paths::target(all, &path, &import.source)) {
                if !files.contains(own) {
                    files.push(own.clone());
                }
            }
        }
        files
    }

    /// The last change. Asking for the history takes longer than reading most complaints.
    fn recent(&self) -> Result<&Recent> {
        if let Some(recent) = self.recent.get() {
            return Ok(recent);
        }
        let recent = Recent::of(self.job)?;
        Ok(self.recent.get_or_init(|| recent))
    }

    /// A source file that we may edit, parsed.
    fn syntax(&self, path: &RelPath) -> Result<Option<Rc<Syntax>>> {
        if let Some(known) = self.parsed.borrow().get(path) {
            return Ok(known.clone());
        }
        let Some(language) = Language::with_names(path) else { return Ok(None) };
        let text = offer::editable(self.job, path)?;
        let parsed = text.and_then(|text| Syntax::parse(language, &text)).map(Rc::new);
        self.parsed.borrow_mut().insert(path.clone(), parsed.clone());
        Ok(parsed)
    }

    /// Whether a tool complains of the syntax of a file that does not parse, and the edits leave it as it is.
    fn misses_the_fault(&self, edits: &[Edit]) -> Result<bool> {
        let refused = |path: &RelPath| {
            self.complaints.iter().any(|complaint| {
                keyword::is_syntactic(&complaint.message) && complaint.places.first().is_some_and(|it| it.path == *path)
            })
        };
        let Some(path) = edits.first().map(|edit| &edit.path).filter(|path| refused(path)) else { return Ok(false) };
        let Some(before) = self.syntax(path)?.filter(|syntax| !syntax.is_sound()) else { return Ok(false) };
        let [edit] = edits else { return Ok(false) };
        let faults = |syntax: &Syntax| {
            let all = syntax.faults();
            (all.len(), all.iter().map(|fault| fault.range.len()).sum::<usize>())
        };
        let Some(after) = before.edited(edit.range.clone(), &edit.text) else { return Ok(false) };
        let ((old, wide), (new, left)) = (faults(&before), faults(&after));
        Ok(new >= old && left >= wide)
    }

    /// `None` too when a name would be defined twice, or the fault of a file that does not parse would stay.
    fn candidate(&self, edits: Vec<Edit>, why: String, confidence: Confidence) -> Result<Option<Candidate>> {
        for edit in &edits {
            if self.syntax(&edit.path)?.is_some_and(|syntax| place::defines_twice(&syntax, edit)) {
                return Ok(None);
            }
        }
        if self.misses_the_fault(&edits)? {
            return Ok(None);
        }
        let patch: Option<Patch> = offer::patch(self.job, edits)?;
        Ok(patch.map(|patch| Candidate { patch, hand: HandId::Hint, why, confidence }))
    }
}

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod spelled;
#[cfg(test)]
mod tests;
