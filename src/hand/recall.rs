//! `recall`: what mended the same failure before is done again, and proven like anything else. It costs nothing where
//! the ledger knows nothing: then the hand is not even asked.

use super::{Hand, Job};
use crate::learn;
use crate::record::entry::Learning;
use crate::record::{Candidate, Confidence, HandId, Match, Seen};
use anyhow::Result;

/// Each one costs a run of the command.
const MOST: usize = 3;

pub struct Recall;

impl Hand for Recall {
    fn id(&self) -> HandId {
        HandId::Recall
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        let with_patch = job.diagnosis.seen.iter().filter_map(|seen| {
            let learning = job.learnings.iter().copied().find(|learning| learn::may_recall(seen, learning))?;
            Some((seen, learning, learning.patch.as_deref()?))
        });
        let candidates =
            with_patch.filter_map(|(seen, learning, diff)| candidate(job, seen, learning, diff).transpose());
        Ok(Box::new(candidates.take(MOST)))
    }
}

fn candidate(job: &Job, seen: &Seen, learning: &Learning, diff: &str) -> Result<Option<Candidate>> {
    let mut broken = None;
    let patch = learn::replay(diff, &mut |path| {
        job.workshop.read(path).unwrap_or_else(|error| {
            broken = Some(error);
            None
        })
    });
    if let Some(error) = broken {
        return Err(error);
    }
    let is_same = seen.by == Match::Signature;
    let sure = is_same && learning.wins > 1 && learning.losses == 0;
    let confidence = if sure { Confidence::Confident } else { Confidence::Suggested };
    let why = learn::mended(&learning.key, &learning.text, is_same);
    Ok(patch.map(|patch| Candidate { patch, hand: HandId::Recall, why, confidence }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand::testing::{Shop, after};
    use crate::record::entry::Lesson;

    const DIFF: &str = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n def f(x):\n-    return x.lenght\n+    return x.length\n \n";

    fn learning(diff: &str) -> Learning {
        Learning {
            key: "fix-1".to_owned(),
            lesson: Lesson::Fix,
            signature: None,
            class: None,
            hand: Some(HandId::Hint),
            files: Vec::new(),
            text: "no attribute lenght: renamed it".to_owned(),
            patch: Some(diff.to_owned()),
            confidence: 0.7,
            wins: 1,
            losses: 0,
            origin: String::new(),
            retired: false,
            revision: 0,
        }
    }

    fn offered(text: &str, diff: &str, losses: u32) -> Vec<Candidate> {
        let seen = Seen {
            key: "fix-1".to_owned(),
            lesson: Lesson::Fix,
            by: Match::Signature,
            text: String::new(),
            origin: String::new(),
            confidence: learn::confidence(1, losses),
            hand: None,
            files: Vec::new(),
        };
        Shop::new(&[("a.py", text)]).recalling(
            &Recall,
            &[seen],
            &[Learning { losses, confidence: learn::confidence(1, losses), ..learning(diff) }],
        )
    }

    #[test]
    fn what_mended_it_is_done_again_where_it_stands_now() {
        let moved = "import os\n\n\ndef f(x):\n    return x.lenght\n\n\ndef g():\n    pass\n";
        let offers = offered(moved, DIFF, 0);
        assert_eq!(after(&offers[0]), moved.replace("lenght", "length"));
        assert!(offers[0].why.contains("renamed it (mended this failure before: fix-1)"), "{}", offers[0].why);
    }

    #[test]
    fn what_does_not_fit_or_was_declined_is_not_offered() {
        assert!(offered("def f(x):\n    return len(x)\n", DIFF, 0).is_empty());
        assert!(offered("def f(x):\n    return x.length\n\n", DIFF, 0).is_empty(), "it is done already");
        assert!(offered("def f(x):\n    return x.lenght\n\n", DIFF, 2).is_empty());
        assert!(offered("def f(x):\n    return x.lenght\n\n", "not a diff", 0).is_empty());
    }
}
