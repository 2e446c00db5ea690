//! A GitHub App's tokens against wiremock: what the double (tests/doubles/app.mjs) cannot play. The answers are our
//! reading of docs.github.com, "Authenticating as a GitHub App installation".

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::rsa;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use thanos_fix::forge::github::{App, Config, Credential, GitHub, Timing};
use thanos_fix::forge::{Forge as _, ForgeError};
use thanos_fix::ids::RepoSlug;
use tokio::runtime::Runtime;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

struct Fake {
    runtime: Runtime,
    server: MockServer,
    learnt: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        let fake = Self { runtime, server, learnt: Arc::default() };
        let installation =
            json!({"id": 7, "permissions": {"contents": "write", "issues": "write", "metadata": "read"}});
        fake.on("GET", "/repos/o/r/installation", 200, &installation);
        let repo = json!({"default_branch": "main", "private": false, "fork": false, "archived": false});
        fake.on("GET", "/repos/o/r", 200, &repo);
        fake
    }

    fn on(&self, verb: &str, at: &str, status: u16, body: &Value) {
        self.mount(
            Mock::given(method(verb)).and(path(at)).respond_with(ResponseTemplate::new(status).set_body_json(body)),
        );
    }

    fn first(&self, times: u64, verb: &str, at: &str, status: u16, body: &Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        self.mount(Mock::given(method(verb)).and(path(at)).respond_with(answer).up_to_n_times(times).with_priority(1));
    }

    fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    fn forge(&self) -> GitHub {
        let learnt = Arc::clone(&self.learnt);
        let learn = Arc::new(move |secret: &str| learnt.lock().unwrap().push(secret.to_owned()));
        GitHub::new(Config {
            api_url: self.server.uri(),
            server_url: self.server.uri(),
            repo: RepoSlug::parse("o/r").unwrap(),
            credential: Credential::App(App { id: "42".to_owned(), key: rsa::pair().private.clone().into(), learn }),
            mask: Arc::new(str::to_owned),
            holds: Arc::new(|_| false),
            timing: Timing { backoff: Duration::from_millis(1), ..Timing::default() },
            cancel: None,
        })
        .unwrap()
    }

    fn requests(&self, verb: &str, at: &str) -> Vec<Request> {
        let all = self.runtime.block_on(self.server.received_requests()).unwrap();
        all.into_iter().filter(|r| r.method.as_str() == verb && r.url.path() == at).collect()
    }
}

const MINT: &str = "/app/installations/7/access_tokens";
const REVOKE: &str = "/installation/token";

fn minted(token: &str, minutes: i64) -> Value {
    let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    json!({"token": token, "expires_at": expires.to_string()})
}

fn bearer(request: &Request) -> String {
    request.headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned()
}

/// The App's word can be verified, lives for ten minutes at most, and allows for a clock that is ahead.
#[test]
fn the_apps_word_is_signed_and_short() {
    let fake = Fake::start();
    fake.on("POST", MINT, 201, &minted("ghs_one", 60));
    fake.on("DELETE", REVOKE, 204, &json!({}));
    fake.forge().repo_info().unwrap();
    let word = bearer(&fake.requests("GET", "/repos/o/r/installation")[0]);
    let parts: Vec<&str> = word.split('.').collect();
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&decode(parts[0])).unwrap(), json!({"alg": "RS256", "typ": "JWT"}));
    let claims: Value = serde_json::from_slice(&decode(parts[1])).unwrap();
    let (from, to, now) =
        (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap(), jiff::Timestamp::now().as_second());
    assert!(from <= now - 30 && to > now && to - from <= 600, "{claims}");
    assert_eq!(claims["iss"], json!("42"));
    let public: String = rsa::pair().public.lines().filter(|line| !line.starts_with('-')).collect();
    let public = base64::engine::general_purpose::STANDARD.decode(public).unwrap();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::RSA_PKCS1_2048_8192_SHA256, public);
    key.verify(format!("{}.{}", parts[0], parts[1]).as_bytes(), &decode(parts[2])).unwrap();
    let asked: Value = fake.requests("POST", MINT)[0].body_json().unwrap();
    let permissions = json!({"contents": "read", "issues": "read", "metadata": "read"});
    assert_eq!(asked, json!({"repositories": ["r"], "permissions": permissions}));
    assert_eq!(*fake.learnt.lock().unwrap(), [word, "ghs_one".to_owned()]);
}

#[test]
fn a_token_that_is_about_to_end_is_replaced_and_one_that_is_not_is_kept() {
    let fake = Fake::start();
    fake.first(1, "POST", MINT, 201, &minted("ghs_old", 3));
    fake.on("POST", MINT, 201, &minted("ghs_new", 60));
    fake.on("DELETE", REVOKE, 204, &json!({}));
    let forge = fake.forge();
    for _ in 0..3 {
        forge.repo_info().unwrap();
    }
    let sent: Vec<String> = fake.requests("GET", "/repos/o/r").iter().map(bearer).collect();
    assert_eq!(sent, ["ghs_old", "ghs_new", "ghs_new"]);
    drop(forge);
    let revoked: Vec<String> = fake.requests("DELETE", REVOKE).iter().map(bearer).collect();
    assert_eq!(revoked, ["ghs_new"]);
}

#[test]
fn trouble_while_minting_is_waited_out_and_trouble_while_revoking_is_survived() {
    let fake = Fake::start();
    fake.first(2, "POST", MINT, 502, &json!({"message": "Bad gateway"}));
    fake.on("POST", MINT, 201, &minted("ghs_one", 60));
    fake.on("DELETE", REVOKE, 500, &json!({}));
    fake.forge().repo_info().unwrap();
    assert_eq!(fake.requests("POST", MINT).len(), 3);
    assert_eq!(fake.requests("DELETE", REVOKE).len(), 3);
}

#[test]
fn an_app_that_is_not_installed_says_so() {
    let fake = Fake::start();
    fake.first(1, "GET", "/repos/o/r/installation", 404, &json!({"message": "Not Found"}));
    let error = fake.forge().repo_info().unwrap_err();
    assert!(error.to_string().contains("the App is not installed in o/r"), "{error}");
    fake.first(1, "POST", MINT, 403, &json!({"message": "This installation has been suspended"}));
    let error = fake.forge().repo_info().unwrap_err();
    assert!(matches!(error, ForgeError::Forbidden { .. }) && error.to_string().contains("suspended"), "{error}");
    assert!(fake.requests("DELETE", REVOKE).is_empty());
}

/// The old word of the App is never sent to the repository, nor a token to the App's own addresses.
#[test]
fn each_place_gets_its_own_key() {
    let fake = Fake::start();
    fake.on("POST", MINT, 201, &minted("ghs_one", 60));
    fake.mount(
        Mock::given(method("DELETE"))
            .and(path(REVOKE))
            .and(header("authorization", "Bearer ghs_one"))
            .respond_with(ResponseTemplate::new(204)),
    );
    fake.forge().repo_info().unwrap();
    assert!(fake.requests("GET", "/repos/o/r").iter().all(|r| bearer(r) == "ghs_one"));
    assert!(fake.requests("POST", MINT).iter().all(|r| bearer(r).split('.').count() == 3));
}
