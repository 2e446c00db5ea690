//! The line between the process that holds the key and the one that runs the repository's code: a request and its reply
//! per line of JSON, or several at once. Who serves waits on a name of the kernel's own (no file of the disk); the first who knows the word
//! gets in, and nobody after.

use super::http::{Piece, Take};
use super::{Asked, Dialect, Model, NoReply, NotPassed, Passage, Reply, Request, Seat, Seated, Spent};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A request with all its history.
const LONGEST: u64 = 64 << 20;
/// So long somebody who got in may take to say the word.
const TO_SAY_IT: Duration = Duration::from_secs(5);

/// Where the line begins; goes to the other process with its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    name: String,
    word: String,
    /// The model's, for people.
    model: String,
    seated: Vec<Seated>,
    writes: bool,
    /// The strong one as its provider calls it, and what other programs may speak to it.
    passable: (String, Vec<Dialect>),
}

/// A line of who has no key.
#[derive(Serialize, Deserialize)]
enum Said {
    Ask {
        seat: Seat,
        requests: Vec<Request>,
    },
    /// Another program's request.
    Pass(Asked),
    /// For the transcript.
    Tell(String),
}

/// The answer to [`Said::Pass`], line by line.
#[derive(Serialize, Deserialize)]
enum Passing {
    Head {
        status: u16,
        retry_after: Option<u64>,
        content_type: String,
    },
    /// In base 64.
    Bytes(String),
    End {
        end: Result<(), NotPassed>,
        spent: Spent,
    },
}

#[derive(Serialize, Deserialize)]
struct Served {
    replies: Vec<Result<Reply, NoReply>>,
    spent: Spent,
}

/// The end that holds the key.
pub struct Host {
    listener: UnixListener,
    address: Address,
}

/// 32 hex digits that nobody can guess.
pub(super) fn random_word() -> Result<String> {
    let mut bytes = [0u8; 16];
    let filled = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    filled.map_err(|_| anyhow::anyhow!("no random numbers can be had"))?;
    Ok(crate::ids::hex(bytes))
}

impl Host {
    pub fn open(model: &dyn Model) -> Result<Self> {
        let name = format!("thanos-fix-{}", random_word()?);
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?);
        let listener = listener.context("cannot open a line to the heal process")?;
        listener.set_nonblocking(true)?;
        let passable = model.passage().map(|p| (p.model().to_owned(), p.dialects().to_vec())).unwrap_or_default();
        let (writes, seated) = (model.writes(), model.seated());
        let model = model.name().to_owned();
        Ok(Self { listener, address: Address { name, word: random_word()?, model, seated, writes, passable } })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Until the other side hangs up, or `over` says that there is none any more.
    pub fn serve(self, model: &dyn Model, over: &AtomicBool) -> Result<()> {
        let Some(mut stream) = self.accept(over)? else { return Ok(()) };
        // Nobody else gets in.
        drop(self.listener);
        while let Some(line) = stream.line()? {
            match serde_json::from_str(&line).context("the heal process asked what cannot be read")? {
                Said::Ask { seat, requests } => {
                    let replies = model.complete_all(seat, &requests);
                    stream.say(&Served { replies, spent: model.spent() })?;
                }
                Said::Pass(asked) => pass(model, &asked, &mut stream)?,
                Said::Tell(text) => model.passage().iter().for_each(|passage| passage.tell(&text)),
            }
        }
        Ok(())
    }

    fn accept(&self, over: &AtomicBool) -> Result<Option<Stream>> {
        while !over.load(Ordering::Relaxed) {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    stream.set_read_timeout(Some(TO_SAY_IT))?;
                    let mut stream = Stream(BufReader::new(stream));
                    if matches!(stream.line(), Ok(Some(line)) if line.trim_end() == self.address.word) {
                        stream.0.get_ref().set_read_timeout(None)?;
                        return Ok(Some(stream));
                    }
                }
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(10)),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(None)
    }
}

fn pass(model: &dyn Model, asked: &Asked, stream: &mut Stream) -> Result<()> {
    let mut broken = None;
    let mut take = |piece: Piece| {
        let line = match piece {
            Piece::Head { status, retry_after, content_type } => Passing::Head { status, retry_after, content_type },
            Piece::Bytes(bytes) => Passing::Bytes(STANDARD.encode(bytes)),
        };
        broken = stream.say(&line).err();
        broken.is_none()
    };
    let end = match model.passage() {
        Some(passage) => passage.pass(asked, &mut take),
        None => Err(NotPassed::new(NotPassed::BROKEN, "a recording has no answers for other programs")),
    };
    match broken {
        Some(e) => Err(e),
        None => stream.say(&Passing::End { end, spent: model.spent() }),
    }
}

struct Stream(BufReader<UnixStream>);

impl Stream {
    /// `None`: it has ended.
    fn line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = (&mut self.0).take(LONGEST).read_line(&mut line)?;
        Ok((read > 0).then_some(line))
    }

    fn say(&mut self, what: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(what)? + "\n";
        Ok(self.0.get_mut().write_all(line.as_bytes())?)
    }
}

