//! What of a program's request goes on to the provider. Whoever asks may be anybody inside the sandbox, so everything
//! that costs more than the configured model's tokens, or that makes the provider reach out, is left behind: what is
//! not known here does not pass.

use super::Dialect;
use serde_json::{Map, Value, json};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

const CHAT: &[&str] = &[
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "functions",
    "function_call",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "stop",
    "seed",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "reasoning_effort",
    "reasoning",
    "thinking",
    "enable_thinking",
    "chat_template_kwargs",
    "response_format",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "verbosity",
    "prompt_cache_key",
];
const RESPONSES: &[&str] = &[
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "temperature",
    "top_p",
    "stream",
    "stream_options",
    "max_output_tokens",
    "reasoning",
    "text",
    "include",
    "truncation",
    "prompt_cache_key",
];
const MESSAGES: &[&str] = &[
    "messages",
    "system",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "stream",
    "max_tokens",
    "thinking",
];
const GEMINI: &[&str] = &["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings"];

/// One answer, of text. Google takes the names with underscores, too: those do not pass.
const GENERATION: [&str; 12] = [
    "temperature",
    "topP",
    "topK",
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "thinkingConfig",
];

/// Tools that the asking program carries out itself. Others run at the provider, cost extra, and reach the internet.
const OWN_TOOLS: [&str; 3] = ["function", "custom", "local_shell"];
const OWN_TOOLS_OF_MESSAGES: [&str; 3] = ["bash_", "text_editor_", "memory_"];

/// Parts of a message that may be fetched from elsewhere, by the provider.
const FETCHED: [&str; 12] = [
    "image_url",
    "image",
    "input_image",
    "document",
    "input_file",
    "file",
    "file_url",
    "video",
    "video_url",
    "audio",
    "audio_url",
    "input_audio",
];

/// The request as it may go on, to this model; `Err`: what is not passed on, for the asking program.
pub fn trimmed(dialect: Dialect, body: &Value, model: &str) -> Result<Value, String> {
    let body = body.as_object().ok_or("the body of the request is no JSON object")?;
    let known = match dialect {
        Dialect::Chat => CHAT,
        Dialect::Responses => RESPONSES,
        Dialect::Messages => MESSAGES,
        Dialect::Gemini => GEMINI,
    };
    let mut kept: Map<String, Value> =
        body.iter().filter(|(key, _)| known.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
    let said = kept.get(history_key(dialect)).filter(|said| !said.is_null());
    let said = said.ok_or_else(|| format!("`{}` is missing in the request", history_key(dialect)))?;
    if is_fetched(said) || ["system", "systemInstruction"].iter().any(|key| kept.get(*key).is_some_and(is_fetched)) {
        return Err("parts that the provider would fetch from elsewhere are not passed on: send them inline".to_owned());
    }
    if let Some(Value::Array(tools)) = kept.get_mut("tools") {
        tools.retain(|tool| is_own_tool(dialect, tool));
        if dialect == Dialect::Gemini {
            tools.iter_mut().for_each(only_functions);
        }
        if tools.is_empty() {
            kept.remove("tools");
            kept.remove("tool_choice");
        }
    }
    if dialect != Dialect::Gemini {
        kept.insert("model".to_owned(), model.into());
    }
    match dialect {
        // Without it, nobody says what a stream has cost.
        Dialect::Chat if kept.get("stream") == Some(&Value::Bool(true)) => {
            kept.insert("stream_options".to_owned(), json!({"include_usage": true}));
        }
        Dialect::Chat => drop(kept.remove("stream_options")),
        // What was said is kept by nobody.
        Dialect::Responses => drop(kept.insert("store".to_owned(), false.into())),
        Dialect::Messages => {}
        Dialect::Gemini => {
            if let Some(Value::Object(generation)) = kept.get_mut("generationConfig") {
                generation.retain(|key, _| GENERATION.contains(&key.as_str()));
            }
        }
    }
    Ok(kept.into())
}

fn history_key(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Chat | Dialect::Messages => "messages",
        Dialect::Responses => "input",
        Dialect::Gemini => "contents",
    }
}

