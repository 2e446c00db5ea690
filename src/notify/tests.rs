//! Against HTTP servers on the loopback interface; mail is handed to a real server in `tests/notify.rs`.

use super::*;
use crate::config::Config;
use std::sync::Arc;
use wiremock::matchers::{header_exists, method};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn config(yaml: &str) -> Config {
    crate::config::parse("t", &format!("notify: {yaml}")).unwrap()
}

fn limits() -> Limits {
    Limits { pause: Duration::from_millis(1), ..Limits::default() }
}

fn said(config: &Config, url: &str) -> Result<(), String> {
    let mask: Mask = Arc::new(|text: &str| text.replace("hunter2", "***"));
    let value = |name: &str| Some(if name == "URL" { url.to_owned() } else { "key".to_owned() });
    let open = open(&config.notify[0], &value).unwrap();
    let mut notice = Notice::test(None, "hunter2");
    notice.facts.push(("x".to_owned(), "hunter2".to_owned()));
    open.send(&notice, &mask, &limits(), &AtomicBool::new(false))
}

struct World {
    runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl World {
    fn answering(answers: &[(u16, Option<&str>)]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        for (at, (status, after)) in answers.iter().enumerate() {
            let mut answer = ResponseTemplate::new(*status).insert_header("location", "/elsewhere");
            if let Some(after) = after {
                answer = answer.insert_header("retry-after", *after);
            }
            let priority = u8::try_from(at + 1).unwrap();
            let mock = Mock::given(method("POST")).and(header_exists("content-type")).respond_with(answer);
            let mock = if at + 1 < answers.len() { mock.up_to_n_times(1) } else { mock };
            runtime.block_on(mock.with_priority(priority).mount(&server));
        }
        Self { runtime, server }
    }

    fn got(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }
}

#[test]
fn busy_servers_are_asked_again_and_refusals_are_not() {
    let slack = config("[{kind: slack, url: URL}]");
    for (answers, requests, said_why) in [
        (&[(200, None)][..], 1, ""),
        (&[(429, Some("0")), (503, None), (204, None)], 3, ""),
        (&[(500, None)], 4, "busy or broken (500) (4 tries)"),
        (&[(429, Some("3600"))], 1, "busy or broken (429)"),
        (&[(404, None)], 1, "refused the message (404)"),
        (&[(302, None)], 1, "redirect (302)"),
    ] {
        let world = World::answering(answers);
        let said = said(&slack, &world.server.uri());
        assert_eq!(world.got().len(), requests, "{answers:?}: {said:?}");
        assert!(said.clone().err().unwrap_or_default().contains(said_why), "{answers:?}: {said:?}");
        assert_eq!(said.is_ok(), said_why.is_empty());
    }
}

#[test]
fn a_webhook_is_signed_over_its_very_body_and_tries_are_one_delivery() {
    let hook = config("[{kind: webhook, url: URL, secret: KEY}]");
    let world = World::answering(&[(500, None), (200, None)]);
    said(&hook, &world.server.uri()).unwrap();
    let got = world.got();
    let header = |request: &Request, name: &str| request.headers.get(name).unwrap().to_str().unwrap().to_owned();
    for request in &got {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"key");
        let tag = ring::hmac::sign(&key, &request.body);
        let hex: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(header(request, webhook::SIGNATURE), format!("sha256={hex}"));
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["delivery"], header(request, webhook::DELIVERY));
        assert_eq!(body["timestamp"].to_string(), header(request, webhook::TIMESTAMP));
        assert_eq!((body["notice"]["kind"].as_str(), header(request, webhook::EVENT).as_str()), (Some("test"), "test"));
        assert!(!String::from_utf8_lossy(&request.body).contains("hunter2"));
    }
    assert_eq!((got.len(), &got[0].body), (2, &got[1].body));
}

#[test]
fn what_is_missing_or_unsafe_is_named_and_not_repeated() {
    for (yaml, value, part) in [
        ("[{kind: slack, url: HOOK}]", None, "the variable HOOK is not set"),
        ("[{kind: slack, url: HOOK}]", Some("http://example.org/hunter2"), "HOOK holds no https:// address"),
        ("[{kind: discord, url: HOOK}]", Some("hunter2"), "HOOK holds no https:// address"),
        ("[{kind: email, url: HOOK, to: TO, from: FROM}]", Some("imap://hunter2"), "HOOK: use smtps://"),
    ] {
        let config = config(yaml);
        let said = open(&config.notify[0], &|_| value.map(str::to_owned)).err().unwrap();
        assert!(said.contains(part) && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn nobody_there_is_a_sentence_without_the_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/services/hunter2", listener.local_addr().unwrap());
    drop(listener);
    let said = said(&config("[{kind: discord, url: URL}]"), &url).unwrap_err();
    assert!(said.contains("4 tries") && !said.contains("hunter2") && !said.contains("services"), "{said}");
}
