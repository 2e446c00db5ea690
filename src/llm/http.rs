//! A POST of JSON and its answer, whole or as a stream of events, on the forge's kind of client; one client for a whole
//! run. It ends when everything is to end.

use super::events::{self, Events};
use crate::forge;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// More than any model writes at once.
const MAX_BODY: usize = 16 << 20;
const CONNECT: Duration = Duration::from_secs(10);
/// So often it is looked whether everything is to end.
pub const LOOK: Duration = Duration::from_millis(50);

/// For one address.
pub struct Client {
    url: String,
    /// So long may nothing come.
    silence: Duration,
    made: OnceLock<Made>,
}

type Made = Result<(reqwest::Client, tokio::runtime::Runtime), String>;

pub struct Post<'a> {
    pub url: &'a str,
    pub headers: &'a [(&'static str, String)],
    /// The header that carries the key, and what stands before it.
    pub key: Option<(&'static str, &'static str, &'a SecretString)>,
    pub body: &'a Value,
    pub limit: Duration,
    pub cancel: Option<&'a Arc<AtomicBool>>,
}

pub struct Answer {
    pub status: u16,
    /// Where the provider says it.
    pub retry_after: Option<Duration>,
    /// Empty where it came as events, which were heard.
    pub body: Vec<u8>,
    pub was_stream: bool,
}

/// An answer as it comes.
pub enum Piece<'a> {
    Head { status: u16, retry_after: Option<u64>, content_type: String },
    Bytes(&'a [u8]),
}

/// Told of every piece; `false` ends the request.
pub type Take<'a> = dyn FnMut(Piece) -> bool + 'a;

pub enum Fault {
    /// Nobody was reached: nothing was sent.
    Unreached(String),
    /// It broke off on the way; what was asked may have been answered, and cost.
    Cut(String),
    Cancelled,
}

impl Client {
    /// It is made when it is first needed: most runs never ask.
    pub fn new(url: &str, silence: Duration) -> Self {
        Self { url: url.to_owned(), silence, made: OnceLock::new() }
    }

    fn make(&self) -> Made {
        let client = forge::http_client(&self.url, CONNECT, self.silence).map_err(|e| e.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        Ok((client, runtime))
    }

    /// `heard` is told the data of every event.
    pub fn post(&self, post: &Post, heard: &mut dyn FnMut(&str)) -> Result<Answer, Fault> {
        let (request, runtime) = self.request(post)?;
        run(runtime, post, self.exchange(request, heard))
    }

    /// The answer piece by piece, as it comes.
    pub fn post_through(&self, post: &Post, take: &mut Take) -> Result<(), Fault> {
        let (request, runtime) = self.request(post)?;
        run(runtime, post, self.pass(request, take))
    }

    fn request(&self, post: &Post) -> Result<(reqwest::RequestBuilder, &tokio::runtime::Runtime), Fault> {
        let unreached = |why: &str| Fault::Unreached(why.to_owned());
        let (client, runtime) = self.made.get_or_init(|| self.make()).as_ref().map_err(|why| unreached(why))?;
        let mut request = client.post(post.url).json(post.body);
        for (name, value) in post.headers {
            request = request.header(*name, value);
        }
        if let Some((name, before, key)) = post.key {
            let value = format!("{before}{}", key.expose_secret());
            let mut value = reqwest::header::HeaderValue::from_str(&value)
                .map_err(|_| unreached("the key holds a line break or another character that no header takes"))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        Ok((request, runtime))
    }

    async fn pass(&self, request: reqwest::RequestBuilder, take: &mut Take<'_>) -> Result<(), Fault> {
        let mut response = self.begun(request).await?;
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let retry_after = header("retry-after").and_then(wait).map(|time| time.as_secs());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let mut goes_on = take(Piece::Head { status: response.status().as_u16(), retry_after, content_type });
        let mut length = 0;
        while goes_on && let Some(chunk) = response.chunk().await.map_err(|e| self.cut(&e))? {
            length += chunk.len();
            if length > MAX_BODY * 8 {
                return Err(Fault::Cut("the answer is longer than any model writes".to_owned()));
            }
            goes_on = take(Piece::Bytes(&chunk));
        }
        if goes_on { Ok(()) } else { Err(Fault::Cut("nobody waits for it any more".to_owned())) }
    }

    async fn begun(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Fault> {
        request.send().await.map_err(|e| match e.is_connect() {
            true => Fault::Unreached(forge::root_cause(&e)),
            false => self.cut(&e),
        })
    }

    async fn exchange(&self, request: reqwest::RequestBuilder, heard: &mut dyn FnMut(&str)) -> Result<Answer, Fault> {
        let mut response = self.begun(request).await?;
        let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
        let (status, retry_after) = (response.status().as_u16(), header("retry-after").and_then(wait));
        let says_so = header("content-type").is_some_and(is_stream);
        let is_good = (200..300).contains(&status);
        let mut was_stream = is_good && says_so;
        let (mut events, mut body, mut length) = (Events::default(), Vec::new(), 0);
        while let Some(chunk) = response.chunk().await.map_err(|e| self.cut(&e))? {
            length += chunk.len();
            let fits = match was_stream {
                true => events.take(&chunk, heard),
                false => {
                    body.extend_from_slice(&chunk);
                    true
                }
            };
            // Events say everything with many words.
            if !fits || length > MAX_BODY * if was_stream { 8 } else { 1 } {
                return Err(Fault::Cut("the answer is longer than any model writes".to_owned()));
            }
        }
        if is_good && !was_stream && events::is_begun(&body) {
            was_stream = events.take(&body, heard);
        }
        events.end(heard);
        Ok(Answer { status, retry_after, body, was_stream })
    }

    fn cut(&self, error: &reqwest::Error) -> Fault {
        Fault::Cut(match error.is_timeout() {
            true => format!("nothing came for {} s (model.silence-seconds)", self.silence.as_secs()),
            false => forge::root_cause(error),
        })
    }
}

/// By the header `content-type`.
pub fn is_stream(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("text/event-stream")
}

/// Until the answer is there, the time is over, or everything is to end.
fn run<T>(
    runtime: &tokio::runtime::Runtime,
    post: &Post,
    answer: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    runtime.block_on(async {
        tokio::select! {
            answer = tokio::time::timeout(post.limit, answer) => {
                answer.unwrap_or_else(|_| Err(Fault::Cut(format!("no end of it in {} s", post.limit.as_secs()))))
            }
            () = stopped(post.cancel) => Err(Fault::Cancelled),
        }
    })
}

/// Seconds, or a date.
fn wait(text: &str) -> Option<Duration> {
    let text = text.trim();
    let seconds = text.parse::<f64>().ok().filter(|s| (0.0..1e9).contains(s)).map(Duration::from_secs_f64);
    seconds.or_else(|| {
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        let seconds = until.as_second() - jiff::Timestamp::now().as_second();
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    })
}

async fn stopped(cancel: Option<&Arc<AtomicBool>>) {
    while !cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        assert_eq!(wait(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(wait("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(wait("Wed, 21 Oct 2099 07:28:00 GMT").unwrap() > Duration::from_secs(1 << 30));
        for odd in ["", "-1", "soon", "NaN", "1e300"] {
            assert_eq!(wait(odd), None, "{odd}");
        }
    }
}
