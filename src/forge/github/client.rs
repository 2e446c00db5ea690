//! One request and its answer: octocrab adds the base URL and the token, we add time limits, a size
//! limit, the mask over what goes out, and streams.

use super::http::{self, Clients};
use super::keys::{Keys, Scope};
use super::send::{Ask, Method};
use super::{Config, Mask, Timing};
use crate::forge::{Call, ForgeError, Result, mask_json};
use octocrab::Octocrab;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;

/// More than any JSON answer of GitHub's, and little enough to keep in memory.
const MAX_BODY: usize = 128 << 20;

/// Makes the client that carries a token.
pub(super) type MakeClient = Box<dyn Fn(Option<&SecretString>) -> Result<Octocrab> + Send + Sync>;

pub(super) struct Client {
    /// The path of `GITHUB_API_URL`: `/api/v3` on an Enterprise server.
    prefix: String,
    keys: Keys,
    clients: Arc<Clients>,
    runtime: Arc<Runtime>,
    mask: Mask,
    pub(super) timing: Timing,
    cancel: Option<Arc<AtomicBool>>,
    /// Milliseconds of [`Timing::max_wait`] that are left.
    patience: AtomicU64,
    /// Milliseconds that hanging requests may still take once everything is to end.
    last_words: AtomicU64,
}

/// What one request gets once everything is to end, and all together: the record is to be written in time.
const LAST_WORD: Duration = Duration::from_secs(2);
const LAST_WORDS: u64 = 4_000;
/// For each in any case: what answers at all answers in that.
const LEAST: u64 = 250;
/// So often it is looked whether everything is to end.
const LOOK: Duration = Duration::from_millis(50);

/// An answer, whatever its status.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    pub(super) fn new(config: &Config) -> Result<Self> {
        let api_url = config.api_url.trim_end_matches('/');
        http::check_url(api_url)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ForgeError::Local(format!("cannot start the network runtime: {error}")))?;
        let (runtime, clients) = (Arc::new(runtime), Arc::new(Clients::new(config.timing)));
        let (origin, prefix) = origin_and_path(api_url);
        let make: MakeClient = {
            let (runtime, clients, url) = (Arc::clone(&runtime), Arc::clone(&clients), origin.to_owned());
            Box::new(move |token| {
                // octocrab starts a task of its own when it is built.
                let _guard = runtime.enter();
                octocrab(&url, token, clients.for_url(&url)?)
            })
        };
        Ok(Self {
            prefix: prefix.to_owned(),
            keys: Keys::new(config.credential.clone(), config.repo.clone(), make)?,
            clients,
            runtime,
            mask: Arc::clone(&config.mask),
            timing: config.timing,
            cancel: config.cancel.clone(),
            last_words: AtomicU64::new(LAST_WORDS),
            patience: AtomicU64::new(u64::try_from(config.timing.max_wait.as_millis()).unwrap_or(u64::MAX)),
        })
    }

    /// What the request is to be sent with.
    pub(super) fn key(&self, ask: &Ask) -> Result<Octocrab> {
        Ok(self.keys.for_ask(self, ask)?.octocrab)
    }

    /// Sends it once.
    pub(super) fn send_once(&self, octocrab: &Octocrab, ask: &Ask) -> Result<Reply> {
        let limit = self.timing.total;
        let act = async { tokio::time::timeout(limit, self.exchange(octocrab, ask)).await.ok() };
        let answer = self.unless_stopped(act).flatten();
        answer.unwrap_or_else(|| Err(ForgeError::Timeout { call: ask.call() }))
    }

    /// `None` when everything is to end and it still takes its time.
    fn unless_stopped<T>(&self, act: impl Future<Output = T>) -> Option<T> {
        let left = self.last_words.load(Ordering::Relaxed);
        let grace = Duration::from_millis(left.max(LEAST)).min(LAST_WORD);
        let answer = unless_stopped(&self.runtime, self.cancel.as_ref(), grace, act);
        if answer.is_none() {
            let taken = u64::try_from(grace.as_millis()).unwrap_or(left);
            self.last_words.store(left.saturating_sub(taken), Ordering::Relaxed);
        }
        answer
    }

    pub(super) fn is_stopped(&self) -> bool {
        is_set(self.cancel.as_ref())
    }

    /// Takes the time from what all requests together may wait; `false` when not so much is left.
    pub(super) fn spend(&self, time: Duration) -> bool {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(millis)).is_ok()
    }

    pub(super) fn sleep(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() && !self.is_stopped() {
            let step = left.min(LOOK);
            std::thread::sleep(step);
            left -= step;
        }
    }

    /// An Enterprise server has GraphQL beside the REST API, not below it (GitHub Docs: forming calls with GraphQL).
    fn place(&self, path: &str) -> String {
        match self.prefix.strip_suffix("/v3") {
            Some(beside) if path == "/graphql" => format!("{beside}{path}"),
            _ => format!("{}{path}", self.prefix),
        }
    }

    async fn exchange(&self, octocrab: &Octocrab, ask: &Ask) -> Result<Reply> {
        let body = ask.body.as_ref().map(|body| if ask.raw { body.clone() } else { mask_json(body, &*self.mask) });
        let (path, body) = (self.place(&ask.path), body.as_ref());
        let response = match ask.method {
            Method::Get => {
                let accept = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/vnd.github+json"))]);
                octocrab._get_with_headers(path, Some(accept)).await
            }
            Method::Post => octocrab._post(path, body).await,
            Method::Patch => octocrab._patch(path, body).await,
            Method::Delete => octocrab._delete(path, body).await,
        };
        let response = response.map_err(|error| failed(ask.call(), &error))?;
        let response = reqwest::Response::from(response.map(reqwest::Body::wrap));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_all(response).await.map_err(|why| match why {
            Some(error) => failed(ask.call(), &error),
            None => ForgeError::BadBody { call: ask.call(), message: "longer than 128 MiB".to_owned() },
        })?;
        Ok(Reply { status, headers, body })
    }

    /// Downloads from wherever the forge sent us, without the token.
    pub(super) fn download(&self, url: &str, call: &Call) -> Result<(u16, Stream)> {
        if !http::is_safe(url) {
            let message = "the forge redirects to something that is not https".to_owned();
            return Err(ForgeError::BadBody { call: call.clone(), message });
        }
        let request = self.clients.for_url(url)?.get(url);
        self.stream(request, call)
    }

    /// Posts to the git server with the token as git sends it: basic authentication, in a header only.
    pub(super) fn post_git(&self, url: &str, body: Vec<u8>, call: &Call) -> Result<(u16, Stream)> {
        let mut request = self
            .clients
            .for_url(url)?
            .post(url)
            .header("content-type", crate::git::FETCH_CONTENT_TYPE)
            .header("git-protocol", crate::git::FETCH_PROTOCOL)
            .body(body);
        if let Some(token) = &self.keys.of(self, Scope::Read)?.token {
            request = request.basic_auth("x-access-token", Some(token.expose_secret()));
        }
        self.stream(request, call)
    }

    fn stream(&self, request: reqwest::RequestBuilder, call: &Call) -> Result<(u16, Stream)> {
        let answer = self.unless_stopped(async { request.send().await });
        let response = answer.ok_or_else(|| ForgeError::Timeout { call: call.clone() })?;
        let response = response.map_err(|error| failed(call.clone(), &error))?;
        let status = response.status().as_u16();
        let (runtime, cancel) = (Arc::clone(&self.runtime), self.cancel.clone());
        Ok((status, Stream { runtime, cancel, response, chunk: io::Cursor::default() }))
    }
}

