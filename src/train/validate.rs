//! Whether rows have the form that Oumi reads, line by line.

use super::{Format, personal};
use serde_json::Value;
use std::collections::HashMap;

/// What is wrong on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub why: String,
}

/// All lines of a file; a last line without an end counts too.
pub fn check(text: &str, format: Format) -> (usize, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut rows = 0;
    for (at, line) in text.lines().enumerate() {
        rows += 1;
        let checked =
            serde_json::from_str::<Value>(line).map_err(|e| format!("no JSON: {e}")).and_then(|row| one(&row, format));
        faults.extend(checked.err().map(|why| Fault { line: at + 1, why }));
    }
    (rows, faults)
}

/// What rows must not have that are given away: the same row twice, and what is masked where they are made.
pub fn spoilt(text: &str) -> Vec<Fault> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let one = |(at, line)| {
        let before = *first.entry(line).or_insert(at);
        let why = if before < at {
            format!("the same as line {}", before + 1)
        } else if serde_json::from_str(line).is_ok_and(|mut row: Value| personal::mask(&mut row)) {
            "a secret or something personal is not masked".to_owned()
        } else {
            return None;
        };
        Some(Fault { line: at + 1, why })
    };
    text.lines().enumerate().filter_map(one).collect()
}

fn one(row: &Value, format: Format) -> Result<(), String> {
    let fields = row.as_object().ok_or("no object")?;
    let known: &[&str] = match format {
        Format::Sft => &["messages"],
        Format::Dpo => &["prompt", "chosen", "rejected"],
        Format::Kto => &["prompt", "completion", "label"],
    };
    if let Some(other) = fields.keys().find(|name| !known.contains(&name.as_str()) && *name != "metadata") {
        return Err(format!("the field `{other:.60}` is none of {}", known.join(", ")));
    }
    if fields.get("metadata").is_some_and(|metadata| !metadata.is_object()) {
        return Err("`metadata` is no object".to_owned());
    }
    match format {
        Format::Sft => messages(row),
        Format::Dpo => {
            known.iter().try_for_each(|name| text(row, name))?;
            if row["chosen"] == row["rejected"] {
                Err("`chosen` and `rejected` are the same".to_owned())
            } else {
                Ok(())
            }
        }
        Format::Kto => {
            ["prompt", "completion"].iter().try_for_each(|name| text(row, name))?;
            row["label"].is_boolean().then_some(()).ok_or_else(|| "`label` is not true or false".to_owned())
        }
    }
}

fn text(row: &Value, name: &str) -> Result<(), String> {
    match row[name].as_str() {
        Some(text) if !text.trim().is_empty() => Ok(()),
        Some(_) => Err(format!("`{name}` is empty")),
        None => Err(format!("`{name}` is missing or no text")),
    }
}

fn messages(row: &Value) -> Result<(), String> {
    let messages =
        row["messages"].as_array().filter(|messages| !messages.is_empty()).ok_or("`messages` is no list, or empty")?;
    for (at, message) in messages.iter().enumerate() {
        let nth = at + 1;
        let role = message["role"].as_str().unwrap_or_default();
        if !["system", "user", "assistant", "tool"].contains(&role) {
            return Err(format!("message {nth}: the role `{role:.40}` is not system, user, assistant or tool"));
        }
        let calls = message["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
        match &message["content"] {
            Value::String(text) if role == "assistant" && text.trim().is_empty() && !calls => {
                return Err(format!("message {nth}: the assistant says nothing"));
            }
            Value::String(_) => {}
            Value::Null if role == "assistant" && calls => {}
            Value::Null => return Err(format!("message {nth}: no content, and no tool_calls in its place")),
            _ => return Err(format!("message {nth}: the content is no text")),
        }
        if role == "system" && at > 0 {
            return Err(format!("message {nth}: `system` comes first"));
        }
        if role == "tool" && message["tool_call_id"].as_str().is_none() {
            return Err(format!("message {nth}: `tool` without `tool_call_id`"));
        }
    }
    match messages.last().and_then(|last| last["role"].as_str()) {
        Some("assistant") => Ok(()),
        _ => Err("the last message is not the assistant's: there is nothing to learn".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_given_away_is_found() {
        let row = |said: &str| format!(r#"{{"prompt":"a","completion":"{said}","label":true}}"#);
        let secret = ["gh", "p_", "0123456789abcdefghijklmnopqrstuvwxyzAB"].concat();
        let all = [row("b"), row("ask jane@example.org"), row("c"), row(&secret), row("b"), row("at /home/user/x")];
        let faults: Vec<String> =
            spoilt(&all.join("\n")).into_iter().map(|f| format!("{} {}", f.line, f.why)).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        for (fault, part) in faults.iter().zip(["2 a secret", "4 a secret", "5 the same as line 1"]) {
            assert!(fault.starts_with(part), "{fault}");
        }
    }

    #[test]
    fn faults_have_their_lines() {
        let good = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":"x"},{"role":"assistant","content":"b"}],"metadata":{}}"#;
        let bad = [
            "{",
            "[]",
            r#"{"messages":[]}"#,
            r#"{"messages":[{"role":"user","content":"a"}]}"#,
            r#"{"messages":[{"role":"king","content":"a"}]}"#,
            r#"{"messages":[{"role":"user","content":null},{"role":"assistant","content":"b"}]}"#,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"system","content":"b"},{"role":"assistant","content":"b"}]}"#,
            r#"{"messages":[{"role":"assistant","content":"b"}],"prompt":"x"}"#,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":" "}]}"#,
        ];
        let (rows, faults) = check(&format!("{good}\n{}\n{good}", bad.join("\n")), Format::Sft);
        assert_eq!(rows, bad.len() + 2);
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), (2..=bad.len() + 1).collect::<Vec<_>>());
        for (format, row, part) in [
            (Format::Dpo, r#"{"prompt":"a","chosen":"b","rejected":"b"}"#, "the same"),
            (Format::Dpo, r#"{"prompt":"a","chosen":"b"}"#, "`rejected` is missing"),
            (Format::Kto, r#"{"prompt":"a","completion":"b","label":1}"#, "not true or false"),
            (Format::Kto, r#"{"prompt":" ","completion":"b","label":true}"#, "`prompt` is empty"),
        ] {
            let (_, faults) = check(row, format);
            assert!(faults[0].why.contains(part), "{faults:?}");
        }
    }
}
