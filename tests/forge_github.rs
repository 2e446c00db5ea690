//! The real client against wiremock. No independent double exists for these answers: they are our reading
//! of GitHub's documentation (docs.github.com/rest, "Rate limits", "Best practices", "Troubleshooting").

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use secrecy::SecretString;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use thanos_fix::forge::github::{Config, Credential, GitHub, Timing};
use thanos_fix::forge::*;
use thanos_fix::ids::{BranchName, RelPath, RepoSlug, Sha};
use thanos_fix::patch::{FilePatch, Patch};
use thanos_fix::record::Severity;
use tokio::runtime::Runtime;
use wiremock::matchers::{body_partial_json, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const TOKEN: &str = "ghs_n0t-a-real-token";

/// A server that knows only what it is told, and answers anything else with 404.
struct Fake {
    runtime: Runtime,
    server: MockServer,
}

impl Fake {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    /// Answers `verb /repos/o/r<rest>`.
    fn on(&self, verb: &str, rest: &str, status: u16, body: &Value) {
        self.mount(at(verb, rest).respond_with(ResponseTemplate::new(status).set_body_json(body)));
    }

    /// Answers the first `times` requests only.
    fn on_first(&self, times: u64, verb: &str, rest: &str, answer: ResponseTemplate) {
        self.mount(at(verb, rest).respond_with(answer).up_to_n_times(times));
    }

    fn forge(&self) -> GitHub {
        github(&self.server.uri(), Duration::from_secs(60))
    }

    fn hasty_forge(&self) -> GitHub {
        github(&self.server.uri(), Duration::from_secs(1))
    }

    fn forge_with(&self, change: impl FnOnce(&mut Config)) -> GitHub {
        let mut config = config(&self.server.uri(), Duration::from_secs(60));
        change(&mut config);
        GitHub::new(config).unwrap()
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    fn count(&self, verb: &str, rest: &str) -> usize {
        let wanted = format!("/repos/o/r{rest}");
        self.requests().iter().filter(|r| r.method.as_str() == verb && r.url.path() == wanted).count()
    }
}

fn at(verb: &str, rest: &str) -> wiremock::MockBuilder {
    Mock::given(method(verb)).and(path(format!("/repos/o/r{rest}")))
}

fn github(url: &str, total: Duration) -> GitHub {
    GitHub::new(config(url, total)).unwrap()
}

fn config(url: &str, total: Duration) -> Config {
    Config {
        api_url: url.to_owned(),
        server_url: url.to_owned(),
        repo: RepoSlug::parse("o/r").unwrap(),
        credential: Credential::Token(SecretString::from(TOKEN)),
        mask: Arc::new(|text| text.replace("hunter2", "***")),
        holds: Arc::new(|text| text.contains("hunter2")),
        timing: Timing {
            backoff: Duration::from_millis(1),
            total,
            max_wait: Duration::from_secs(2),
            ..Timing::default()
        },
        cancel: None,
    }
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

fn sha(digit: &str) -> Sha {
    Sha::parse(digit.repeat(40)).unwrap()
}

fn user(login: &str, kind: &str) -> Value {
    json!({ "login": login, "type": kind })
}

fn pull(number: u64, head: &str) -> Value {
    json!({
        "number": number, "html_url": "u", "title": "t", "body": null, "state": "open", "draft": true, "merged_at": null,
        "head": { "ref": head, "sha": sha("a"), "repo": { "full_name": "o/r" } },
        "base": { "ref": "main", "sha": sha("b"), "repo": { "full_name": "o/r" } },
        "user": user("github-actions[bot]", "Bot"),
    })
}

fn new_pull() -> NewPull {
    let (title, body) = ("t hunter2".to_owned(), "b".to_owned());
    NewPull { title, body, head: branch("thanos/issue-1"), base: branch("main"), draft: true }
}

fn comment(id: u64, login: &str, body: &str) -> Value {
    json!({ "id": id, "html_url": "u", "body": body, "user": user(login, if login.ends_with("[bot]") { "Bot" } else { "User" }) })
}

#[test]
fn refusals_come_as_kinds_that_name_the_mend() {
    type Kind = fn(&ForgeError) -> bool;
    let cases: [(u16, Value, Kind, &str); 6] = [
        (
            401,
            json!({ "message": "Bad credentials" }),
            |e| matches!(e, ForgeError::Unauthorized { .. }),
            "GITHUB_TOKEN",
        ),
        (
            403,
            json!({ "message": "Resource not accessible by integration" }),
            |e| matches!(e, ForgeError::Forbidden { integration: true, .. }),
            "issues: read",
        ),
        (404, json!({ "message": "Not Found" }), ForgeError::is_not_found, "not found"),
        (409, json!({ "message": "Git Repository is empty." }), |e| matches!(e, ForgeError::Conflict { .. }), "empty"),
        (
            422,
            json!({ "message": "Validation Failed", "errors": [{ "resource": "Issue", "field": "title", "code": "missing" }] }),
            |e| matches!(e, ForgeError::Unprocessable { .. }),
            "Issue title missing",
        ),
        (418, json!({ "message": "odd\u{1b}[31m" }), |e| matches!(e, ForgeError::Unexpected { .. }), "418"),
    ];
    for (status, body, kind, words) in cases {
        let fake = Fake::start();
        fake.on("GET", "/issues/1/comments", status, &body);
        let error = fake.forge().comments(1).unwrap_err();
        assert!(kind(&error), "{status}: {error:?}");
        let text = error.to_string();
        assert!(text.contains(words) && text.contains("GET /repos/o/r/issues/1/comments"), "{text}");
        assert!(!text.contains("per_page") && !text.contains('\u{1b}') && !text.contains(TOKEN), "{text}");
        assert_eq!(fake.requests().len(), 1, "{status} was tried again");
    }
}

#[test]
fn what_a_403_needs_is_read_from_its_header() {
    let fake = Fake::start();
    let answer = ResponseTemplate::new(403)
        .insert_header("x-accepted-github-permissions", "pull_requests=write; issues=write")
        .set_body_json(json!({ "message": "Resource not accessible by integration" }));
    fake.mount(at("POST", "/issues/1/comments").respond_with(answer));
    let error = fake.forge().create_comment(1, "m", "m").unwrap_err();
    assert_eq!(error.missing_permission(), Some("pull-requests: write or issues: write"));
}

#[test]
fn reads_are_patient() {
    let issue = json!({ "number": 1, "title": "t", "state": "open", "user": null, "labels": ["x", { "name": "y" }] });
    for first in [
        ResponseTemplate::new(502),
        ResponseTemplate::new(500).set_body_string("<html>"),
        ResponseTemplate::new(429).insert_header("retry-after", "0"),
        ResponseTemplate::new(403)
            .insert_header("retry-after", "1")
            .set_body_json(json!({ "message": "You have exceeded a secondary rate limit" })),
        ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "1"),
    ] {
        let fake = Fake::start();
        fake.on_first(1, "GET", "/issues/1", first);
        fake.on("GET", "/issues/1", 200, &issue);
        let issue = fake.forge().issue(1).unwrap().unwrap();
        assert_eq!((issue.labels, &*issue.author.login), (vec!["x".to_owned(), "y".to_owned()], "ghost"));
        assert_eq!(fake.requests().len(), 2);
    }
}

#[test]
fn a_hanging_answer_is_given_up_and_asked_for_again() {
    let fake = Fake::start();
    fake.on_first(1, "GET", "/issues/1", ResponseTemplate::new(200).set_delay(Duration::from_secs(600)));
    fake.on("GET", "/issues/1", 200, &json!({ "number": 1 }));
    assert_eq!(fake.hasty_forge().issue(1).unwrap().unwrap().number, 1);
    assert!(fake.requests().len() >= 2);
}

/// GitHub says 409 while another write to the repository goes on: nothing was written.
#[test]
fn a_conflict_of_git_is_a_race_and_not_the_last_word() {
    let fake = Fake::start();
    let race = json!({ "message": "Conflict" });
    fake.on_first(1, "POST", "/git/refs", ResponseTemplate::new(409).set_body_json(race));
    fake.on("POST", "/git/refs", 201, &json!({}));
    let branch = BranchName::parse("thanos/issue-1").unwrap();
    assert_eq!(fake.forge().create_branch(&branch, &sha("a")).unwrap(), RefCreated::Created);
    assert_eq!(fake.requests().len(), 2);
}

/// Nothing is waited for once everything is to end, and what answers at once still gets through.
#[test]
fn the_end_is_not_held_up_by_a_hanging_answer() {
    let fake = Fake::start();
    fake.on_first(1, "GET", "/issues/1", ResponseTemplate::new(200).set_delay(Duration::from_secs(600)));
    fake.on("GET", "/issues/1", 200, &json!({ "number": 1 }));
    let cancel = Arc::new(AtomicBool::new(true));
    let forge = fake.forge_with(|config| config.cancel = Some(Arc::clone(&cancel)));
    assert!(matches!(forge.issue(1).unwrap_err(), ForgeError::Timeout { .. }));
    assert_eq!(fake.requests().len(), 1, "it was not tried again");
    assert_eq!(forge.issue(1).unwrap().unwrap().number, 1);
}

#[test]
fn patience_ends() {
    let fake = Fake::start();
    fake.on("GET", "/issues/1", 503, &json!({}));
    assert!(matches!(fake.forge().issue(1).unwrap_err(), ForgeError::Server { status: 503, .. }));
    assert_eq!(fake.requests().len(), 8);
    let fake = Fake::start();
    fake.on("GET", "/issues/1", 503, &json!({}));
    let forge = fake.forge_with(|config| config.timing.max_wait = Duration::ZERO);
    assert!(forge.issue(1).is_err());
    assert_eq!(fake.requests().len(), 3);
    // A wait longer than we are allowed is told at once.
    let fake = Fake::start();
    fake.mount(at("GET", "/issues/1").respond_with(ResponseTemplate::new(429).insert_header("retry-after", "3600")));
    let error = fake.forge().issue(1).unwrap_err();
    assert!(matches!(error, ForgeError::RateLimited { retry_after, .. } if retry_after.as_secs() == 3600), "{error:?}");
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_secondary_limit_on_a_write_is_waited_out() {
    let fake = Fake::start();
    let limited = json!({ "message": "You have exceeded a secondary rate limit. Please wait." });
    let answer = ResponseTemplate::new(403).insert_header("retry-after", "0").set_body_json(limited);
    fake.on_first(1, "POST", "/pulls", answer);
    fake.on("POST", "/pulls", 201, &pull(5, "thanos/issue-1"));
    assert!(matches!(fake.forge().open_pull(&new_pull()).unwrap(), PullOpened::Opened(p) if p.number == 5));
    assert_eq!(fake.count("POST", "/pulls"), 2);
}

#[test]
fn the_network_is_never_trusted() {
    // Nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let hasty = |url: &str| github(url, Duration::from_millis(500));
    let error = hasty(&format!("http://127.0.0.1:{port}")).issue(1).unwrap_err();
    assert!(matches!(error, ForgeError::Network { .. }), "{error:?}");
    // Connects and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = hasty(&format!("http://{}", silent.local_addr().unwrap())).issue(1).unwrap_err();
    assert!(matches!(error, ForgeError::Timeout { .. }), "{error:?}");
    // Promises more than it sends.
    let short = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", short.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in short.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"number\": 1");
        }
    });
    let error = github(&url, Duration::from_secs(60)).issue(1).unwrap_err();
    assert!(matches!(error, ForgeError::BadBody { .. }), "{error:?}");
    // Answers with something else than JSON.
    let fake = Fake::start();
    fake.mount(at("GET", "/issues/1").respond_with(ResponseTemplate::new(200).set_body_string("<html>")));
    assert!(matches!(fake.forge().issue(1).unwrap_err(), ForgeError::BadBody { .. }));
}

