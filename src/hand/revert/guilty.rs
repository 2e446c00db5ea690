//! Which step of the history broke it: the newest one without which the command passes, found by strides that
//! double and then by halving, so that a hundred commits cost a dozen runs.

use super::Trials;
use super::pieces::Pieces;
use crate::git::Step;
use crate::verify::Trial;
use anyhow::Result;

/// The step and what of it can be taken back; `None` where no state that was tried is sound.
pub(super) fn find<'s>(trials: &Trials, steps: &'s [Step]) -> Result<Option<(&'s Step, Pieces)>> {
    let Some(last) = steps.len().checked_sub(1) else { return Ok(None) };
    let (mut bad, mut at) = (None, 0);
    while !is_sound(trials, &steps[at])? {
        if at == last {
            return Ok(None);
        }
        bad = Some(at);
        at = (2 * at + 1).min(last);
    }
    let mut good = at;
    while let Some(low) = bad.filter(|low| good - low > 1) {
        let middle = low + (good - low) / 2;
        if is_sound(trials, &steps[middle])? { good = middle } else { bad = Some(middle) }
    }
    let step = &steps[good];
    // What came later is not its doing, where it stands elsewhere.
    let own = if good == 0 { None } else { Some(trials.job.workshop.change_of(step)?) };
    let pieces = trials.pieces(step, own.as_ref())?;
    Ok((!pieces.is_empty()).then_some((step, pieces)))
}

/// Whether what failed passes in the state before the step.
fn is_sound(trials: &Trials, step: &Step) -> Result<bool> {
    let pieces = trials.pieces(step, None)?;
    let all: Vec<usize> = (0..pieces.len()).collect();
    let what = match &step.to {
        Some(to) => format!("as it was before {}", to.short()),
        None => "without what is not committed".to_owned(),
    };
    Ok(matches!(trials.run(&pieces.patch(&all), &what)?, Trial::Passes | Trial::Cures))
}
