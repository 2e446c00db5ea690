//! One hand alone, for another end than to repair the command.

use super::{Bench, Climb, Step, climb_so};
use crate::hand::Hand;
use crate::patch::Patch;
use crate::record::Diagnosis;
use crate::stage::heal::reproduce::Reach;
use crate::verify::Run;
use anyhow::Result;

/// Where one hand alone is asked, and for what.
#[derive(Default)]
pub struct Aim<'a> {
    /// What it is to do, where that is no repair of the command.
    pub aim: Option<&'a str>,
    pub text: Option<&'a str>,
    /// Where a repair has to stand, where a model wrote the test that shows the failure.
    pub reach: Option<&'a Reach>,
}

/// What that hand comes to, on top of `given`, which is applied already.
pub fn one_hand(
    bench: &Bench,
    base: &Run,
    first: &Diagnosis,
    given: &Patch,
    (hand, aim): (&dyn Hand, &Aim),
) -> Result<Climb> {
    climb_so(bench, base, given, aim, |state| {
        state.find_out_about_git(first, &base.text)?;
        Ok(match state.ask(hand, first, &base.text)? {
            Some(Step::Done(ending)) => *ending,
            // Half of what is wanted is none of it.
            Some(Step::Next(_)) => {
                let ground = std::mem::replace(&mut state.ground, given.clone());
                bench.undo(&given.reversed().then(&ground))?;
                state.gave_up()
            }
            Some(Step::Stuck) | None => match bench.over() {
                Some(outcome) => state.ended(outcome),
                None => state.gave_up(),
            },
        })
    })
}
