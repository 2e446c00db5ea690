//! Review threads, which only GraphQL knows.

use super::send::{Ask, Method, is_in_doubt};
use super::{GitHub, wire};
use crate::forge::{Account, Call, ForgeError, Result, Thread, Word, is_marked};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const THREADS: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) { \
    repository(owner: $owner, name: $name) { pullRequest(number: $number) { \
    reviewThreads(first: 50, after: $after) { pageInfo { hasNextPage endCursor } \
    nodes { id isResolved isOutdated diffSide path line startLine \
    comments(first: 50) { nodes { url body author { login __typename } } } } } } } }";
const WORDS: &str = "query($id: ID!) { node(id: $id) { ... on PullRequestReviewThread { \
    comments(last: 20) { nodes { url body author { login __typename } } } } } }";
const ANSWER: &str = "mutation($id: ID!, $body: String!) { \
    addPullRequestReviewThreadReply(input: {pullRequestReviewThreadId: $id, body: $body}) { comment { url } } }";
const RESOLVE: &str = "mutation($id: ID!) { \
    resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }";

/// At 50 threads each.
const MOST_PAGES: usize = 6;
const NEEDS: &str = "pull-requests: write";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_info: PageInfo,
    #[serde(default)]
    nodes: Vec<Option<Node>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    #[serde(default)]
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    #[serde(default)]
    is_resolved: bool,
    #[serde(default)]
    is_outdated: bool,
    diff_side: Option<String>,
    #[serde(default)]
    path: String,
    line: Option<u32>,
    start_line: Option<u32>,
    comments: Words,
}

#[derive(Deserialize)]
struct Words {
    #[serde(default)]
    nodes: Vec<Option<RawWord>>,
}

#[derive(Deserialize)]
struct RawWord {
    #[serde(default)]
    url: String,
    #[serde(default)]
    body: String,
    author: Option<Author>,
}

#[derive(Deserialize)]
struct Author {
    login: String,
    #[serde(rename = "__typename", default)]
    kind: String,
}

impl Words {
    fn read(self) -> Vec<Word> {
        let account = |author: Option<Author>| match author {
            Some(Author { login, kind }) => Account { bot: kind == "Bot" || login.ends_with("[bot]"), login },
            None => wire::account(None),
        };
        let words = self.nodes.into_iter().flatten();
        words.map(|word| Word { url: word.url, body: word.body, author: account(word.author) }).collect()
    }
}

impl From<Node> for Thread {
    fn from(node: Node) -> Self {
        // What stands on the left is gone.
        let is_here = node.diff_side.as_deref() != Some("LEFT");
        Self {
            id: node.id,
            resolved: node.is_resolved,
            outdated: node.is_outdated,
            path: node.path,
            line: node.line.filter(|_| is_here),
            start_line: node.start_line.filter(|_| is_here),
            comments: node.comments.read(),
        }
    }
}

impl GitHub {
    pub(super) fn get_threads(&self, pull: u64) -> Result<Vec<Thread>> {
        let mut threads = Vec::new();
        let mut after = Value::Null;
        for _ in 0..MOST_PAGES {
            let names = json!({"owner": self.repo.owner(), "name": self.repo.name(), "number": pull, "after": after});
            let mut data = self.query(&Ask::repeatable(Method::Post, "/graphql", Some(asking(THREADS, &names))))?;
            let page = data.pointer_mut("/repository/pullRequest/reviewThreads").map(Value::take).unwrap_or_default();
            let page: Page = read(page)?;
            threads.extend(page.nodes.into_iter().flatten().map(Thread::from));
            match page.page_info.end_cursor.filter(|_| page.page_info.has_next_page) {
                Some(cursor) => after = json!(cursor),
                None => break,
            }
        }
        Ok(threads)
    }

    /// Once, also where the answer to it was lost: `marker` (a part of `body`) tells.
    pub(super) fn post_answer(&self, thread: &str, marker: &str, body: &str) -> Result<()> {
        let ask = Ask::once(Method::Post, "/graphql", Some(asking(ANSWER, &json!({"id": thread, "body": body}))));
        match self.query(&ask) {
            Err(error) if is_in_doubt(&error) && !self.is_answered(thread, marker)? => self.query(&ask).map(drop),
            Err(error) if !is_in_doubt(&error) => Err(error),
            _ => Ok(()),
        }
    }

    fn is_answered(&self, thread: &str, marker: &str) -> Result<bool> {
        let mut data =
            self.query(&Ask::repeatable(Method::Post, "/graphql", Some(asking(WORDS, &json!({"id": thread})))))?;
        let words: Words = read(data.pointer_mut("/node/comments").map(Value::take).unwrap_or_default())?;
        Ok(words.read().iter().any(|word| is_marked(&word.body, marker)))
    }

    pub(super) fn post_resolved(&self, thread: &str) -> Result<()> {
        let ask = Ask::repeatable(Method::Post, "/graphql", Some(asking(RESOLVE, &json!({"id": thread}))));
        self.query(&ask).map(drop)
    }

    /// The answer's data. GraphQL says no with status 200.
    fn query(&self, ask: &Ask) -> Result<Value> {
        let mut answer: Value = self.client.json(ask)?;
        match answer["errors"].as_array().and_then(|errors| errors.first()) {
            Some(error) => Err(refusal(ask.call(), error)),
            None => Ok(answer["data"].take()),
        }
    }
}

fn asking(query: &str, names: &Value) -> Value {
    json!({"query": query, "variables": names})
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    let call = Call { method: "POST", path: "/graphql".to_owned() };
    serde_json::from_value(value).map_err(|e| ForgeError::BadBody { call, message: e.to_string() })
}

fn refusal(call: Call, error: &Value) -> ForgeError {
    let message: String = error["message"].as_str().unwrap_or("without a reason").chars().take(300).collect();
    match error["type"].as_str().unwrap_or_default() {
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => {
            let integration = message.contains("integration");
            ForgeError::Forbidden { call, needed: NEEDS.to_owned(), message, integration }
        }
        "NOT_FOUND" => ForgeError::NotFound { call },
        "RATE_LIMITED" | "RATE_LIMIT" => ForgeError::RateLimited { call, retry_after: Duration::from_secs(60) },
        _ => ForgeError::Unprocessable { call, messages: vec![message] },
    }
}
