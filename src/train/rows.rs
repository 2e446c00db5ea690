//! Rows in Oumi's forms: conversations for SFT, pairs for DPO, judged answers for KTO.

use super::{Row, Source, Verdict};
use serde_json::{Value, json};

const SYSTEM: &str = "You repair programs. You are given a failing command, what it printed and the code that it is about. \
                      You answer with a unified diff and nothing else.";

fn row(source: &Source, licence: &str, kind: &str, mut value: Value) -> Row {
    value["metadata"] = json!({
        "repository": source.repository, "attempt": source.attempt.as_str(), "task": source.task, "hand": source.hand,
        "class": source.class, "ended": source.at, "licence": licence, "kind": kind,
    });
    let group = source.signature.clone().unwrap_or_else(|| source.task.clone());
    Row { value, repository: source.repository.clone(), group, at: source.at.clone(), licence: licence.to_owned() }
}

/// The repair as question and answer, and the conversation that led to it where there was one.
pub fn sft(source: &Source, licence: &str) -> Vec<Row> {
    let messages = json!([
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": source.question},
        {"role": "assistant", "content": source.completion},
    ]);
    let repair = row(source, licence, "repair", json!({"messages": messages}));
    let talk = (source.hand == "model" && !source.talk.is_empty())
        .then(|| row(source, licence, "conversation", json!({"messages": source.talk})));
    [Some(repair), talk].into_iter().flatten().collect()
}

pub fn kto(source: &Source, licence: &str) -> Vec<Row> {
    let Verdict::Known(label) = source.verdict else { return Vec::new() };
    let value = json!({"prompt": prompt(source), "completion": source.completion, "label": label});
    vec![row(source, licence, "judged", value)]
}

/// Each wrong answer to a task beside a right one.
pub fn dpo(kept: &[(&Source, String)]) -> Vec<Row> {
    let is = |source: &Source, right: bool| source.verdict == Verdict::Known(right);
    let same = |a: &Source, b: &Source| {
        let by_failure = a.signature.is_some() && a.signature == b.signature;
        a.repository == b.repository && (a.task == b.task || by_failure) && a.completion != b.completion
    };
    let mut rows = Vec::new();
    for (wrong, _) in kept.iter().filter(|(source, _)| is(source, false)) {
        // Of several right ones the one closest in time.
        let right = kept.iter().filter(|(source, _)| is(source, true) && same(source, wrong));
        let right = right.min_by_key(|(source, _)| (source.at < wrong.at, source.at.clone()));
        if let Some((right, licence)) = right {
            let value = json!({"prompt": prompt(right), "chosen": right.completion, "rejected": wrong.completion});
            rows.push(row(right, licence, "pair", value));
        }
    }
    rows
}

fn prompt(source: &Source) -> String {
    format!("{SYSTEM}\n\n{}", source.question)
}