fn is_set(cancel: Option<&Arc<AtomicBool>>) -> bool {
    cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed))
}

fn unless_stopped<T>(
    runtime: &Runtime,
    cancel: Option<&Arc<AtomicBool>>,
    grace: Duration,
    act: impl Future<Output = T>,
) -> Option<T> {
    let stopped = async {
        while !is_set(cancel) {
            tokio::time::sleep(LOOK).await;
        }
        tokio::time::sleep(grace).await;
    };
    runtime.block_on(async {
        tokio::select! {
            answer = act => Some(answer),
            () = stopped => None,
        }
    })
}

/// Also when everything else went wrong.
impl Drop for Client {
    fn drop(&mut self) {
        // Nobody waits for that.
        self.patience.store(0, Ordering::Relaxed);
        self.keys.revoke(self);
    }
}

/// A body that is read as it comes in, a chunk at a time.
pub(super) struct Stream {
    runtime: Arc<Runtime>,
    cancel: Option<Arc<AtomicBool>>,
    response: reqwest::Response,
    chunk: io::Cursor<Vec<u8>>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.chunk.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            // The URL holds a signature, so it must not get into the message.
            let chunk = async { self.response.chunk().await };
            let next = unless_stopped(&self.runtime, self.cancel.as_ref(), LAST_WORD, chunk);
            match next
                .ok_or(io::ErrorKind::TimedOut)?
                .map_err(|error| io::Error::other(root_cause(&error.without_url())))?
            {
                Some(bytes) => self.chunk = io::Cursor::new(bytes.to_vec()),
                None => return Ok(0),
            }
        }
    }
}

fn origin_and_path(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    url.split_at(url[host..].find('/').map_or(url.len(), |at| host + at))
}

fn octocrab(api_url: &str, token: Option<&SecretString>, client: reqwest::Client) -> Result<Octocrab> {
    let unusable = |why: String| ForgeError::Local(format!("cannot make the GitHub client: {why}"));
    let mut builder = Octocrab::builder()
        .base_uri(api_url)
        .map_err(|_| unusable("GITHUB_API_URL is no URL".to_owned()))?
        .add_header(HeaderName::from_static("x-github-api-version"), "2022-11-28".to_owned());
    if let Some(token) = token {
        if HeaderValue::from_str(token.expose_secret()).is_err() || token.expose_secret().is_empty() {
            return Err(unusable("the token is empty or holds a line break or control character".to_owned()));
        }
        builder = builder.personal_token(token.clone());
    }
    builder.build_with_reqwest(client).map_err(|error| unusable(root_cause(&error)))
}

/// `Err(None)`: too long.
async fn read_all(mut response: reqwest::Response) -> std::result::Result<Vec<u8>, Option<reqwest::Error>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Some)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err(None);
        }
    }
    Ok(body)
}

fn failed(call: Call, error: &(dyn std::error::Error + 'static)) -> ForgeError {
    let mut chain = std::iter::successors(Some(error), |error| error.source());
    let known = chain.find_map(|error| error.downcast_ref::<reqwest::Error>());
    match known {
        Some(error) if error.is_connect() => ForgeError::Network { call, message: root_cause(error) },
        Some(error) if error.is_timeout() => ForgeError::Timeout { call },
        _ => ForgeError::BadBody { call, message: root_cause(error) },
    }
}

/// The innermost message: the outer ones repeat it, or hold the URL with its query.
pub fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}
