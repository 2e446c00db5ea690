//! The channels through the real binary: a mail server of its own on the loopback interface, and HTTP servers. What is
//! expected of SMTP is RFC 5321's.

#![expect(clippy::disallowed_methods, reason = "the test starts the program as a person does")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

const CONFIG: &str = "\
notify:
  - {kind: slack, url: SLACK_URL}
  - {kind: email, url: MAIL_URL, to: MAIL_TO, from: MAIL_FROM}
  - {kind: webhook, url: HOOK_URL, secret: HOOK_SECRET, tell: each}
";

fn thanos(home: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let config = home.join("thanos.yml");
    std::fs::write(&config, CONFIG).unwrap();
    Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
        .args(["--repo", home.to_str().unwrap(), "--config", config.to_str().unwrap()])
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

/// A server that takes one message and gives it back.
fn mail_server() -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut said = Vec::new();
        out.write_all(b"220 sink ESMTP\r\n").unwrap();
        while let Some(Ok(line)) = lines.next() {
            let answer: &[u8] = match line.split([' ', ':']).next().unwrap().to_uppercase().as_str() {
                "EHLO" => b"250-sink\r\n250 8BITMIME\r\n",
                "DATA" => {
                    out.write_all(b"354 go on\r\n").unwrap();
                    said.extend(lines.by_ref().map(Result::unwrap).take_while(|line| line != "."));
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    out.write_all(b"221 bye\r\n").unwrap();
                    break;
                }
                _ => b"250 ok\r\n",
            };
            said.push(line);
            out.write_all(answer).unwrap();
        }
        said
    });
    (url, served)
}

fn http_server(status: u16) -> (tokio::runtime::Runtime, MockServer) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(MockServer::start());
    runtime.block_on(Mock::given(method("POST")).respond_with(ResponseTemplate::new(status)).mount(&server));
    (runtime, server)
}

#[test]
fn a_test_goes_to_every_channel_and_what_fails_is_named_without_its_address() {
    let home = tempfile::tempdir().unwrap();
    let ((runtime, slack), (_refusing, hook)) = (http_server(200), http_server(403));
    let (mail, served) = mail_server();
    let (slack_url, hook_url) = (format!("{}/services/T0/B0/hunter2hunter2", slack.uri()), hook.uri());
    let env = [
        ("SLACK_URL", slack_url.as_str()),
        ("MAIL_URL", mail.as_str()),
        ("MAIL_TO", "a@example.org, B <b@example.org>"),
        ("MAIL_FROM", "Thanos <bot@example.org>"),
        ("HOOK_URL", hook_url.as_str()),
        ("HOOK_SECRET", "hunter2hunter2"),
        ("GITHUB_REPOSITORY", "o/r"),
    ];
    let done = thanos(home.path(), &["notify", "test"], &env);
    let text = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{text}");
    assert!(text.contains("slack (slack): sent") && text.contains("email (email): sent"), "{text}");
    assert!(text.contains("webhook (webhook): NOT sent: it refused the message (403)"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("/services/"), "{text}");
    let got = runtime.block_on(slack.received_requests()).unwrap();
    assert!(String::from_utf8_lossy(&got[0].body).contains("o/r: a test of the channel slack"));
    let said = served.join().unwrap();
    assert!(said.contains(&"MAIL FROM:<bot@example.org>".to_owned()), "{said:?}");
    assert_eq!(said.iter().filter(|line| line.starts_with("RCPT TO:")).count(), 2, "{said:?}");
    assert!(said.contains(&"Subject: o/r: a test of the channel email".to_owned()), "{said:?}");
}

/// The first channel answers only when the last one was asked.
#[test]
fn one_that_keeps_silent_holds_nobody_up() {
    use std::io::Read as _;
    let home = tempfile::tempdir().unwrap();
    let [first, last] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [first_url, last_url] = [&first, &last].map(|at| format!("http://{}/hook", at.local_addr().unwrap()));
    let served = std::thread::spawn(move || {
        let streams = [last.accept().unwrap().0, first.accept().unwrap().0];
        for mut stream in streams {
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    let env = [
        ("SLACK_URL", first_url.as_str()),
        ("HOOK_URL", last_url.as_str()),
        ("HOOK_SECRET", "hunter2hunter2"),
        ("NO_PROXY", "*"),
    ];
    let done = thanos(home.path(), &["notify", "test"], &env);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let said: Vec<&str> = text.lines().collect();
    assert_eq!(said[0], "slack (slack): sent", "{text}");
    assert!(said[1].contains("the variable MAIL_URL is not set") && said[2] == "webhook (webhook): sent", "{text}");
    served.join().unwrap();
}

#[test]
fn a_digest_goes_to_those_that_want_one_and_can_be_looked_at_first() {
    let home = tempfile::tempdir().unwrap();
    let shown = thanos(home.path(), &["notify", "digest", "--since", "24h", "--dry-run"], &[]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("0 runs since") && text.contains("Endings: none"), "{text}");
    let (runtime, slack) = http_server(200);
    let url = slack.uri();
    let done = thanos(home.path(), &["--json", "notify", "digest"], &[("SLACK_URL", url.as_str())]);
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((done.status.code(), said["channels"].as_array().unwrap().len()), (Some(1), 2), "{said}");
    assert_eq!((&said["channels"][0]["sent"], &said["channels"][1]["sent"]), (&true.into(), &false.into()));
    assert!(said["channels"][1]["why"].as_str().unwrap().contains("the variable MAIL_URL is not set"), "{said}");
    assert_eq!(runtime.block_on(slack.received_requests()).unwrap().len(), 1);
    let unknown = thanos(home.path(), &["notify", "test", "--to", "nobody"], &[]);
    assert_eq!(unknown.status.code(), Some(2));
}
