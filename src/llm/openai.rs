//! The wire format of `/chat/completions`, which most providers and servers speak.

use super::wire::{Heard, append, arguments, count, failed};
use super::{Answer, Call, Message, Reply, Request};
use crate::record::Tokens;
use serde_json::{Value, json};

/// `limit`: what this provider calls the length of the reply.
pub fn request(request: &Request, model: &str, limit: &str) -> Value {
    let mut messages = vec![json!({"role": "system", "content": request.system})];
    request.messages.iter().for_each(|message| push(message, &mut messages));
    let mut body = json!({"model": model, "messages": messages, limit: request.max_tokens});
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &super::Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters,
    }})
}

fn push(message: &Message, messages: &mut Vec<Value>) {
    match message {
        Message::User { text } => messages.push(json!({"role": "user", "content": text})),
        Message::Model { text, calls } => {
            let mut said = json!({"role": "assistant", "content": text});
            if !calls.is_empty() {
                said["tool_calls"] = calls.iter().map(call).collect();
            }
            messages.push(said);
        }
        Message::Results { results } => messages.extend(results.iter().map(result)),
    }
}

fn call(call: &Call) -> Value {
    let arguments = arguments(&call.arguments);
    let mut said = json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}});
    if let Some(mark) = &call.mark {
        said["extra_content"] = mark.clone();
    }
    said
}

fn result(answer: &Answer) -> Value {
    json!({"role": "tool", "tool_call_id": answer.id, "content": answer.text})
}

/// `None`: that is no completion.
pub fn reply(body: &Value) -> Option<Reply> {
    let choice = body["choices"].get(0)?;
    let message = choice.get("message")?;
    let calls = calls(message).iter().enumerate().map(|(at, call)| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let arguments = match &call["function"]["arguments"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let id = Some(text(&call["id"])).filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call-{at}"));
        let mark = call.get("extra_content").filter(|mark| !mark.is_null()).cloned();
        Call { id, name: text(&call["function"]["name"]), arguments, mark }
    });
    let refusal = message["refusal"].as_str().filter(|text| !text.is_empty());
    let stop = refusal.map_or(choice["finish_reason"].as_str().unwrap_or_default(), |_| "refusal");
    Some(Reply {
        text: message["content"].as_str().filter(|text| !text.is_empty()).or(refusal).unwrap_or_default().to_owned(),
        calls: calls.collect(),
        usage: usage(&body["usage"]),
        stop: stop.to_owned(),
    })
}

fn usage(usage: &Value) -> Tokens {
    // DeepSeek has its own name for it.
    let details = count(&usage["prompt_tokens_details"], "cached_tokens");
    let cache_read = details.max(count(usage, "prompt_cache_hit_tokens"));
    let read = count(usage, "prompt_tokens");
    // Gemini counts what it thinks in the sum alone.
    let output = count(usage, "completion_tokens").max(count(usage, "total_tokens").saturating_sub(read));
    Tokens { input: read.saturating_sub(cache_read), output, cache_read, cache_write: 0 }
}

/// Adds a piece of a stream to what becomes the completion.
pub fn take(whole: &mut Value, piece: &Value) -> Heard {
    if let Some(why) = failed(piece) {
        return Heard::Failed(why);
    }
    if whole.is_null() {
        *whole = json!({"choices": [{"message": {"content": ""}, "finish_reason": null}], "usage": null});
    }
    // Groq tells it beside the others.
    for usage in [&piece["usage"], &piece["x_groq"]["usage"]] {
        if usage.is_object() {
            whole["usage"] = usage.clone();
        }
    }
    let Some(choice) = piece["choices"].get(0) else { return Heard::More };
    let said = &mut whole["choices"][0];
    if choice["finish_reason"].is_string() {
        said["finish_reason"] = choice["finish_reason"].clone();
    }
    let (delta, message) = (&choice["delta"], &mut said["message"]);
    for name in ["content", "refusal"] {
        append(message, name, &delta[name]);
    }
    for call in calls(delta) {
        take_call(message, call);
    }
    take_whole(message, &choice["message"]);
    match failed(choice) {
        Some(why) => Heard::Failed(why),
        None if choice["finish_reason"] == "error" => Heard::Failed("the provider ended it with an error".to_owned()),
        None => Heard::More,
    }
}

/// Some send what they said once more at the end, or all of it there for the first time: it stands for what came before.
fn take_whole(message: &mut Value, whole: &Value) {
    for name in ["content", "refusal"] {
        if whole[name].as_str().is_some_and(|text| !text.is_empty()) {
            message[name] = whole[name].clone();
        }
    }
    if !calls(whole).is_empty() {
        message["tool_calls"] = whole["tool_calls"].clone();
    }
}

fn calls(message: &Value) -> &[Value] {
    message["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn take_call(message: &mut Value, piece: &Value) {
    if !message["tool_calls"].is_array() {
        message["tool_calls"] = json!([]);
    }
    let Some(calls) = message["tool_calls"].as_array_mut() else { return };
    let id = piece["id"].as_str().unwrap_or_default();
    // Some tell no index, and some the same one for all: there a new id with a name begins a new call.
    let new = |call: &Value| {
        let named = piece["function"]["name"].as_str().is_some_and(|name| !name.is_empty());
        named && !id.is_empty() && call["id"].as_str().is_some_and(|known| !known.is_empty() && known != id)
    };
    let same = |call: &Value| match piece["index"].as_u64() {
        Some(index) => call["index"] == index && !new(call),
        None => id.is_empty() || call["id"] == id,
    };
    let at = match calls.iter().rposition(same) {
        Some(at) => at,
        None => {
            calls.push(json!({"index": piece["index"], "id": id, "function": {"name": "", "arguments": ""}}));
            calls.len() - 1
        }
    };
    let call = &mut calls[at];
    if !id.is_empty() {
        call["id"] = id.into();
    }
    let function = &piece["function"];
    // A name may come in pieces, and some say the whole one with every piece of the arguments.
    if call["function"]["arguments"] == "" && call["function"]["name"] != function["name"] {
        append(&mut call["function"], "name", &function["name"]);
    }
    match &function["arguments"] {
        whole @ Value::Object(_) => append(&mut call["function"], "arguments", &whole.to_string().into()),
        piece => append(&mut call["function"], "arguments", piece),
    }
    if piece["extra_content"].is_object() {
        call["extra_content"] = piece["extra_content"].clone();
    }
}

pub fn is_whole(whole: &Value) -> bool {
    whole["choices"][0]["finish_reason"].is_string()
}

/// Something was said, of which nobody told how it ended.
pub fn has_said(whole: &Value) -> bool {
    let message = &whole["choices"][0]["message"];
    message["content"].as_str().is_some_and(|text| !text.is_empty()) || !calls(message).is_empty()
}
