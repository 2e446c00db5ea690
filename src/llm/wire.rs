//! The three wire formats behind one door: what is sent where, and what an answer or a stream of events says.

use super::providers::Chosen;
use super::{Reply, Request, anthropic, openai, responses};
use secrecy::SecretString;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// `/chat/completions`
    OpenAi,
    /// `/chat/completions` of a deployment, as Azure has it
    Azure,
    /// `/responses`
    Responses,
    /// `/messages`
    Anthropic,
}

/// What a piece of a stream came to.
pub enum Heard {
    More,
    /// The provider says in the middle of its answer that there will be none.
    Failed(String),
}

/// Where a request goes, and how the key goes with it.
pub struct Target<'a> {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub key: Option<(&'static str, &'static str, &'a SecretString)>,
}

/// What Azure's interface is called where the configuration does not say it.
const API_VERSION: &str = "2024-10-21";

impl Wire {
    pub fn target(self, chosen: &Chosen) -> Target<'_> {
        let url = &chosen.url;
        let (url, headers, header, before) = match self {
            Self::Anthropic => {
                let version = vec![("anthropic-version", "2023-06-01".to_owned())];
                (format!("{url}/messages"), version, "x-api-key", "")
            }
            Self::OpenAi => (format!("{url}/chat/completions"), Vec::new(), "authorization", "Bearer "),
            Self::Responses => (format!("{url}/responses"), Vec::new(), "authorization", "Bearer "),
            Self::Azure => {
                let version = chosen.api_version.as_deref().unwrap_or(API_VERSION);
                let path = format!("openai/deployments/{}/chat/completions?api-version={version}", chosen.model);
                (format!("{url}/{path}"), Vec::new(), "api-key", "")
            }
        };
        Target { url, headers, key: chosen.key.as_ref().map(|key| (header, before, key)) }
    }

    pub fn body(self, request: &Request, chosen: &Chosen) -> Value {
        let model = &chosen.model;
        let mut body = match self {
            Self::Anthropic => anthropic::request(request, model),
            Self::Responses => responses::request(request, model),
            Self::OpenAi | Self::Azure => openai::request(request, model, chosen.length_name()),
        };
        // The others cache by themselves; Claude behind a gateway where it is asked to.
        if chosen.provider == "openrouter" && model.starts_with("anthropic/") {
            body["cache_control"] = json!({"type": "ephemeral"});
        }
        if chosen.streams {
            body["stream"] = true.into();
            if matches!(self, Self::OpenAi | Self::Azure) {
                body["stream_options"] = json!({"include_usage": true});
            }
        }
        body
    }

    pub fn reply(self, body: &Value) -> Option<Reply> {
        match self {
            Self::Anthropic => anthropic::reply(body),
            Self::OpenAi | Self::Azure => openai::reply(body),
            Self::Responses => responses::reply(body),
        }
    }

    fn take(self, whole: &mut Value, piece: &Value) -> Heard {
        match self {
            Self::Anthropic => anthropic::take(whole, piece),
            Self::OpenAi | Self::Azure => openai::take(whole, piece),
            Self::Responses => responses::take(whole, piece),
        }
    }

    /// `is_over`: the stream said so by itself.
    fn is_whole(self, whole: &Value, is_over: bool) -> bool {
        match self {
            Self::Anthropic => anthropic::is_whole(whole),
            Self::OpenAi | Self::Azure => openai::is_whole(whole) || is_over && openai::has_said(whole),
            Self::Responses => responses::is_whole(whole),
        }
    }
}

/// An answer that comes in pieces.
pub struct Stream {
    wire: Wire,
    whole: Value,
    /// What the model wrote until now, roughly, in bytes.
    pub written: usize,
    failed: Option<String>,
    /// `[DONE]` came.
    is_over: bool,
}

impl Stream {
    pub fn new(wire: Wire) -> Self {
        Self { wire, whole: Value::Null, written: 0, failed: None, is_over: false }
    }

    pub fn hear(&mut self, data: &str) {
        self.is_over |= data.trim() == "[DONE]";
        if self.is_over || self.failed.is_some() {
            return;
        }
        let Ok(piece) = serde_json::from_str::<Value>(data) else {
            self.failed = Some("a piece of it is no JSON".to_owned());
            return;
        };
        self.written += written(&piece);
        if let Heard::Failed(why) = self.wire.take(&mut self.whole, &piece) {
            self.failed = Some(why);
        }
    }

    /// The reply, or why there is none: everything must have come.
    pub fn end(self) -> Result<Reply, String> {
        if let Some(why) = self.failed {
            return Err(why);
        }
        let whole = self.wire.is_whole(&self.whole, self.is_over);
        let reply = whole.then(|| self.wire.reply(&self.whole)).flatten();
        reply.ok_or_else(|| "it ends in the middle".to_owned())
    }
}

