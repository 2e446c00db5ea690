//! What leaves the stage is for people elsewhere: no places of this attempt, nothing that looks like a secret, whole lines.

use crate::guard::secrets::hidden;
use crate::record::{Healing, RunSummary};
use crate::report::markdown::tail;
use crate::verify::Run;
use std::path::Path;

/// Files are called as the repository calls them, not by where this attempt has its tree; where it keeps its own is
/// nobody's business, and neither is what the command knows: it may print the passwords of its own services.
pub(super) fn for_people(healing: &mut Healing, root: &Path, scratch: &Path) {
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
        *text = hidden(text);
    };
    strip(&mut healing.reason);
    if let Some(diagnosis) = &mut healing.diagnosis {
        strip(&mut diagnosis.signature.0);
        diagnosis.failing.iter_mut().chain(&mut diagnosis.first_error).for_each(strip);
        for location in &mut diagnosis.locations {
            strip(&mut location.path);
            strip(&mut location.message);
        }
        diagnosis.suspects.iter_mut().flat_map(|suspect| &mut suspect.why).for_each(strip);
    }
    if let Some(evidence) = &mut healing.evidence {
        strip(&mut evidence.before.excerpt);
        evidence.fail_to_pass.iter_mut().for_each(strip);
        // It is run as it stands; this is what is told of it.
        evidence.command = hidden(&evidence.command);
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
        for_people(&mut healing, Path::new("/t/tree"), Path::new("/t/private"));
        assert_eq!(healing.reason, "src/a.py:3: KeyError\nopen …/tmp/x");
    }

    #[test]
    fn what_the_command_knows_stays_here() {
        let said = "E   AssertionError: db_password = \"Qm48sKd02pZx\" token=Zx81kfLw92Lmq7ab";
        let run = RunSummary { exit: Some(1), seconds: 1.0, limit: None, excerpt: said.to_owned() };
        let mut healing = Healing { reason: said.to_owned(), ..Healing::default() };
        healing.evidence = Some(crate::record::Evidence {
            command: "make PASSWORD=Xk29fLq81mZpW".to_owned(),
            before: run,
            after: None,
            fail_to_pass: vec![said.to_owned()],
            pass_to_pass: None,
            reproduced: None,
            sandbox: String::new(),
            sandbox_gaps: Vec::new(),
        });
        for_people(&mut healing, Path::new("/t/tree"), Path::new("/t/private"));
        let hidden = "E   AssertionError: db_password = \"***\" token=***";
        let evidence = healing.evidence.unwrap();
        assert_eq!((healing.reason.as_str(), evidence.before.excerpt.as_str()), (hidden, hidden));
        assert_eq!((evidence.fail_to_pass[0].as_str(), evidence.command.as_str()), (hidden, "make PASSWORD=***"));
        let plain = "E   AssertionError: assert total([1, 2]) == 3, key = 'name', token = tokens[0]";
        assert_eq!(crate::guard::secrets::hidden(plain), plain);
    }
}
