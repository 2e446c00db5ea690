//! Readability: whether new code looks like the file around it: names, indentation, length of lines, comments.

use super::{Changed, Input, Rating};
use crate::brain::text::count;
use crate::record::entry::{Concern, Part};
use crate::syntax::{Role, Syntax};
use std::collections::BTreeSet;

/// A file whose longest line is shorter still may have lines of this length.
const LINE: usize = 100;
/// So many new lines of code ask for a word, where the file has words for its own.
const UNCOMMENTED: usize = 25;

pub(super) fn rate(input: &Input, files: &[Changed]) -> Part {
    let mut rating = Rating::from(100.0);
    let foreign: BTreeSet<String> = files.iter().flat_map(foreign_names).collect();
    let few: Vec<&str> = foreign.iter().take(4).map(String::as_str).collect();
    rating.lose(foreign.len(), 8.0, 32.0, &format!("names unlike the file's own: {}", few.join(", ")));
    let long = files.iter().map(long_lines).sum();
    rating.lose(long, 4.0, 20.0, &format!("{} than the file has", count(long, "longer line")));
    let indented = files.iter().filter(|file| other_indentation(file)).count();
    rating.lose(indented, 15.0, 30.0, "tabs where the file has blanks, or the other way round");
    let trailing = files.iter().flat_map(|f| &f.added).filter(|(_, l)| l.ends_with([' ', '\t'])).count();
    rating.lose(trailing, 3.0, 9.0, &format!("{} with blanks at the end", count(trailing, "line")));
    let left =
        files.iter().flat_map(|f| &f.added).filter(|(_, l)| ["TODO", "FIXME", "XXX"].iter().any(|w| l.contains(w)));
    rating.lose(left.count(), 5.0, 15.0, "something is left to be done");
    let silent = files.iter().filter(|file| uncommented(file)).count();
    rating.lose(silent, 10.0, 20.0, "much new code without a comment, where the file has them");
    let style = input.remarks.iter().filter(|r| r.concern == Concern::Style).count();
    rating.lose(style, 5.0, 20.0, &format!("a reviewer has {} about style", count(style, "remark")));
    if rating.reasons.is_empty() {
        rating.say("looks like the code around it".to_owned());
    }
    rating.part()
}

/// How the parts of a name are put together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Snake,
    Camel,
    Upper,
}

/// `None` for names of one part, which fit everywhere.
fn case(name: &str) -> Option<Case> {
    let name = name.trim_matches('_');
    let has = |test: fn(char) -> bool| name.chars().any(test);
    match (name.contains('_'), has(char::is_lowercase), has(char::is_uppercase)) {
        (true, true, false) => Some(Case::Snake),
        (_, false, true) if name.len() > 1 => Some(Case::Upper),
        (false, true, true) if name.starts_with(char::is_lowercase) => Some(Case::Camel),
        _ => None,
    }
}

/// Names that the file did not have, in another case than nearly all that it had.
fn foreign_names(file: &Changed) -> Vec<String> {
    let Some((before, after)) = &file.trees else { return Vec::new() };
    let own = declared(before);
    let cases: Vec<Case> = own.iter().filter_map(|name| case(name)).collect();
    let usual = [Case::Snake, Case::Camel].into_iter().find(|wanted| {
        let same = cases.iter().filter(|case| *case == wanted).count();
        same >= 4 && same * 10 >= cases.iter().filter(|case| **case != Case::Upper).count() * 8
    });
    let Some(usual) = usual else { return Vec::new() };
    let every = all(before);
    let is_new = |name: &&String| !every.contains(*name);
    let is_foreign = |name: &&String| case(name).is_some_and(|case| case != usual && case != Case::Upper);
    declared(after).iter().filter(is_new).filter(is_foreign).cloned().collect()
}

fn declared(syntax: &Syntax) -> BTreeSet<String> {
    let binds = syntax.names().iter().filter(|name| name.defined && name.role == Role::Value);
    binds.map(|name| syntax.text(&name.range).to_owned()).collect()
}

fn all(syntax: &Syntax) -> BTreeSet<String> {
    syntax.names().iter().map(|name| syntax.text(&name.range).to_owned()).collect()
}

fn long_lines(file: &Changed) -> usize {
    let own = file.before.lines().map(|line| line.chars().count()).max().unwrap_or(0).max(LINE);
    file.added.iter().filter(|(_, line)| line.chars().count() > own).count()
}

fn other_indentation(file: &Changed) -> bool {
    let tabs = |text: &mut dyn Iterator<Item = &str>| {
        text.filter(|line| line.starts_with(['\t', ' '])).fold((0_usize, 0_usize), |(tabs, blanks), line| {
            if line.starts_with('\t') { (tabs + 1, blanks) } else { (tabs, blanks + 1) }
        })
    };
    let (old_tabs, old_blanks) = tabs(&mut file.before.lines());
    let (new_tabs, new_blanks) = tabs(&mut file.added.iter().map(|(_, line)| line.as_str()));
    (old_tabs == 0 && old_blanks > 2 && new_tabs > 0) || (old_blanks == 0 && old_tabs > 2 && new_blanks > 0)
}

/// By the beginnings that line comments have in the languages that are read.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "#", "/*", "*", "\"\"\"", "--", ";;"].iter().any(|mark| line.starts_with(mark)) && !line.starts_with("#[")
}

fn uncommented(file: &Changed) -> bool {
    let commented = file.before.lines().filter(|line| is_comment(line)).count();
    let lines = file.before.lines().count().max(1);
    let code = file.added.iter().filter(|(_, line)| !line.trim().is_empty() && !is_comment(line)).count();
    commented * 20 >= lines && code >= UNCOMMENTED && !file.added.iter().any(|(_, line)| is_comment(line))
}
