//! What leaves the stage is for people elsewhere: no places of this attempt, whole lines.

use crate::record::{Healing, RunSummary};
use crate::report::markdown::tail;
use crate::verify::Run;
use std::path::Path;

/// Files are called as the repository calls them, not by where this attempt has its tree; where it keeps its own is
/// nobody's business.
pub(super) fn without_places(healing: &mut Healing, root: &Path, scratch: &Path) {
    let (root, own) = (format!("{}/", root.display()), format!("{}/", scratch.display()));
    // What runners say of the reports that we asked them for.
    let asked = format!("{own}{}", crate::verify::FOLDER);
    let strip = |text: &mut String| {
        if text.contains(&asked) {
            *text = text.lines().filter(|line| !line.contains(&asked)).collect::<Vec<_>>().join("\n");
        }
        for (place, shown) in [(&own, "…/"), (&root, "")] {
            *text = text.replace(place, shown);
        }
    };
    strip(&mut healing.reason);
    if let Some(diagnosis) = &mut healing.diagnosis {
        diagnosis.first_error.iter_mut().for_each(strip);
        for location in &mut diagnosis.locations {
            strip(&mut location.path);
            strip(&mut location.message);
        }
    }
    if let Some(evidence) = &mut healing.evidence {
        strip(&mut evidence.before.excerpt);
        evidence.after.iter_mut().for_each(|after| strip(&mut after.excerpt));
    }
    healing.tried.iter_mut().for_each(|tried| strip(&mut tried.result));
}

/// What is kept of a run: how it ended and its last lines.
pub(super) fn summarize(run: &Run) -> RunSummary {
    RunSummary {
        exit: run.finished.exit,
        seconds: run.finished.seconds,
        limit: run.finished.limit.map(|l| format!("{l:?}").to_lowercase()),
        excerpt: last_lines(&run.text, 4096),
    }
}

/// Whole lines, at most `max` bytes; of a single longer one its end.
fn last_lines(text: &str, max: usize) -> String {
    let text = tail(text.trim_end(), 60);
    let skip = text.char_indices().rev().map(|(i, _)| i).find(|i| text.len() - i >= max).unwrap_or(0);
    match (skip, text[skip..].split_once('\n')) {
        (0, _) => text,
        (_, Some((_, rest))) => format!("…\n{rest}"),
        (_, None) => format!("…{}", &text[skip..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_cut() {
        assert_eq!(last_lines("one\ntwo\n", 100), "one\ntwo");
        assert_eq!(last_lines("the first line\nthe second\nthird", 10), "…\nthird");
        assert_eq!(last_lines("a single line that is long", 8), "… is long");
    }

    #[test]
    fn our_own_folders_stay_ours() {
        let said = "cachedir: /t/private/run-a1/cache\n/t/tree/src/a.py:3: KeyError\nopen /t/private/tmp/x\n\
                    - generated xml file: /t/private/run-a1/report -";
        let mut healing = Healing { reason: said.to_owned(), ..Healing::default() };
        without_places(&mut healing, Path::new("/t/tree"), Path::new("/t/private"));
        assert_eq!(healing.reason, "src/a.py:3: KeyError\nopen …/tmp/x");
    }
}
