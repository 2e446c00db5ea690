//! The wire format of `/chat/completions`, which most providers and servers speak.

use super::{Answer, Call, Message, Reply, Request};
use crate::record::Tokens;
use serde_json::{Value, json};

/// `limit`: what this provider calls the length of the reply.
pub fn request(request: &Request, model: &str, limit: &str) -> Value {
    let mut messages = vec![json!({"role": "system", "content": request.system})];
    request.messages.iter().for_each(|message| push(message, &mut messages));
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            json!({"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            }})
        })
        .collect();
    json!({"model": model, "messages": messages, "tools": tools, limit: request.max_tokens})
}

fn push(message: &Message, messages: &mut Vec<Value>) {
    match message {
        Message::User { text } => messages.push(json!({"role": "user", "content": text})),
        Message::Model { text, calls } => {
            let calls: Vec<Value> = calls.iter().map(call).collect();
            let mut said = json!({"role": "assistant", "content": text});
            if !calls.is_empty() {
                said["tool_calls"] = calls.into();
            }
            messages.push(said);
        }
        Message::Results { results } => messages.extend(results.iter().map(result)),
    }
}

fn call(call: &Call) -> Value {
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

fn result(answer: &Answer) -> Value {
    json!({"role": "tool", "tool_call_id": answer.id, "content": answer.text})
}

/// `None`: that is no completion.
pub fn reply(body: &Value) -> Option<Reply> {
    let choice = body["choices"].get(0)?;
    let message = choice.get("message")?;
    let calls = message["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let calls = calls.iter().enumerate().map(|(at, call)| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let arguments = match &call["function"]["arguments"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let id = Some(text(&call["id"])).filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call-{at}"));
        Call { id, name: text(&call["function"]["name"]), arguments }
    });
    let refusal = message["refusal"].as_str().unwrap_or_default();
    Some(Reply {
        text: message["content"].as_str().unwrap_or(refusal).to_owned(),
        calls: calls.collect(),
        usage: usage(&body["usage"]),
        stop: choice["finish_reason"].as_str().unwrap_or_default().to_owned(),
    })
}

fn usage(usage: &Value) -> Tokens {
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    // DeepSeek has its own name for it.
    let details = count(&usage["prompt_tokens_details"]["cached_tokens"]);
    let cache_read = details.max(count(&usage["prompt_cache_hit_tokens"]));
    let input = count(&usage["prompt_tokens"]).saturating_sub(cache_read);
    Tokens { input, output: count(&usage["completion_tokens"]), cache_read, cache_write: 0 }
}
