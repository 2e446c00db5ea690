//! A model words what was wrong and what was changed. What it may not say is decided where it is shown (`report`).

use super::model::data::block;
use crate::llm::{Message, Model, Request, Seat};
use crate::record::Healing;
use crate::report;
use crate::report::markdown::one_line;
use std::fmt::Write as _;

const LONGEST_REPLY: u64 = 400;

/// Its words, where they may be said; else why there are none.
pub fn of(model: &dyn Model, healing: &Healing) -> Result<String, String> {
    let Some(candidate) = &healing.candidate else { return Err("nothing was changed".to_owned()) };
    let mut found = String::new();
    if let Some(diagnosis) = &healing.diagnosis {
        let _ = writeln!(found, "class: {}", diagnosis.class.as_str());
        let _ = writeln!(found, "first error: {}", diagnosis.first_error.as_deref().unwrap_or("none"));
    }
    let text = block("the diagnosis", &found, 1_000)
        + &block("the change", &candidate.patch.unified_diff(), 8_000)
        + &block("why, in the words of whoever made it", &candidate.why, 600);
    let request = Request {
        system: include_str!("words.md").to_owned(),
        messages: vec![Message::User { text }],
        tools: Vec::new(),
        max_tokens: LONGEST_REPLY,
    };
    let replies = model.complete_all(Seat::Cheap, std::slice::from_ref(&request));
    let reply = replies.into_iter().next().ok_or_else(|| "nobody answered".to_owned())?.map_err(|no| no.why)?;
    let words = one_line(&reply.text, 2_000);
    report::may_be_said(healing, &words).map(|()| words)
}
