//! The wire format of `/messages`.

use super::wire::{Heard, append, count, failed};
use super::{Call, Message, Reply, Request};
use crate::record::Tokens;
use serde_json::{Value, json};

pub fn request(request: &Request, model: &str) -> Value {
    let mut messages: Vec<Value> = request.messages.iter().map(message).collect();
    // What is before these marks is read from the provider's cache the next time: the rules and the tools, which every
    // conversation has; the first request; and all of the present one.
    let mark = json!({"type": "ephemeral"});
    let last = messages.len().saturating_sub(1);
    for at in [0, last] {
        let content = messages.get_mut(at).and_then(|m| m["content"].as_array_mut());
        if let Some(block) = content.and_then(|c| c.last_mut()) {
            block["cache_control"] = mark.clone();
        }
    }
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": request.system, "cache_control": mark}],
        "messages": messages,
    });
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &super::Tool) -> Value {
    json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters})
}

fn message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": [{"type": "text", "text": text}]}),
        Message::Model { text, calls } => {
            let said = Some(text.as_str()).filter(|text| !text.trim().is_empty());
            // A message must have something in it.
            let said = said.or_else(|| calls.is_empty().then_some("…"));
            let said = said.map(|text| json!({"type": "text", "text": text}));
            let calls = calls.iter().map(|call| {
                // Only an object is taken here; what the model wrote instead, it is told in the result.
                let input = serde_json::from_str(&call.arguments).ok().filter(Value::is_object);
                json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input.unwrap_or_else(|| json!({}))})
            });
            json!({"role": "assistant", "content": said.into_iter().chain(calls).collect::<Vec<_>>()})
        }
        Message::Results { results } => {
            let results = results.iter().map(|answer| {
                json!({
                    "type": "tool_result", "tool_use_id": answer.id, "is_error": answer.is_error,
                    "content": [{"type": "text", "text": answer.text}],
                })
            });
            json!({"role": "user", "content": results.collect::<Vec<_>>()})
        }
    }
}

/// `None`: that is no message.
pub fn reply(body: &Value) -> Option<Reply> {
    let content = body["content"].as_array()?;
    let of = |kind: &'static str| content.iter().filter(move |block| block["type"] == kind);
    let text: Vec<&str> = of("text").filter_map(|block| block["text"].as_str()).collect();
    let calls = of("tool_use").map(|block| Call {
        id: block["id"].as_str().unwrap_or_default().to_owned(),
        name: block["name"].as_str().unwrap_or_default().to_owned(),
        // Streamed, it is the text as the model wrote it.
        arguments: block[WRITTEN].as_str().map_or_else(|| block["input"].to_string(), str::to_owned),
        mark: None,
    });
    let usage = &body["usage"];
    Some(Reply {
        text: text.join("\n"),
        calls: calls.collect(),
        usage: Tokens {
            input: count(usage, "input_tokens"),
            output: count(usage, "output_tokens"),
            cache_read: count(usage, "cache_read_input_tokens"),
            cache_write: count(usage, "cache_creation_input_tokens"),
        },
        stop: body["stop_reason"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Where the pieces of a tool's input are put together.
const WRITTEN: &str = "written";

/// Adds a piece of a stream to what becomes the message.
pub fn take(whole: &mut Value, piece: &Value) -> Heard {
    let at = usize::try_from(count(piece, "index")).unwrap_or(usize::MAX);
    match piece["type"].as_str().unwrap_or_default() {
        "message_start" => {
            *whole = piece["message"].clone();
            whole["content"] = json!([]);
        }
        "content_block_start" => {
            if let Some(content) = whole["content"].as_array_mut() {
                content.push(piece["content_block"].clone());
            }
        }
        "content_block_delta" => {
            let delta = &piece["delta"];
            if let Some(block) = whole["content"].get_mut(at) {
                match delta["type"].as_str() {
                    Some("text_delta") => append(block, "text", &delta["text"]),
                    Some("input_json_delta") => append(block, WRITTEN, &delta["partial_json"]),
                    _ => {}
                }
            }
        }
        "message_delta" => {
            whole["stop_reason"] = piece["delta"]["stop_reason"].clone();
            // The counts grow; the last ones are those of the whole message.
            for (name, tokens) in piece["usage"].as_object().into_iter().flatten() {
                if tokens.is_u64() {
                    whole["usage"][name] = tokens.clone();
                }
            }
        }
        "message_stop" => whole["is_whole"] = true.into(),
        "error" => return Heard::Failed(failed(piece).unwrap_or_else(|| "an error".to_owned())),
        _ => {}
    }
    Heard::More
}

pub fn is_whole(whole: &Value) -> bool {
    whole["is_whole"] == true
}