#[test]
fn pull_requests_are_refused_in_words() {
    let validation = |message: &str| json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "code": "custom", "message": message }] });
    for (status, body, expected) in [
        (422, json!({ "message": "Draft pull requests are not supported in this repository." }), PullRefusal::NoDrafts),
        (422, validation("No commits between main and thanos/issue-1"), PullRefusal::NoCommits),
        (
            422,
            json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "field": "head", "code": "invalid" }] }),
            PullRefusal::MissingBranch,
        ),
        (
            403,
            json!({ "message": "GitHub Actions is not permitted to create or approve pull requests." }),
            PullRefusal::NotAllowed,
        ),
        (422, validation("something new"), PullRefusal::Other),
    ] {
        let fake = Fake::start();
        fake.on("POST", "/pulls", status, &body);
        let opened = fake.forge().open_pull(&new_pull()).unwrap();
        assert!(matches!(&opened, PullOpened::Refused { why, .. } if *why == expected), "{opened:?}");
        assert_eq!(fake.requests().len(), 1);
    }
    let fake = Fake::start();
    fake.on("POST", "/pulls", 422, &validation("A pull request already exists for o:thanos/issue-1."));
    fake.mount(
        at("GET", "/pulls")
            .and(query_param("head", "o:thanos/issue-1"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!([pull(4, "thanos/issue-1")]))),
    );
    let opened = fake.forge().open_pull(&new_pull()).unwrap();
    assert!(matches!(&opened, PullOpened::Exists(pull) if pull.number == 4), "{opened:?}");
}