/// Requests with the same beginning belong together: their history only grows.
pub fn conversation(dialect: Dialect, body: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    let first = &body[history_key(dialect)][0];
    for part in [&body["system"], &body["instructions"], &body["systemInstruction"], &body["tools"], first] {
        part.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

/// Gemini's stands in the address.
pub fn set_model(dialect: Dialect, body: &mut Value, model: Value) {
    match (dialect, body.as_object_mut()) {
        (Dialect::Gemini, Some(fields)) => drop(fields.remove("model")),
        _ => body["model"] = model,
    }
}

fn is_own_tool(dialect: Dialect, tool: &Value) -> bool {
    let kind = tool["type"].as_str();
    match dialect {
        Dialect::Chat | Dialect::Responses => kind.is_some_and(|kind| OWN_TOOLS.contains(&kind)),
        Dialect::Messages => kind
            .is_none_or(|kind| kind == "custom" || OWN_TOOLS_OF_MESSAGES.iter().any(|start| kind.starts_with(start))),
        Dialect::Gemini => tool["functionDeclarations"].is_array(),
    }
}

fn only_functions(tool: &mut Value) {
    *tool = json!({"functionDeclarations": tool["functionDeclarations"].take()});
}

/// Whether a part below names an address, or a file that lies at the provider.
fn is_fetched(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_fetched),
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_lowercase();
            let far = FETCHED.contains(&kind.as_str()) && names_address(value);
            // The key says it, too, where a part has no kind.
            let by_key = |(key, value): (&String, &Value)| {
                let key = key.to_lowercase().replace('_', "");
                key == "filedata" || FETCHED.iter().any(|kind| kind.replace('_', "") == key) && names_address(value)
            };
            far || kind == "item_reference"
                || fields.iter().filter(|(key, _)| !is_arguments(key)).any(|(key, value)| match is_answer(key) {
                    // What a tool said is the program's own; files may come beside it.
                    true => is_fetched(&value["parts"]),
                    false => by_key((key, value)) || is_fetched(value),
                })
        }
        _ => false,
    }
}

/// A tool's arguments are the program's own.
fn is_arguments(key: &str) -> bool {
    ["input", "arguments", "args", "function_call", "functionCall"].contains(&key)
}

fn is_answer(key: &str) -> bool {
    ["functionResponse", "function_response"].contains(&key)
}

fn names_address(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("://") && !text.starts_with("data:"),
        Value::Array(items) => items.iter().any(names_address),
        Value::Object(fields) => {
            fields.contains_key("file_id")
                || fields.iter().filter(|(key, _)| *key != "text").any(|(_, v)| names_address(v))
        }
        _ => false,
    }
}

/// The longest reply that is asked for.
pub fn wanted(dialect: Dialect, body: &Value) -> Option<u64> {
    match dialect {
        Dialect::Chat => body["max_completion_tokens"].as_u64().or_else(|| body["max_tokens"].as_u64()),
        Dialect::Responses => body["max_output_tokens"].as_u64(),
        Dialect::Messages => body["max_tokens"].as_u64(),
        Dialect::Gemini => body["generationConfig"]["maxOutputTokens"].as_u64(),
    }
}

