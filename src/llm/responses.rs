//! The wire format of OpenAI's `/responses`. Nothing is stored there: the whole history is sent each time.

use super::wire::{Heard, arguments, count, failed};
use super::{Call, Message, Reply, Request};
use crate::record::Tokens;
use serde_json::{Value, json};

pub fn request(request: &Request, model: &str) -> Value {
    let mut input = Vec::new();
    request.messages.iter().for_each(|message| push(message, &mut input));
    let mut body = json!({
        "model": model,
        "instructions": request.system,
        "input": input,
        "max_output_tokens": request.max_tokens,
        "store": false,
    });
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

/// `strict` would demand that every argument be given.
fn tool(tool: &super::Tool) -> Value {
    json!({
        "type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters,
        "strict": false,
    })
}

fn push(message: &Message, input: &mut Vec<Value>) {
    match message {
        Message::User { text } => input.push(json!({"role": "user", "content": text})),
        Message::Model { text, calls } => {
            if !text.trim().is_empty() {
                input.push(json!({"role": "assistant", "content": text}));
            }
            input.extend(calls.iter().map(|call| {
                json!({
                    "type": "function_call", "call_id": call.id, "name": call.name,
                    "arguments": arguments(&call.arguments),
                })
            }));
        }
        Message::Results { results } => input
            .extend(results.iter().map(|r| json!({"type": "function_call_output", "call_id": r.id, "output": r.text}))),
    }
}

/// `None`: that is no response.
pub fn reply(body: &Value) -> Option<Reply> {
    let output = body["output"].as_array()?;
    let of = |kind: &'static str| output.iter().filter(move |item| item["type"] == kind);
    let content = || of("message").filter_map(|item| item["content"].as_array()).flatten();
    let text = |name: &str| content().filter_map(|part| part[name].as_str()).collect::<Vec<_>>().join("\n");
    let (said, refusal) = (text("text"), text("refusal"));
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls = of("function_call").map(|item| Call {
        id: word(&item["call_id"]),
        name: word(&item["name"]),
        arguments: word(&item["arguments"]),
        mark: None,
    });
    let calls: Vec<Call> = calls.collect();
    let stop = match (body["incomplete_details"]["reason"].as_str(), refusal.is_empty()) {
        (Some(reason), _) => reason,
        (None, false) => "refusal",
        (None, true) if calls.is_empty() => "stop",
        (None, true) => "tool_calls",
    };
    let usage = &body["usage"];
    let cache_read = count(&usage["input_tokens_details"], "cached_tokens");
    Some(Reply {
        text: if said.is_empty() { refusal } else { said },
        usage: Tokens {
            input: count(usage, "input_tokens").saturating_sub(cache_read),
            output: count(usage, "output_tokens"),
            cache_read,
            cache_write: 0,
        },
        stop: stop.to_owned(),
        calls,
    })
}

/// The last event has all of it; what came before is only counted.
pub fn take(whole: &mut Value, piece: &Value) -> Heard {
    let kind = piece["type"].as_str().unwrap_or_default();
    match kind {
        "response.completed" | "response.incomplete" => {
            *whole = piece["response"].clone();
            Heard::More
        }
        "response.failed" => Heard::Failed(failed(&piece["response"]).unwrap_or_else(|| "it failed".to_owned())),
        "error" => Heard::Failed(failed(piece).unwrap_or_else(|| "an error".to_owned())),
        _ => failed(piece).map_or(Heard::More, Heard::Failed),
    }
}

pub fn is_whole(whole: &Value) -> bool {
    whole["output"].is_array()
}
