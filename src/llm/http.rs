//! One POST of JSON and its answer, on the forge's kind of client; it ends when everything is to end.

use crate::forge;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// More than any model writes at once.
const MAX_BODY: usize = 16 << 20;
const CONNECT: Duration = Duration::from_secs(10);
/// So often it is looked whether everything is to end.
pub const LOOK: Duration = Duration::from_millis(50);

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
    /// Seconds, where the provider says them.
    pub retry_after: Option<u64>,
    pub body: Vec<u8>,
}

pub enum Fault {
    /// Nobody was reached: nothing was sent.
    Unreached(String),
    /// It broke off on the way; what was asked may have been answered, and cost.
    Cut(String),
    Cancelled,
}

/// An answer as it comes.
pub enum Piece<'a> {
    Head { status: u16, retry_after: Option<u64>, content_type: String },
    Bytes(&'a [u8]),
}

/// Told of every piece; `false` ends the request.
pub type Take<'a> = dyn FnMut(Piece) -> bool + 'a;

/// The whole answer at once.
pub fn post(post: &Post) -> Result<Answer, Fault> {
    let mut answer = Answer { status: 0, retry_after: None, body: Vec::new() };
    post_through(post, &mut |piece| {
        match piece {
            Piece::Head { status, retry_after, .. } => (answer.status, answer.retry_after) = (status, retry_after),
            Piece::Bytes(bytes) => answer.body.extend_from_slice(bytes),
        }
        true
    })?;
    Ok(answer)
}

/// The answer piece by piece.
pub fn post_through(post: &Post, take: &mut Take) -> Result<(), Fault> {
    let unreached = |why: &dyn std::fmt::Display| Fault::Unreached(why.to_string());
    let client = forge::http_client(post.url, CONNECT, post.limit).map_err(|e| unreached(&e))?;
    let mut request = client.post(post.url).json(post.body);
    for (name, value) in post.headers {
        request = request.header(*name, value);
    }
    if let Some((name, before, key)) = post.key {
        let value = format!("{before}{}", key.expose_secret());
        let mut value = reqwest::header::HeaderValue::from_str(&value)
            .map_err(|_| unreached(&"the key holds a line break or another character that no header takes"))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| unreached(&e))?;
    runtime.block_on(async {
        tokio::select! {
            answer = tokio::time::timeout(post.limit, exchange(request, take)) => {
                answer.unwrap_or_else(|_| Err(Fault::Cut(format!("no answer in {} s", post.limit.as_secs()))))
            }
            () = stopped(post.cancel) => Err(Fault::Cancelled),
        }
    })
}

async fn stopped(cancel: Option<&Arc<AtomicBool>>) {
    while !cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
        tokio::time::sleep(LOOK).await;
    }
}

async fn exchange(request: reqwest::RequestBuilder, take: &mut Take<'_>) -> Result<(), Fault> {
    let mut response = request.send().await.map_err(|e| match e.is_connect() {
        true => Fault::Unreached(innermost(&e)),
        false => Fault::Cut(innermost(&e)),
    })?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (retry_after, content_type) = (header("retry-after").trim().parse().ok(), header("content-type").to_owned());
    let mut goes_on = take(Piece::Head { status: response.status().as_u16(), retry_after, content_type });
    let mut length = 0;
    while goes_on && let Some(chunk) = response.chunk().await.map_err(|e| Fault::Cut(innermost(&e)))? {
        length += chunk.len();
        if length > MAX_BODY {
            return Err(Fault::Cut("the answer is longer than 16 MiB".to_owned()));
        }
        goes_on = take(Piece::Bytes(&chunk));
    }
    if goes_on { Ok(()) } else { Err(Fault::Cut("nobody waits for it any more".to_owned())) }
}

/// The outer messages repeat it, or hold the URL.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error);
    last.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}
