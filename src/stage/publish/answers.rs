//! One answer to each thread that was worked on; what is done is resolved, the rest is left to people.

use super::{Published, Setting};
use crate::report;
use crate::stage::proposal::Proposal;
use crate::stage::review;
use crate::task::Kind;

/// Which threads may be answered is asked of the forge again: the proposal may come from a job that ran repository
/// code. What was answered by an attempt that was killed has our word at its end, and is not asked for any more.
pub(super) fn answer(setting: &Setting, proposal: &Proposal, published: &Published) {
    let settled = &proposal.healing.answers;
    let Some(pull) = proposal.task.number.filter(|_| proposal.task.kind == Kind::Review && !settled.is_empty()) else {
        return;
    };
    let open = match review::wishes(setting.forge, setting.config, pull) {
        Ok(open) => open,
        Err(e) => return (setting.say)("publish", &format!("no thread is answered ({e})")),
    };
    let story = setting.story(proposal, published);
    for wish in settled.iter().filter(|wish| open.iter().any(|open| open.thread == wish.thread)) {
        // Nothing is promised that is not on the branch.
        if wish.done && published.commit.is_none() {
            continue;
        }
        let (marker, body) = report::thread_answer(&story, wish);
        let answered = setting.forge.answer_thread(&wish.thread, &marker, &body);
        let resolved =
            answered.and_then(|()| if wish.done { setting.forge.resolve_thread(&wish.thread) } else { Ok(()) });
        if let Err(e) = resolved {
            (setting.say)("publish", &format!("a thread is not answered or not resolved ({e})"));
        }
    }
}
