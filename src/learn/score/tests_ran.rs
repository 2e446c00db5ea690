//! Test coverage: which of the changed lines the tests ran, where that is known, else how much the tests tell.

use super::{Coverage, Input, Rating};
use crate::guard::is_test;
use crate::ids::RelPath;
use crate::record::entry::Part;

pub(super) fn rate(input: &Input) -> Part {
    let mut rating = match input.coverage.and_then(|coverage| of_changed(input, coverage)) {
        Some((ran, all)) => {
            let mut rating = Rating::from(100.0 * ran as f64 / all as f64);
            rating.say(format!("the tests ran {ran} of {all} changed lines that can run"));
            rating
        }
        None => by_results(input),
    };
    let adds = input.patch.files().iter().any(|file| is_test(&file.path));
    if adds && rating.score < 100.0 {
        rating.score += 10.0;
        rating.say("+10: it changes or adds a test".to_owned());
    }
    rating.part()
}

fn of_changed(input: &Input, coverage: &Coverage) -> Option<(usize, usize)> {
    let (mut ran, mut all) = (0, 0);
    for (path, line, _) in input.patch.added_lines().into_iter().filter(|(path, ..)| !is_test(path)) {
        if let Some(did) = lines_of(coverage, path).and_then(|lines| lines.get(&line)) {
            all += 1;
            ran += usize::from(*did);
        }
    }
    (all > 0).then_some((ran, all))
}

fn lines_of<'a>(coverage: &'a Coverage, path: &RelPath) -> Option<&'a std::collections::BTreeMap<u32, bool>> {
    coverage.of(path.as_str())
}

/// Without a measurement the tests' own results say something: those that failed and pass now run the change.
fn by_results(input: &Input) -> Rating {
    let Some(evidence) = input.evidence.filter(|e| e.after.as_ref().is_some_and(|run| run.passed())) else {
        let mut rating = Rating::from(20.0);
        rating.say("no command was seen passing".to_owned());
        return rating;
    };
    let mended = evidence.fail_to_pass.len();
    let kept = evidence.pass_to_pass.unwrap_or(0);
    let (score, told) = match (mended, kept) {
        (0, 0) => (55.0, "the command passes; it tells of no single test".to_owned()),
        (0, kept) => (65.0, format!("the command passes and {} as before; none was failing by name", counted(kept))),
        (mended, 0) => (80.0, format!("{} failed before and passes now, so it runs the change", counted(mended))),
        (mended, kept) => {
            let told =
                format!("{} failing before and passing now, {} passing as before", counted(mended), counted(kept));
            (if kept >= 5 { 90.0 } else { 85.0 }, told)
        }
    };
    let mut rating = Rating::from(score);
    rating.say(format!("{told}; which lines they run is not known"));
    rating
}

fn counted(n: usize) -> String {
    crate::brain::text::count(n, "test")
}