/// `name`: what it is called where it goes, in the dialect that has two names for it.
pub fn limit(dialect: Dialect, body: &mut Value, most: u64, name: &str) {
    match dialect {
        Dialect::Chat => {
            let newer = name == "max_completion_tokens" || !body["max_completion_tokens"].is_null();
            let (name, other) = if newer { ("max_completion_tokens", "max_tokens") } else { ("max_tokens", "") };
            body[name] = most.into();
            if let Some(fields) = body.as_object_mut() {
                fields.remove(other);
            }
        }
        Dialect::Responses => body["max_output_tokens"] = most.into(),
        Dialect::Messages => body["max_tokens"] = most.into(),
        Dialect::Gemini => body["generationConfig"]["maxOutputTokens"] = most.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_configured_model_is_asked_and_only_for_tokens() {
        let body = json!({
            "model": "the-dearest", "messages": [{"role": "user", "content": "hi"}], "n": 50, "stream": true,
            "models": ["a", "b"], "service_tier": "priority", "plugins": [{"id": "web"}], "web_search_options": {},
            "tools": [{"type": "function", "function": {"name": "a"}}, {"type": "web_search"}, {"type": "mcp"}],
        });
        let kept = trimmed(Dialect::Chat, &body, "the-cheap").unwrap();
        let wanted = json!({
            "model": "the-cheap", "messages": [{"role": "user", "content": "hi"}], "stream": true,
            "stream_options": {"include_usage": true}, "tools": [{"type": "function", "function": {"name": "a"}}],
        });
        assert_eq!(kept, wanted);
        let body = json!({
            "model": "x", "input": "hi", "store": true, "background": true, "previous_response_id": "r",
            "tools": [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}],
            "tool_choice": "auto",
        });
        assert_eq!(
            trimmed(Dialect::Responses, &body, "m").unwrap(),
            json!({"model": "m", "input": "hi", "store": false})
        );
        let body = json!({
            "model": "x", "messages": [], "mcp_servers": [{"url": "https://x"}], "container": "c",
            "tools": [{"name": "a", "input_schema": {}}, {"type": "web_fetch_20250910"}, {"type": "bash_20250124"}],
        });
        let kept = trimmed(Dialect::Messages, &body, "m").unwrap();
        assert_eq!(kept["tools"], json!([{"name": "a", "input_schema": {}}, {"type": "bash_20250124"}]));
        assert_eq!(kept.as_object().unwrap().len(), 3);
        let body = json!({
            "contents": [], "cachedContent": "c", "generationConfig": {"candidateCount": 8},
            "tools": [{"googleSearch": {}}, {"functionDeclarations": [{"name": "a"}], "urlContext": {}}],
        });
        let wanted = json!({
            "contents": [], "generationConfig": {}, "tools": [{"functionDeclarations": [{"name": "a"}]}],
        });
        assert_eq!(trimmed(Dialect::Gemini, &body, "m").unwrap(), wanted);
    }

    /// Whatever the provider would fetch carries what is in the address to wherever it points.
    #[test]
    fn nothing_is_fetched_on_our_behalf() {
        let far = "https://example.org/?secret";
        for part in [
            json!({"type": "image_url", "image_url": {"url": far}}),
            json!({"type": "image", "source": {"type": "url", "url": far}}),
            json!({"type": "input_image", "image_url": far}),
            json!({"type": "input_file", "file_id": "f"}),
            json!({"type": "tool_result", "content": [{"type": "document", "source": {"type": "url", "url": far}}]}),
        ] {
            let body = json!({"messages": [{"role": "user", "content": [part]}]});
            assert!(trimmed(Dialect::Messages, &body, "m").unwrap_err().contains("inline"), "{body}");
        }
        for part in [
            json!({"fileData": {"fileUri": far}}),
            json!({"file_data": {"file_uri": far}}),
            json!({"functionResponse": {"name": "f", "parts": [{"fileData": {"fileUri": far}}]}}),
            json!({"type": "Image_URL", "image_url": {"url": far}}),
            json!({"image_url": {"url": far}}),
        ] {
            let body = json!({"contents": [{"parts": [part]}], "generationConfig": {"candidate_count": 8}});
            assert!(trimmed(Dialect::Gemini, &body, "m").is_err(), "{body}");
        }
        let said = json!({"functionResponse": {"name": "f", "response": {"file": far}}});
        let body = json!({"contents": [{"parts": [said]}], "generationConfig": {"candidate_count": 8, "seed": 1}});
        assert_eq!(trimmed(Dialect::Gemini, &body, "m").unwrap()["generationConfig"], json!({"seed": 1}));
        for part in [
            json!({"type": "text", "text": far}),
            json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
            json!({"type": "tool_use", "name": "open", "input": {"type": "file", "url": far}}),
            json!({"type": "document", "source": {"type": "text", "text": far}}),
        ] {
            let body = json!({"messages": [{"role": "user", "content": [part]}]});
            assert!(trimmed(Dialect::Messages, &body, "m").is_ok(), "{body}");
        }
    }

    #[test]
    fn the_length_of_a_reply_is_limited_in_every_dialect() {
        for dialect in [Dialect::Chat, Dialect::Responses, Dialect::Messages, Dialect::Gemini] {
            let mut body = json!({});
            limit(dialect, &mut body, 7, "max_tokens");
            assert_eq!((wanted(dialect, &body), body.as_object().unwrap().len()), (Some(7), 1), "{dialect:?}");
        }
        let mut body = json!({"max_tokens": 9});
        limit(Dialect::Chat, &mut body, 7, "max_completion_tokens");
        assert_eq!(body, json!({"max_completion_tokens": 7}));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for body in [json!([]), json!("x"), json!({}), json!({"messages": null})] {
            assert!(trimmed(Dialect::Chat, &body, "m").is_err(), "{body}");
        }
    }
}