/// The answer to a write is lost: what happened is looked up before anything is sent again.
#[test]
fn lost_answers_do_not_double_anything() {
    let lost = || ResponseTemplate::new(502);
    // It had happened.
    let fake = Fake::start();
    fake.on("POST", "/pulls", 502, &json!({}));
    fake.on("GET", "/pulls", 200, &json!([pull(4, "thanos/issue-1")]));
    assert!(matches!(fake.forge().open_pull(&new_pull()).unwrap(), PullOpened::Opened(pull) if pull.number == 4));
    assert_eq!(fake.count("POST", "/pulls"), 1);
    // It had not.
    let fake = Fake::start();
    fake.on_first(1, "POST", "/git/refs", lost());
    fake.on("POST", "/git/refs", 201, &json!({}));
    assert_eq!(fake.forge().create_branch(&branch("x"), &sha("a")).unwrap(), RefCreated::Created);
    assert_eq!(fake.count("POST", "/git/refs"), 2);
    // It had, by somebody else.
    let fake = Fake::start();
    fake.on("POST", "/git/refs", 502, &json!({}));
    fake.on("GET", "/git/ref/heads/x", 200, &json!({ "object": { "sha": sha("b") } }));
    assert_eq!(fake.forge().create_branch(&branch("x"), &sha("a")).unwrap(), RefCreated::AlreadyExists);
    // A comment is known again by its marker and its author.
    let fake = Fake::start();
    fake.on("POST", "/issues/1/comments", 502, &json!({}));
    fake.mount(Mock::given(path("/user")).respond_with(ResponseTemplate::new(403)));
    let listed = json!([comment(1, "stranger", "<!-- m -->"), comment(2, "github-actions[bot]", "x\n<!-- m -->")]);
    fake.on("GET", "/issues/1/comments", 200, &listed);
    assert_eq!(fake.forge().create_comment(1, "<!-- m -->", "x\n<!-- m -->").unwrap().id, 2);
    assert_eq!(fake.count("POST", "/issues/1/comments"), 1);
    // A rerun cannot be looked up, so it is asked for once.
    let fake = Fake::start();
    fake.on("POST", "/actions/runs/7/rerun", 502, &json!({}));
    assert!(fake.forge().rerun(7).is_err());
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn branches_move_only_from_where_they_should_be() {
    let fake = Fake::start();
    fake.on("GET", "/git/ref/heads/a/b", 200, &json!({ "object": { "sha": sha("a") } }));
    fake.on("PATCH", "/git/refs/heads/a/b", 422, &json!({ "message": "Update is not a fast forward" }));
    let forge = fake.forge();
    let (name, a, b) = (branch("a/b"), sha("a"), sha("b"));
    assert_eq!(forge.update_branch(&name, &b, &sha("c"), true).unwrap(), RefUpdate::Moved(Some(a.clone())));
    assert_eq!(fake.count("PATCH", "/git/refs/heads/a/b"), 0);
    assert!(matches!(forge.update_branch(&name, &a, &b, false), Err(ForgeError::Unprocessable { .. })));
    assert_eq!(forge.update_branch(&branch("gone"), &a, &b, false).unwrap(), RefUpdate::Moved(None));
    assert!(!forge.delete_branch(&name, &b).unwrap());
    fake.on("POST", "/git/refs", 422, &json!({ "message": "Reference already exists" }));
    assert_eq!(forge.create_branch(&name, &a).unwrap(), RefCreated::AlreadyExists);
}

#[test]
fn a_commit_keeps_modes_and_is_refused_on_another_base() {
    let fake = Fake::start();
    let old = thanos_fix::git::blob_id(b"old").unwrap();
    fake.on("GET", &format!("/git/commits/{}", sha("b")), 200, &json!({ "tree": { "sha": sha("1") }, "parents": [] }));
    let root = json!({ "tree": [{ "path": "bin", "mode": "040000", "sha": sha("2") }], "truncated": false });
    fake.on("GET", &format!("/git/trees/{}", sha("1")), 200, &root);
    let bin = json!({ "tree": [{ "path": "run me.sh", "mode": "100755", "sha": old }], "truncated": false });
    fake.on("GET", &format!("/git/trees/{}", sha("2")), 200, &bin);
    fake.on("POST", "/git/blobs", 201, &json!({ "sha": sha("3") }));
    let item = json!({ "path": "bin/run me.sh", "mode": "100755", "type": "blob", "sha": sha("3") });
    let wanted = json!({ "base_tree": sha("1"), "tree": [item] });
    let made = ResponseTemplate::new(201).set_body_json(json!({ "sha": sha("4") }));
    fake.mount(at("POST", "/git/trees").and(body_partial_json(wanted)).respond_with(made));
    let wanted = json!({ "message": "m ***", "tree": sha("4"), "parents": [sha("b")] });
    let made = ResponseTemplate::new(201).set_body_json(json!({ "sha": sha("5") }));
    fake.mount(at("POST", "/git/commits").and(body_partial_json(wanted)).respond_with(made));
    let patch = |before: &str, after: &str| {
        let path = RelPath::parse("bin/run me.sh").unwrap();
        let (before, after) = (Some(before.as_bytes().to_vec()), Some(after.as_bytes().to_vec()));
        Patch::from_files([FilePatch { path, before, after }])
    };
    let forge = fake.forge();
    let commit = |patch: &Patch| forge.create_commit(Some(&sha("b")), patch, "m hunter2");
    assert_eq!(commit(&patch("old", "new")).unwrap(), sha("5"));
    assert!(matches!(commit(&patch("older", "new")), Err(ForgeError::Stale { .. })));
    assert!(matches!(commit(&patch("old", "hunter2")), Err(ForgeError::Secret { .. })));
    assert_eq!(fake.count("POST", "/git/blobs"), 1);
}

#[test]
fn every_page_is_read() {
    let fake = Fake::start();
    let page = |from: u64, to: u64| (from..to).map(|id| comment(id, "somebody", "x")).collect::<Value>();
    for (number, page) in [("1", page(0, 100)), ("2", page(100, 200)), ("3", page(200, 207))] {
        let answer = ResponseTemplate::new(200).set_body_json(page);
        fake.mount(at("GET", "/issues/1/comments").and(query_param("page", number)).respond_with(answer));
    }
    let comments = fake.forge().comments(1).unwrap();
    assert_eq!((comments.len(), comments.last().map(|c| c.id)), (207, Some(206)));
}

#[test]
fn the_token_stays_with_the_api() {
    let (fake, elsewhere) = (Fake::start(), Fake::start());
    let there = format!("{}/log?sig=s1gnature", elsewhere.server.uri());
    fake.mount(
        at("GET", "/actions/jobs/7/logs").respond_with(ResponseTemplate::new(302).insert_header("location", &*there)),
    );
    let log = "line\n".repeat(200_000);
    elsewhere.mount(Mock::given(path("/log")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1));
    elsewhere.mount(Mock::given(path("/log")).respond_with(ResponseTemplate::new(200).set_body_string(log.clone())));
    let mut read = String::new();
    fake.forge().job_log(7).unwrap().unwrap().read_to_string(&mut read).unwrap();
    assert_eq!(read, log);
    let has_token = |request: &Request| request.headers.contains_key("authorization");
    assert!(fake.requests().iter().all(has_token));
    assert!(!elsewhere.requests().is_empty() && !elsewhere.requests().iter().any(has_token));
    // Gone logs are an answer, not an error.
    fake.mount(at("GET", "/actions/jobs/8/logs").respond_with(ResponseTemplate::new(410)));
    assert!(fake.forge().job_log(8).unwrap().is_none());
    // The signature is as good as a token.
    fake.mount(
        at("GET", "/actions/jobs/9/logs")
            .respond_with(ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/log?sig=s1gnature")),
    );
    let error = fake.forge().job_log(9).err().unwrap();
    assert!(!format!("{error:?} {error}").contains("s1gnature"), "{error:?}");
    fake.mount(
        at("GET", "/actions/jobs/10/logs")
            .respond_with(ResponseTemplate::new(302).insert_header("location", "http://example.com/log")),
    );
    assert!(matches!(fake.forge().job_log(10).err().unwrap(), ForgeError::BadBody { .. }));
}

#[test]
fn annotations_go_fifty_at_a_time() {
    let fake = Fake::start();
    fake.on("POST", "/check-runs", 201, &json!({ "id": 3, "html_url": "page" }));
    fake.on("PATCH", "/check-runs/3", 200, &json!({ "id": 3 }));
    let annotation = |line| Annotation {
        path: RelPath::parse("a.rs").unwrap(),
        start_line: line,
        end_line: line,
        level: Severity::Error,
        title: String::new(),
        message: "hunter2".to_owned(),
    };
    let check = NewCheck {
        name: "n".to_owned(),
        commit: sha("a"),
        conclusion: Conclusion::Neutral,
        title: "t".to_owned(),
        summary: "s".to_owned(),
        details_url: None,
        annotations: (1..=120).map(annotation).collect(),
    };
    assert_eq!(fake.forge().create_check(&check).unwrap(), "page");
    let sent: Vec<Value> = fake.requests().iter().map(|request| request.body_json().unwrap()).collect();
    let counts: Vec<_> = sent.iter().map(|body| body["output"]["annotations"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [50, 50, 20]);
    assert_eq!(sent[0]["output"]["annotations"][0]["message"], "***");
    assert_eq!(sent[0]["output"]["annotations"][0]["annotation_level"], "failure");
}

#[test]
fn people_are_asked_of_the_api() {
    let fake = Fake::start();
    fake.on("GET", "/collaborators/dev/permission", 200, &json!({ "permission": "write", "role_name": "maintain" }));
    fake.on("GET", "/collaborators/odd/permission", 200, &json!({ "permission": "read", "role_name": "our-own-role" }));
    let forge = fake.forge();
    assert_eq!(forge.permission("dev").unwrap(), Permission::Maintain);
    assert_eq!(forge.permission("odd").unwrap(), Permission::Read);
    assert_eq!(forge.permission("stranger").unwrap(), Permission::None);
    assert_eq!(forge.permission("../../x?y").unwrap(), Permission::None);
    // An Actions token may not ask who it is, but GraphQL tells.
    fake.mount(Mock::given(path("/user")).respond_with(ResponseTemplate::new(403)));
    let viewer = json!({ "data": { "viewer": { "login": "our-app[bot]" } } });
    fake.mount(Mock::given(path("/graphql")).respond_with(ResponseTemplate::new(200).set_body_json(viewer)));
    assert_eq!(forge.me().unwrap(), Account { login: "our-app[bot]".to_owned(), bot: true });
}

/// An Enterprise server has the REST API below `/api/v3` and GraphQL at `/api/graphql`.
#[test]
fn an_enterprise_server_is_asked_where_it_listens() {
    let fake = Fake::start();
    let forge = fake.forge_with(|config| config.api_url += "/api/v3/");
    let tip = json!({ "ref": "refs/heads/main", "object": { "sha": sha("a") } });
    let found = |at: &str, body: &Value| {
        fake.mount(Mock::given(path(at.to_owned())).respond_with(ResponseTemplate::new(200).set_body_json(body)));
    };
    found("/api/v3/repos/o/r/git/ref/heads/main", &tip);
    assert!(forge.branch_tip(&BranchName::parse("main").unwrap()).unwrap().is_some());
    fake.mount(Mock::given(path("/api/v3/user")).respond_with(ResponseTemplate::new(403)));
    found("/api/graphql", &json!({ "data": { "viewer": { "login": "our-app[bot]" } } }));
    assert_eq!(forge.me().unwrap().login, "our-app[bot]");
}

#[test]
fn builds_are_read() {
    let fake = Fake::start();
    let run = json!({
        "id": 7, "workflow_id": 3, "name": "CI", "path": ".github/workflows/ci.yml@main", "event": "push",
        "status": "completed", "conclusion": "failure", "head_sha": sha("a"), "head_branch": "main",
        "head_repository": { "full_name": "fork/r" }, "run_attempt": 2, "actor": user("dependabot[bot]", "Bot"),
    });
    fake.on("GET", "/actions/runs/7", 200, &run);
    fake.on("GET", "/actions/workflows/ci.yml/runs", 200, &json!({ "total_count": 1, "workflow_runs": [run] }));
    let job = |id: u64, conclusion: &str| json!({ "id": id, "name": "j", "conclusion": conclusion, "labels": [], "steps": [{ "number": 1, "name": "s", "conclusion": conclusion, "status": "completed" }] });
    let jobs = json!({ "jobs": [job(1, "success"), job(2, "failure"), job(3, "cancelled"), job(4, "timed_out")] });
    fake.on("GET", "/actions/runs/7/attempts/2/jobs", 200, &jobs);
    let forge = fake.forge();
    let run = forge.run(7).unwrap().unwrap();
    assert_eq!((&*run.path, run.attempt), (".github/workflows/ci.yml", 2));
    assert_eq!(run.head_repository.clone().map(String::from).as_deref(), Some("fork/r"));
    assert_eq!(forge.runs_of("ci.yml", "main", 5).unwrap(), [run]);
    assert_eq!(forge.failed_jobs(7, 2).unwrap().iter().map(|job| job.id).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(forge.run(8).unwrap(), None);
}

#[test]
fn missing_labels_are_made() {
    let fake = Fake::start();
    fake.on_first(
        1,
        "POST",
        "/issues/1/labels",
        ResponseTemplate::new(422).set_body_json(json!({ "message": "Validation Failed" })),
    );
    fake.on("POST", "/issues/1/labels", 200, &json!([]));
    fake.on("POST", "/labels", 201, &json!({}));
    fake.forge().add_labels(1, &["needs care".to_owned()]).unwrap();
    assert_eq!((fake.count("GET", "/labels/needs%20care"), fake.count("POST", "/labels")), (1, 1));
}

#[test]
fn linked_pull_requests_are_found_in_the_timeline() {
    let fake = Fake::start();
    let source = |number: u64, body: &str, repo: &str, merged: Value| {
        json!({ "event": "cross-referenced", "source": { "type": "issue", "issue": {
            "number": number, "html_url": "u", "title": "t", "body": body, "state": "closed", "user": user("a", "User"),
            "pull_request": { "merged_at": merged }, "repository": { "full_name": repo },
        } } })
    };
    let events = json!([
        { "event": "labeled", "label": { "name": "x" } },
        source(4, "Fixes #1", "o/r", json!("2026-01-01T00:00:00Z")),
        source(5, "see #1", "else/where", Value::Null),
        { "event": "cross-referenced", "source": { "issue": { "number": 6, "title": "an issue", "state": "open" } } },
    ]);
    fake.on("GET", "/issues/1/timeline", 200, &events);
    let linked = fake.forge().linked_pulls(1).unwrap();
    let seen: Vec<_> = linked.iter().map(|l| (l.number, l.state, l.closes, l.same_repo)).collect();
    assert_eq!(seen, [(4, PullState::Merged, true, true), (5, PullState::Closed, false, false)]);
    assert!(fake.forge().linked_pulls(2).unwrap().is_empty());
}

const INTEGRATION: &str = "Resource not accessible by integration";

/// A repository that can be read, whose writes are answered with these statuses. That GitHub looks at the
/// permission before it looks at the request is our reading of its behaviour.
fn probed(answers: &[(&str, u16)]) -> Fake {
    let fake = Fake::start();
    fake.on("GET", "", 200, &json!({ "default_branch": "main", "permissions": { "push": false } }));
    for rest in ["/git/ref/heads/main", "/issues", "/pulls", "/actions/runs", "/commits/main/check-runs"] {
        fake.on("GET", rest, 200, &json!({}));
    }
    for (rest, status) in answers {
        let message = if *status == 403 { INTEGRATION } else { "Validation Failed" };
        fake.on("POST", rest, *status, &json!({ "message": message }));
    }
    fake
}

fn verdict(probes: &[Probe], needs: &str) -> Verdict {
    probes.iter().find(|probe| probe.needs.starts_with(needs)).unwrap().verdict.clone()
}

const REFUSED: [(&str, u16, &str); 5] = [
    ("/git/refs", 422, "contents: write"),
    ("/issues/0/comments", 404, "issues: write"),
    ("/pulls", 422, "pull-requests: write"),
    ("/actions/runs/0/rerun", 404, "actions: write"),
    ("/check-runs", 422, "checks: write"),
];

#[test]
fn a_refusal_for_another_reason_shows_the_permission() {
    let fake = probed(&REFUSED.map(|(rest, status, _)| (rest, status)));
    let probes = fake.forge().probes().unwrap();
    for (rest, _, needs) in REFUSED {
        assert_eq!(verdict(&probes, needs), Verdict::Yes, "{needs}");
        assert_eq!(fake.count("POST", rest), 1);
    }
    assert!(matches!(verdict(&probes, "Settings"), Verdict::Unknown(_)));
}

#[test]
fn a_missing_permission_is_named_with_what_github_asks_for() {
    let fake = probed(&REFUSED.map(|(rest, ..)| (rest, 403)));
    let probes = fake.forge().probes().unwrap();
    for (_, _, needs) in REFUSED {
        assert_eq!(verdict(&probes, needs), Verdict::No(INTEGRATION.to_owned()));
    }
    let fake = probed(&[]);
    let header = ("x-accepted-github-permissions", "issues=write; pull_requests=write");
    let answer = ResponseTemplate::new(403).insert_header(header.0, header.1);
    fake.mount(at("POST", "/issues/0/comments").respond_with(answer));
    let Verdict::No(why) = verdict(&fake.forge().probes().unwrap(), "issues: write") else { panic!("not refused") };
    assert!(why.contains("issues: write or pull-requests: write"), "{why}");
}

/// What was not answered as expected stays unknown, and a write is never sent a second time for it.
#[test]
fn other_answers_to_a_probe_leave_it_unknown() {
    for status in [200, 201, 409, 429, 500, 502] {
        let fake = probed(&REFUSED.map(|(rest, ..)| (rest, status)));
        let probes = fake.forge().probes().unwrap();
        for (rest, _, needs) in REFUSED {
            assert!(matches!(verdict(&probes, needs), Verdict::Unknown(_)), "{status} {needs}");
            assert_eq!(fake.count("POST", rest), 1, "{status} {rest}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_not_written_to() {
    let fake = Fake::start();
    fake.on("GET", "", 200, &json!({ "default_branch": "main" }));
    fake.on("GET", "/actions/runs", 403, &json!({ "message": INTEGRATION }));
    let probes = fake.forge().probes().unwrap();
    assert_eq!(verdict(&probes, "actions: read"), Verdict::No(INTEGRATION.to_owned()));
    assert!(probes.iter().filter(|p| !p.is_setting()).all(|p| matches!(p.verdict, Verdict::No(_))), "{probes:?}");
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
}

/// The setting is told from the missing permission by GitHub's words, and read where the token may.
#[test]
fn the_setting_that_forbids_pull_requests_is_not_taken_for_a_permission() {
    let fake = probed(&[]);
    let message = "GitHub Actions is not permitted to create or approve pull requests.";
    fake.on("POST", "/pulls", 403, &json!({ "message": message }));
    let probes = fake.forge().probes().unwrap();
    assert_eq!(verdict(&probes, "Settings"), Verdict::No(message.to_owned()));
    assert!(matches!(verdict(&probes, "pull-requests: write"), Verdict::Unknown(_)));
    for (value, wanted) in [(true, Verdict::Yes), (false, Verdict::No("the setting is off".to_owned()))] {
        let fake = probed(&[]);
        fake.on("GET", "/actions/permissions/workflow", 200, &json!({ "can_approve_pull_request_reviews": value }));
        assert_eq!(verdict(&fake.forge().probes().unwrap(), "Settings"), wanted);
    }
}

/// GitHub hides from a person's token what it may not touch; 404 must not pass for a yes there.
#[test]
fn a_classic_token_is_judged_by_its_scopes_and_role_first() {
    let classic = |scopes: &str, push: bool| {
        let fake = probed(&[]);
        let repo = json!({ "default_branch": "main", "permissions": { "push": push } });
        let answer = ResponseTemplate::new(200).insert_header("x-oauth-scopes", scopes).set_body_json(repo);
        fake.mount(at("GET", "").respond_with(answer).with_priority(1));
        fake.forge().probes().unwrap()
    };
    assert!(matches!(verdict(&classic("read:org", true), "issues: write"), Verdict::No(_)));
    assert!(matches!(verdict(&classic("repo", false), "actions: write"), Verdict::No(_)));
    assert_eq!(verdict(&classic("repo, workflow", true), "actions: write"), Verdict::Yes);
    assert!(matches!(verdict(&classic("repo", true), "checks: write"), Verdict::No(_)));
}

#[test]
fn unusable_settings_are_refused() {
    let config = |api_url: &str, token: &str| Config {
        api_url: api_url.to_owned(),
        server_url: "https://github.com".to_owned(),
        repo: RepoSlug::parse("o/r").unwrap(),
        credential: Credential::Token(SecretString::from(token)),
        mask: Arc::new(str::to_owned),
        holds: Arc::new(|_| false),
        timing: Timing::default(),
        cancel: None,
    };
    for (url, token) in [
        ("http://api.github.com", "t"),
        ("nonsense", "t"),
        ("https://api.github.com", "a\nb"),
        ("https://api.github.com", ""),
    ] {
        let error = GitHub::new(config(url, token)).err().unwrap();
        assert!(matches!(error, ForgeError::Local(_)) && !error.to_string().contains("a\nb"), "{error}");
    }
    assert!(GitHub::new(config("https://api.github.com/", "t")).is_ok());
}

/// A pack that breaks off is fetched again, and leaves nothing behind when it never comes whole.
#[test]
fn a_broken_fetch_is_tried_again() {
    let fake = Fake::start();
    let broken = ResponseTemplate::new(200).set_body_string("000dpackfile\n0010\u{1}PACK");
    fake.mount(Mock::given(path("/o/r.git/git-upload-pack")).respond_with(broken));
    let dir = tempfile::tempdir().unwrap();
    let error = fake.forge().checkout(&sha("a"), 1, dir.path()).unwrap_err();
    assert!(matches!(error, ForgeError::Network { .. }), "{error:?}");
    assert_eq!(fake.requests().len(), 3);
    assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none());
}
