//! One answer for each request: files of the site, and a stream of word to the pages.

use super::super::assets;
use anyhow::Result;
use axum::body::Body;
use axum::extract::{Request, State as Held};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, serve};
use futures_util::stream;
use std::convert::Infallible;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tempfile::TempDir;
use tokio::sync::watch;

/// Open pages that are told; more would be no reader's.
const GUESTS: usize = 100;
/// No request of a browser's holds a body that we would read.
const SECURITY: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-cache"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// What the pages are told of.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Of the data.
    pub version: u64,
    /// Runs in progress, as JSON.
    pub running: String,
}

#[derive(Clone)]
pub struct State {
    pub site: Arc<RwLock<Arc<TempDir>>>,
    pub shown: watch::Receiver<Shown>,
    pub hosts: Vec<String>,
    pub guests: Arc<()>,
}

#[tokio::main(flavor = "current_thread")]
pub async fn run(listener: TcpListener, state: State, ended: watch::Receiver<bool>) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let shown = state.shown.clone();
    let mut over = ended.clone();
    let router = Router::new()
        .route("/events", get(move |Held(state): Held<State>| events(state, shown.clone(), ended.clone())))
        .fallback(file)
        .layer(middleware::from_fn_with_state(state.clone(), checked))
        .with_state(state);
    let end = async move {
        let _ = over.wait_for(|over| *over).await;
    };
    Ok(serve(listener, router).with_graceful_shutdown(end).await?)
}

/// Who asks, for what, and by which name.
async fn checked(Held(state): Held<State>, request: Request, next: Next) -> Response {
    let mut answer = match refused(&request, &state.hosts) {
        Some((status, why)) => (status, format!("{why}\n")).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in SECURITY {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}

fn refused(request: &Request, hosts: &[String]) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = said(header::HOST).unwrap_or_default().to_ascii_lowercase();
    if headers.get_all(header::HOST).iter().count() != 1 || !hosts.contains(&host) {
        let why = "this name is not served here: ask for localhost, or start with --name for another one";
        return Some((StatusCode::MISDIRECTED_REQUEST, why));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "there is nothing here to write to"));
    }
    // A link may lead here; a page elsewhere may not load anything from here.
    let site = said(HeaderName::from_static("sec-fetch-site")).unwrap_or("none");
    let is_visit = said(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    let is_foreign = !matches!(site, "none" | "same-origin") && !is_visit;
    is_foreign.then_some((StatusCode::FORBIDDEN, "another site asks: open this one by itself"))
}

async fn file(Held(state): Held<State>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    if let Some(file) = assets::FILES.iter().find(|file| file.name == path) {
        return with_kind(file.kind, file.bytes.to_vec());
    }
    let Some((kind, path)) = data(path) else { return nothing() };
    let site = Arc::clone(&state.site.read().unwrap_or_else(PoisonError::into_inner));
    match std::fs::read(site.path().join(path)) {
        Ok(bytes) => with_kind(kind, bytes),
        Err(_) => nothing(),
    }
}

/// `data/<letters, digits, dashes>.js` and `api/data.json`: no other path leads to the disk.
fn data(path: &str) -> Option<(&'static str, PathBuf)> {
    if path == "api/data.json" {
        return Some(("application/json", path.into()));
    }
    let name = path.strip_prefix("data/")?.strip_suffix(".js")?;
    let is_plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_plain.then(|| (assets::SCRIPT, path.into()))
}

fn with_kind(kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    (headers, Body::from(bytes)).into_response()
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "there is no such page\n").into_response()
}

/// What is now, and every change of it.
async fn events(state: State, mut shown: watch::Receiver<Shown>, ended: watch::Receiver<bool>) -> Response {
    if Arc::strong_count(&state.guests) > GUESTS + 10 {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many pages are open\n").into_response();
    }
    let guest = Arc::clone(&state.guests);
    shown.mark_changed();
    let next = |(mut shown, mut ended, guest): (watch::Receiver<Shown>, watch::Receiver<bool>, Arc<()>)| async move {
        let is_over = tokio::select! {
            over = ended.wait_for(|over| *over) => over.map_or(true, |_| true),
            changed = shown.changed() => changed.is_err(),
        };
        if is_over {
            return None;
        }
        let now = shown.borrow_and_update().clone();
        let running = if now.running.is_empty() { "[]" } else { &now.running };
        let text = format!("{{\"version\":{},\"running\":{running}}}", now.version);
        Some((Ok::<_, Infallible>(Event::default().data(text)), (shown, ended, guest)))
    };
    Sse::new(stream::unfold((shown, ended, guest), next)).keep_alive(KeepAlive::default()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        for path in
            ["data/../x.js", "data/a/b.js", "data/.js", "data/%2e%2e.js", "api/other.json", "etc/passwd", "data/a.json"]
        {
            assert!(data(path).is_none(), "{path}");
        }
        assert!(data("data/runs-17.js").is_some());
    }

    #[test]
    fn other_names_and_other_sites_get_nothing() {
        let hosts = ["localhost:7".to_owned()];
        let ask = |method: Method, headers: &[(&str, &str)]| {
            let request =
                headers.iter().fold(Request::builder().method(method), |r, (name, value)| r.header(*name, *value));
            refused(&request.body(Body::empty()).unwrap(), &hosts).map(|(status, _)| status.as_u16())
        };
        let own = ("host", "localhost:7");
        assert_eq!(ask(Method::GET, &[own]), None);
        assert_eq!(ask(Method::GET, &[("host", "LOCALHOST:7"), ("sec-fetch-site", "same-origin")]), None);
        assert_eq!(ask(Method::GET, &[("host", "evil.example:7")]), Some(421));
        assert_eq!(ask(Method::GET, &[]), Some(421));
        assert_eq!(ask(Method::GET, &[own, ("host", "evil.example")]), Some(421));
        assert_eq!(ask(Method::POST, &[own]), Some(405));
        assert_eq!(
            ask(Method::GET, &[own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]),
            Some(403)
        );
        assert_eq!(ask(Method::GET, &[own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]), None);
    }
}