/// The end without a key.
pub struct Remote {
    name: String,
    seated: Vec<Seated>,
    writes: bool,
    stream: Mutex<Stream>,
    spent: Mutex<Spent>,
    passable: (String, Vec<Dialect>),
}

impl Remote {
    /// Before any code of the repository runs.
    pub fn connect(address: &Address) -> Result<Self> {
        let stream = UnixStream::connect_addr(&SocketAddr::from_abstract_name(&address.name)?);
        let mut stream = stream.context("cannot reach the process that holds the key")?;
        stream.write_all(format!("{}\n", address.word).as_bytes())?;
        let stream = Mutex::new(Stream(BufReader::new(stream)));
        let (name, seated) = (address.model.clone(), address.seated.clone());
        let (writes, passable) = (address.writes, address.passable.clone());
        Ok(Self { name, seated, writes, stream, spent: Mutex::default(), passable })
    }

    fn ask(&self, seat: Seat, requests: &[Request]) -> Result<Served> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.say(&Said::Ask { seat, requests: requests.to_vec() })?;
        let line = stream.line()?.context("it hung up")?;
        let served: Served = serde_json::from_str(&line)?;
        anyhow::ensure!(served.replies.len() == requests.len(), "it answered something else");
        Ok(served)
    }

    fn see(&self, spent: Spent) {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = spent;
    }

    /// To the end, also when nobody takes it any more: the line must be free again.
    fn pass_on(&self, asked: &Asked, take: &mut Take) -> Result<Result<(), NotPassed>> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.say(&Said::Pass(asked.clone()))?;
        loop {
            match serde_json::from_str(&stream.line()?.context("it hung up")?)? {
                Passing::Head { status, retry_after, content_type } => {
                    take(Piece::Head { status, retry_after, content_type });
                }
                Passing::Bytes(bytes) => {
                    take(Piece::Bytes(&STANDARD.decode(bytes)?));
                }
                Passing::End { end, spent } => {
                    self.see(spent);
                    return Ok(end);
                }
            }
        }
    }
}

impl Model for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
        let all = self.complete_all(Seat::Strong, std::slice::from_ref(request));
        all.into_iter().next().unwrap_or_else(|| Err(NoReply::broken("nothing was asked")))
    }

    fn seated(&self) -> Vec<Seated> {
        self.seated.clone()
    }

    fn complete_all(&self, seat: Seat, requests: &[Request]) -> Vec<Result<Reply, NoReply>> {
        match self.ask(seat, requests) {
            Ok(served) => {
                self.see(served.spent);
                served.replies
            }
            Err(e) => {
                let no = silent(&e);
                requests.iter().map(|_| Err(no.clone())).collect()
            }
        }
    }

    fn writes(&self) -> bool {
        self.writes
    }

    fn passage(&self) -> Option<&dyn Passage> {
        (!self.passable.1.is_empty()).then_some(self as &dyn Passage)
    }

    fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage for Remote {
    fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed> {
        self.pass_on(asked, take).map_err(|e| silent(&e))?
    }

    fn tell(&self, text: &str) {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        // Who has hung up needs no transcript.
        let _ = stream.say(&Said::Tell(text.to_owned()));
    }

    fn model(&self) -> &str {
        &self.passable.0
    }

    fn dialects(&self) -> &[Dialect] {
        &self.passable.1
    }
}

fn silent(error: &anyhow::Error) -> NoReply {
    NoReply::broken(format!("the process that holds the key does not answer: {error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Tokens;

    struct Echo;

    impl Model for Echo {
        fn name(&self) -> &str {
            "echo"
        }

        fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
            let (text, stop) = (request.system.clone(), "stop".to_owned());
            Ok(Reply { text, calls: Vec::new(), usage: Tokens::default(), stop })
        }

        fn spent(&self) -> Spent {
            Spent { requests: 7, ..Spent::default() }
        }
    }

    #[test]
    fn one_who_knows_the_word_is_served_and_nobody_else() {
        let host = Host::open(&Echo).unwrap();
        let address = host.address().clone();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let serving = scope.spawn(|| host.serve(&Echo, &over));
            let stranger = Remote::connect(&Address { word: "guess".into(), ..address.clone() }).unwrap();
            let request = Request { system: "x\ny".into(), messages: Vec::new(), tools: Vec::new(), max_tokens: 1 };
            assert!(stranger.complete(&request).is_err());
            let known = Remote::connect(&address).unwrap();
            assert_eq!(known.complete(&request).unwrap().text, "x\ny");
            assert_eq!(known.spent().requests, 7);
            assert!(Remote::connect(&address).is_err(), "a second one got in");
            drop(known);
            serving.join().unwrap().unwrap();
        });
    }

    #[test]
    fn nobody_comes() {
        let over = AtomicBool::new(true);
        Host::open(&Echo).unwrap().serve(&Echo, &over).unwrap();
    }
}
