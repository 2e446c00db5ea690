//! Where programs in the sandbox ask: a small HTTP server on a door that leads to us, for one run and one key that is
//! worth nothing elsewhere. It passes requests on, several at once, and answers by itself what needs no model.

use super::super::http::Piece;
use super::super::line::random_word;
use super::{Asked, Dialect, NotPassed, Passage};
use anyhow::{Context as _, Result, bail, ensure};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
const PATIENCE: Duration = Duration::from_secs(60);
const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 100;
const MAX_BODY: usize = 32 << 20;
const MAX_GUESTS: usize = 64;
/// Sentences that are kept for people.
const MOST_TROUBLES: usize = 5;
/// A guess that errs upwards, for those who ask how many tokens a text has.
const BYTES_PER_TOKEN: usize = 2;

pub struct Gate {
    key: String,
    requests: AtomicUsize,
    troubles: Mutex<Vec<NotPassed>>,
}

/// A request, its head read.
struct Heard {
    method: String,
    path: String,
    key: Option<String>,
    body: Vec<u8>,
}

impl Gate {
    pub fn new() -> Result<Self> {
        let key = format!("run-{}", random_word()?);
        Ok(Self { key, requests: AtomicUsize::new(0), troubles: Mutex::default() })
    }

    /// What the program is told to be its key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How many were passed on.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Why some were not, or were not answered; the first of each kind.
    pub fn troubles(&self) -> Vec<NotPassed> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Until it is over.
    pub fn serve(&self, door: &TcpListener, passage: &dyn Passage, over: &AtomicBool) {
        let guests = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            while !over.load(Ordering::Relaxed) {
                let is_there = poll(&mut [PollFd::new(door, PollFlags::IN)], Some(&TICK)).is_ok_and(|ready| ready > 0);
                let Some(Ok((guest, _))) = is_there.then(|| door.accept()) else { continue };
                // Who only holds connections must not keep others waiting at the door.
                if guests.fetch_add(1, Ordering::Relaxed) >= MAX_GUESTS {
                    guests.fetch_sub(1, Ordering::Relaxed);
                    self.note(NotPassed::new(
                        503,
                        format!("of more than {MAX_GUESTS} connections at once, some were closed"),
                    ));
                    continue;
                }
                scope.spawn(|| {
                    if let Err(error) = self.host(guest, passage, over) {
                        tracing::debug!(error = format!("{error:#}"), "gate");
                    }
                    guests.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
    }

    /// One connection and its one request.
    fn host(&self, guest: TcpStream, passage: &dyn Passage, over: &AtomicBool) -> Result<()> {
        guest.set_read_timeout(Some(PATIENCE))?;
        guest.set_write_timeout(Some(PATIENCE))?;
        let heard = hear(&guest)?;
        let mut guest = &guest;
        if over.load(Ordering::Relaxed) {
            return Ok(());
        }
        if heard.key.as_deref() != Some(&self.key) {
            return refuse(&mut guest, 401, "this is not the key of this run");
        }
        if let Some(answer) = self.own_answer(&heard, passage) {
            return say(&mut guest, 200, &answer);
        }
        let asked = match asked(&heard) {
            Ok(asked) => asked,
            Err((status, why)) => return refuse(&mut guest, status, &why),
        };
        let mut begun = false;
        let ended = passage.pass(&asked, &mut |piece| {
            begun = true;
            write(&mut guest, &piece).is_ok()
        });
        // What the budget stops is sent to nobody.
        if !ended.as_ref().is_err_and(NotPassed::is_budget) {
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
        let Err(trouble) = ended else { return Ok(()) };
        let answer = if begun { Ok(()) } else { refuse(&mut guest, trouble.status, &trouble.why) };
        self.note(trouble);
        answer
    }

    fn note(&self, trouble: NotPassed) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.len() < MOST_TROUBLES && !troubles.contains(&trouble) {
            troubles.push(trouble);
        }
    }

    /// Which models there are, and how long a text is: no model need be asked for that.
    fn own_answer(&self, heard: &Heard, passage: &dyn Passage) -> Option<Value> {
        let path = heard.path.as_str();
        if heard.method == "GET" && path.contains("/models") {
            let model = json!({"id": passage.model(), "object": "model", "type": "model", "created": 0,
                "created_at": "2025-01-01T00:00:00Z", "owned_by": "thanos-fix", "display_name": passage.model()});
            let is_list = path.ends_with("/models");
            return Some(if is_list { json!({"object": "list", "data": [model], "has_more": false}) } else { model });
        }
        let tokens = heard.body.len() / BYTES_PER_TOKEN;
        match heard.method.as_str() {
            "POST" if path.ends_with("/messages/count_tokens") => Some(json!({"input_tokens": tokens})),
            "POST" if path.ends_with(":countTokens") => Some(json!({"totalTokens": tokens})),
            _ => None,
        }
    }
}

fn asked(heard: &Heard) -> Result<Asked, (u16, String)> {
    let path = heard.path.as_str();
    let known = [
        (Dialect::Chat, "/chat/completions"),
        (Dialect::Responses, "/responses"),
        (Dialect::Messages, "/messages"),
        (Dialect::Gemini, ":generateContent"),
        (Dialect::Gemini, ":streamGenerateContent"),
    ];
    let dialect = known.iter().find(|(_, end)| heard.method == "POST" && path.ends_with(end));
    let Some((dialect, _)) = dialect else {
        return Err((
            404,
            format!("{} {path:.200} is not answered here: there is a model and nothing else", heard.method),
        ));
    };
    let body = serde_json::from_slice(&heard.body);
    let body = body.map_err(|e| (NotPassed::REFUSED, format!("the body of the request is no JSON: {e}")))?;
    Ok(Asked { dialect: *dialect, stream: path.contains(":stream"), body })
}

fn hear(guest: &TcpStream) -> Result<Heard> {
    let mut reader = BufReader::new(guest);
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        let left = MAX_HEAD.saturating_sub(text.len()) as u64;
        let read = (&mut reader).take(left).read_until(b'\n', &mut text)?;
        ensure!(read > 0, "the head of a request is too long, or ends too early");
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    ensure!(head.parse(&text)?.is_complete(), "half a head");
    let (method, target) = (head.method.unwrap_or_default().to_owned(), head.path.unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |name: &str| {
        let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok().map(str::trim)
    };
    let bearer = header("authorization").and_then(|value| value.split_once(' ')).map(|(_, key)| key.trim());
    let key = bearer.or_else(|| header("x-api-key")).or_else(|| header("x-goog-api-key"));
    let key = key.or_else(|| query.split('&').find_map(|part| part.strip_prefix("key="))).map(str::to_owned);
    let length = header("content-length").map(str::parse::<usize>).transpose().context("no length")?;
    let chunked = header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    if header("expect").is_some() {
        (&mut { guest }).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    ensure!(header("content-encoding").is_none_or(|value| value == "identity"), "a body that is compressed");
    let body = match (chunked, length) {
        (true, _) => chunks(&mut reader)?,
        (false, Some(length)) => exactly(&mut reader, length)?,
        (false, None) => Vec::new(),
    };
    Ok(Heard { method, path: path.trim_end_matches('/').to_owned(), key, body })
}

type Reader<'a> = BufReader<&'a TcpStream>;

fn exactly(reader: &mut Reader, length: usize) -> Result<Vec<u8>> {
    ensure!(length <= MAX_BODY, "a request of {length} bytes is too long");
    let mut body = Vec::new();
    let read = reader.take(length as u64).read_to_end(&mut body)?;
    ensure!(read == length, "the body of a request ends too early");
    Ok(body)
}

fn chunks(reader: &mut Reader) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.take(1000).read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).context("a chunk without a size")?;
        if size == 0 {
            // What is left unread would reset the connection under the answer.
            while line.trim_end() != "" {
                line.clear();
                ensure!(reader.take(1000).read_line(&mut line)? > 0, "the body of a request ends too early");
            }
            return Ok(body);
        }
        if body.len() + size > MAX_BODY {
            bail!("a request of more than {MAX_BODY} bytes is too long");
        }
        body.extend(exactly(reader, size)?);
        exactly(reader, 2)?;
    }
}

/// The end of the connection is the end of the body.
fn write(to: &mut impl Write, piece: &Piece) -> std::io::Result<()> {
    match piece {
        Piece::Head { status, retry_after, content_type } => {
            let kind: String = content_type.chars().filter(|c| !c.is_control()).collect();
            let after = retry_after.map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"));
            let head = format!("HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\n{after}connection: close\r\n\r\n");
            to.write_all(head.as_bytes())
        }
        Piece::Bytes(bytes) => to.write_all(bytes),
    }
}

fn say(to: &mut impl Write, status: u16, answer: &Value) -> Result<()> {
    let head = Piece::Head { status, retry_after: None, content_type: "application/json".to_owned() };
    write(to, &head)?;
    Ok(write(to, &Piece::Bytes(answer.to_string().as_bytes()))?)
}

/// In the shape that all providers' clients understand.
fn refuse(to: &mut impl Write, status: u16, why: &str) -> Result<()> {
    let error = json!({"message": why, "type": "thanos-fix", "code": status.to_string()});
    say(to, status, &json!({"type": "error", "error": error}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::http::Take;

    /// Answers with what it was asked.
    struct Echo;

    impl Passage for Echo {
        fn model(&self) -> &str {
            "some-model"
        }

        fn dialects(&self) -> &[Dialect] {
            &[Dialect::Chat]
        }

        fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed> {
            if asked.body["broke"] == true {
                return Err(NotPassed::new(NotPassed::BUDGET, "no more"));
            }
            let content_type = "text/plain\r\nx-injected: 1".to_owned();
            take(Piece::Head { status: 200, retry_after: None, content_type });
            take(Piece::Bytes(asked.body.to_string().as_bytes()));
            Ok(())
        }

        fn tell(&self, _: &str) {}
    }

    /// What comes back for bytes on a connection; `KEY` in them is this run's.
    fn answers(requests: &[&str]) -> (Vec<String>, Gate) {
        let gate = Gate::new().unwrap();
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let over = AtomicBool::new(false);
        let address = door.local_addr().unwrap();
        let answers = std::thread::scope(|scope| {
            scope.spawn(|| gate.serve(&door, &Echo, &over));
            let ask = |request: &&str| {
                let mut guest = TcpStream::connect(address).unwrap();
                // A refusal may come, and the line go, before everything is written and read.
                let _ = guest.write_all(request.replace("KEY", gate.key()).as_bytes());
                let _ = guest.shutdown(std::net::Shutdown::Write);
                let mut answer = Vec::new();
                let _ = guest.read_to_end(&mut answer);
                String::from_utf8_lossy(&answer).into_owned()
            };
            let answers = requests.iter().map(ask).collect();
            over.store(true, Ordering::Relaxed);
            answers
        });
        (answers, gate)
    }

    #[test]
    fn requests_are_passed_on_in_whole_and_in_chunks() {
        let (answers, gate) = answers(&[
            "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer KEY\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            "POST /v1/chat/completions HTTP/1.1\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x\r\n\":2}\r\n0\r\n\r\n",
            "POST /v1beta/models/m:streamGenerateContent?alt=sse&key=KEY HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        ]);
        for (answer, body) in answers.iter().zip(["{\"a\":1}", "{\"a\":2}", "{}"]) {
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
            assert!(!answer.contains("\r\nx-injected"), "{answer}");
        }
        assert_eq!((gate.requests(), gate.troubles().len()), (3, 0));
    }

    #[test]
    fn what_is_no_request_of_this_run_is_not_passed_on() {
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(MAX_HEAD));
        let (answers, gate) = answers(&[
            "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer run-0\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/files HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/responses HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 2\r\n\r\n{x",
            "GET /v1/models HTTP/1.1\r\nx-api-key: KEY\r\n\r\n",
            "POST /v1/messages/count_tokens HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 8\r\n\r\n{\"a\":12}",
            "POST /v1/chat/completions HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 99999999999\r\n\r\n{}",
            "POST /v1/chat/completions HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 9\r\n\r\n{}",
            "nonsense\r\n\r\n",
            &long,
        ]);
        let begins: Vec<&str> = answers.iter().map(|answer| answer.get(..12).unwrap_or_default()).collect();
        let status = |code: &str| format!("HTTP/1.1 {code}");
        let wanted = ["401", "401", "404", "400", "200", "200"].map(status);
        assert_eq!(begins[..6], wanted.each_ref().map(String::as_str));
        assert!(begins[6..].iter().all(|begin| begin.is_empty()), "{begins:?}");
        assert!(answers[4].contains("some-model") && answers[5].contains("\"input_tokens\":4"), "{answers:?}");
        assert_eq!(gate.requests(), 0);
    }

    #[test]
    fn a_refusal_is_an_answer_and_is_told() {
        let request = "POST /v1/messages HTTP/1.1\r\nx-api-key: KEY\r\nContent-Length: 14\r\n\r\n{\"broke\":true}";
        let (answers, gate) = answers(&[request, request]);
        assert!(answers[1].starts_with("HTTP/1.1 402") && answers[1].contains("no more"), "{answers:?}");
        assert_eq!(gate.troubles(), [NotPassed::new(NotPassed::BUDGET, "no more")]);
    }
}
