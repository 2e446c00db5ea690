//! The wire format of `/messages`.

use super::{Call, Message, Reply, Request};
use crate::record::Tokens;
use serde_json::{Value, json};

pub fn request(request: &Request, model: &str) -> Value {
    let mut messages: Vec<Value> = request.messages.iter().map(message).collect();
    // What is before these two marks is read from the provider's cache the next time.
    let mark = json!({"type": "ephemeral"});
    if let Some(last) = messages.last_mut().and_then(|m| m["content"].as_array_mut()).and_then(|c| c.last_mut()) {
        last["cache_control"] = mark.clone();
    }
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters}))
        .collect();
    json!({
        "model": model,
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": request.system, "cache_control": mark}],
        "messages": messages,
        "tools": tools,
    })
}

fn message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": [{"type": "text", "text": text}]}),
        Message::Model { text, calls } => {
            let said = Some(json!({"type": "text", "text": text})).filter(|_| !text.trim().is_empty());
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
        arguments: block["input"].to_string(),
    });
    let count = |name: &str| body["usage"][name].as_u64().unwrap_or(0);
    Some(Reply {
        text: text.join("\n"),
        calls: calls.collect(),
        usage: Tokens {
            input: count("input_tokens"),
            output: count("output_tokens"),
            cache_read: count("cache_read_input_tokens"),
            cache_write: count("cache_creation_input_tokens"),
        },
        stop: body["stop_reason"].as_str().unwrap_or_default().to_owned(),
    })
}