/// The length of the new text in a piece, for progress.
fn written(piece: &Value) -> usize {
    let deltas = [&piece["delta"], &piece["choices"][0]["delta"]];
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    let of = |delta: &Value| {
        let names = ["text", "partial_json", "thinking", "content", "reasoning_content", "reasoning"];
        let calls = delta["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
        length(delta)
            + names.iter().map(|name| length(&delta[*name])).sum::<usize>()
            + calls.iter().map(|call| length(&call["function"]["arguments"])).sum::<usize>()
    };
    deltas.into_iter().map(of).sum()
}

/// `into[name]` with more text at its end.
pub fn append(into: &mut Value, name: &str, more: &Value) {
    let Some(more) = more.as_str().filter(|more| !more.is_empty()) else { return };
    match &mut into[name] {
        Value::String(text) => text.push_str(more),
        other => *other = more.into(),
    }
}

/// What a model wrote as arguments, as it may be shown to it again: servers refuse a history with broken JSON in it.
pub fn arguments(text: &str) -> &str {
    let is_object = serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    if is_object { text } else { "{}" }
}

pub fn count(value: &Value, name: &str) -> u64 {
    number(&value[name]).unwrap_or(0)
}

/// Gateways write a number of tokens as `100`, as `100.0` and as `"100"`.
pub fn number(value: &Value) -> Option<u64> {
    let whole = || value.as_f64().filter(|n| (0.0..1e15).contains(n)).map(|n| n as u64);
    value.as_u64().or_else(whole).or_else(|| value.as_str()?.trim().parse().ok())
}

/// What a body says went wrong, as the providers say it.
pub fn failed(body: &Value) -> Option<String> {
    let error = &body["error"];
    let said = [&error["message"], &error["type"], error, &body["message"]].into_iter().find_map(Value::as_str);
    // Some say `"error": {}` beside a good answer, or give their error no name.
    let is_nothing = error.is_null() || *error == json!({}) || *error == json!("") || *error == json!(false);
    let is_error = !is_nothing || body["type"] == "error" || body["object"] == "error";
    is_error.then(|| said.unwrap_or("an error").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(wire: Wire, pieces: &[Value]) -> Result<Reply, String> {
        let mut stream = Stream::new(wire);
        pieces.iter().for_each(|piece| stream.hear(&piece.to_string()));
        stream.end()
    }

    fn chat() -> Vec<Value> {
        let delta = |delta: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
        let call = |index: u64, piece: Value| {
            let mut piece = piece;
            piece["index"] = index.into();
            delta(json!({"tool_calls": [piece]}))
        };
        vec![
            delta(json!({"role": "assistant", "content": "Let me "})),
            delta(json!({"content": "look."})),
            call(0, json!({"id": "a", "function": {"name": "read", "arguments": ""}})),
            call(0, json!({"function": {"arguments": "{\"path\": "}})),
            call(
                1,
                json!({"id": "b", "function": {"name": "run", "arguments": "{}"}, "extra_content": {"google": {"thought_signature": "x"}}}),
            ),
            call(0, json!({"function": {"arguments": "\"a.py\"}"}})),
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
            json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}}}),
        ]
    }

    fn messages() -> Vec<Value> {
        vec![
            json!({"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 4, "output_tokens": 1, "cache_read_input_tokens": 6}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "ping"}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let me look."}}),
            json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "a", "name": "read", "input": {}}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{\"path\": "}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "\"a.py\"}"}}),
            json!({"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "b", "name": "run", "input": {}}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_calls"}, "usage": {"output_tokens": 4}}),
            json!({"type": "message_stop"}),
        ]
    }

    fn response() -> Vec<Value> {
        let call = |id: &str, name: &str, arguments: &str| json!({"type": "function_call", "call_id": id, "name": name, "arguments": arguments});
        let output = json!([
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": "Let me look."}]},
            call("a", "read", "{\"path\": \"a.py\"}"), call("b", "run", "{}"),
        ]);
        let usage = json!({"input_tokens": 10, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 6}});
        vec![
            json!({"type": "response.created", "response": {"output": [], "error": null}}),
            json!({"type": "response.output_text.delta", "delta": "Let me look."}),
            json!({"type": "response.completed", "response": {"status": "completed", "output": output, "usage": usage, "error": null}}),
        ]
    }

    /// A stream says what a whole answer says, in every format; one that ends early says nothing.
    #[test]
    fn pieces_become_a_reply() {
        for (wire, pieces, least) in
            [(Wire::OpenAi, chat(), 7), (Wire::Anthropic, messages(), 10), (Wire::Responses, response(), 3)]
        {
            let reply = streamed(wire, &pieces).unwrap();
            assert_eq!((reply.text.as_str(), reply.stop.as_str()), ("Let me look.", "tool_calls"), "{wire:?}");
            let calls: Vec<_> =
                reply.calls.iter().map(|c| (c.id.as_str(), c.name.as_str(), c.arguments.as_str())).collect();
            assert_eq!(calls, [("a", "read", "{\"path\": \"a.py\"}"), ("b", "run", "{}")], "{wire:?}");
            let usage = reply.usage;
            assert_eq!((usage.input, usage.output, usage.cache_read), (4, 4, 6), "{wire:?}");
            for end in 0..least {
                assert!(streamed(wire, &pieces[..end]).is_err(), "{wire:?}, {end} pieces");
            }
        }
        assert!(streamed(Wire::OpenAi, &chat()).unwrap().calls[1].mark.is_some());
    }

    /// Gateways before Gemini count every call as the first.
    #[test]
    fn whole_calls_of_one_index_stay_two() {
        let call = |id: &str, path: &str| {
            let arguments = json!({"path": path}).to_string();
            let call = json!({"index": 0, "id": id, "function": {"name": "read", "arguments": arguments}});
            json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
        };
        let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]});
        let reply = streamed(Wire::OpenAi, &[call("a", "a.py"), call("b", "b.py"), end]).unwrap();
        let calls: Vec<_> = reply.calls.iter().map(|call| (call.id.as_str(), call.arguments.as_str())).collect();
        assert_eq!(calls, [("a", "{\"path\":\"a.py\"}"), ("b", "{\"path\":\"b.py\"}")]);
    }

    /// Whatever a gateway makes of the format, the same call comes of it.
    #[test]
    fn streams_of_other_servers_say_the_same() {
        let arguments = json!({"path": "a.py"});
        let text = arguments.to_string();
        let choice = |delta: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
        let call = |call: Value| choice(json!({"tool_calls": [call]}));
        let end = || json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]});
        let whole = json!({"id": "a", "function": {"name": "read", "arguments": text}});
        let last = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [whole]},
            "finish_reason": "tool_calls"}]});
        let streams = [
            (
                "a name in pieces",
                vec![
                    call(json!({"index": 0, "id": "a", "function": {"name": "re", "arguments": ""}})),
                    call(json!({"index": 0, "function": {"name": "ad", "arguments": text}})),
                    end(),
                ],
            ),
            (
                "the name with each piece",
                vec![
                    call(json!({"index": 0, "id": "a", "function": {"name": "read", "arguments": &text[..5]}})),
                    call(json!({"index": 0, "id": "a", "function": {"name": "read", "arguments": &text[5..]}})),
                    end(),
                ],
            ),
            (
                "arguments as an object",
                vec![call(json!({"index": 0, "id": "a", "function": {"name": "read", "arguments": arguments}})), end()],
            ),
            ("a message at the end", vec![last.clone()]),
            (
                "a message that says it once more",
                vec![call(json!({"index": 0, "id": "a", "function": {"name": "read", "arguments": text}})), last],
            ),
            (
                "[DONE] alone",
                vec![
                    call(json!({"index": 0, "id": "a", "function": {"name": "read", "arguments": text}})),
                    json!("[DONE]"),
                ],
            ),
        ];
        for (what, pieces) in streams {
            let mut stream = Stream::new(Wire::OpenAi);
            for piece in &pieces {
                stream.hear(piece.as_str().unwrap_or(&piece.to_string()));
            }
            let calls = stream.end().unwrap_or_else(|why| panic!("{what}: {why}")).calls;
            let calls: Vec<_> = calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
            assert_eq!(calls, [("read", "{\"path\":\"a.py\"}")], "{what}");
        }
        // Nothing was said, or nobody said that it is over.
        assert!(streamed(Wire::OpenAi, &[choice(json!({"content": "half of"}))]).is_err());
        let mut silent = Stream::new(Wire::OpenAi);
        silent.hear("[DONE]");
        assert!(silent.end().is_err());
        let error = json!({"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]});
        assert!(streamed(Wire::OpenAi, &[choice(json!({"content": "half"})), error]).unwrap_err().contains("an error"));
    }

    #[test]
    fn an_error_in_the_middle_is_told() {
        for (wire, mut pieces, error) in [
            (Wire::OpenAi, chat(), json!({"error": {"message": "too busy"}})),
            (
                Wire::Anthropic,
                messages(),
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "too busy"}}),
            ),
            (Wire::Responses, response(), json!({"type": "error", "message": "too busy"})),
            (
                Wire::Responses,
                response(),
                json!({"type": "response.failed", "response": {"error": {"message": "too busy"}}}),
            ),
        ] {
            pieces.insert(1, error);
            assert_eq!(streamed(wire, &pieces).unwrap_err(), "too busy", "{wire:?}");
        }
        let mut stream = Stream::new(Wire::OpenAi);
        stream.hear("{malformed");
        assert!(stream.end().unwrap_err().contains("no JSON"));
    }
}
