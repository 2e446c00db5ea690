//! What a request is sent with: the token that we were given, or one of the App's installation, minted for no more
//! than the request needs and revoked at the end.

use super::app::App;
use super::client::{Client, MakeClient};
use super::send::{Ask, Method};
use crate::forge::{Call, ForgeError, Result};
use crate::ids::RepoSlug;
use octocrab::Octocrab;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// How we show who we are.
#[derive(Clone)]
pub enum Credential {
    None,
    /// `GITHUB_TOKEN`, a personal access token, or an installation's that somebody else minted.
    Token(SecretString),
    App(App),
}

impl From<Option<SecretString>> for Credential {
    fn from(token: Option<SecretString>) -> Self {
        token.map_or(Self::None, Self::Token)
    }
}

/// What a request is for; each kind gets a token of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Read,
    /// Comments, reactions, labels.
    Talk,
    /// Branches, commits, pull requests, checks, reruns.
    Write,
}

impl Scope {
    fn of(ask: &Ask) -> Self {
        let area = ask.path.split('/').nth(4).and_then(|rest| rest.split('?').next()).unwrap_or_default();
        match (ask.method, area) {
            (Method::Get, _) => Self::Read,
            // GraphQL asks with a POST, too.
            (Method::Post, "") => {
                if ask.is_mutation() {
                    Self::Talk
                } else {
                    Self::Read
                }
            }
            (_, "issues") => Self::Talk,
            _ => Self::Write,
        }
    }

    fn wanted(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Read => &[
                ("actions", "read"),
                ("checks", "read"),
                ("contents", "read"),
                ("issues", "read"),
                ("metadata", "read"),
                ("pull_requests", "read"),
            ],
            Self::Talk => &[("issues", "write"), ("metadata", "read"), ("pull_requests", "write")],
            Self::Write => &[
                ("actions", "write"),
                ("checks", "write"),
                ("contents", "write"),
                ("metadata", "read"),
                ("pull_requests", "write"),
            ],
        }
    }
}

/// The client that carries a token, and the token itself for git.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) octocrab: Octocrab,
    pub(super) token: Option<SecretString>,
    /// Seconds since 1970.
    expires: u64,
}

pub(super) struct Keys {
    credential: Credential,
    repo: RepoSlug,
    make: MakeClient,
    given: Option<Key>,
    minted: Mutex<BTreeMap<Scope, Key>>,
}

#[derive(Deserialize, Clone)]
struct Installation {
    id: u64,
    #[serde(default)]
    permissions: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Minted {
    token: String,
    #[serde(default)]
    expires_at: String,
}

/// A token that ends while it is in use helps nobody.
const MARGIN: u64 = 5 * 60;
/// What GitHub gives (docs.github.com, "Generating an installation access token").
const LIFETIME: u64 = 60 * 60;

impl Keys {
    pub(super) fn new(credential: Credential, repo: RepoSlug, make: MakeClient) -> Result<Self> {
        let given = match &credential {
            Credential::None => Some(Key { octocrab: make(None)?, token: None, expires: u64::MAX }),
            Credential::Token(token) => {
                Some(Key { octocrab: make(Some(token))?, token: Some(token.clone()), expires: u64::MAX })
            }
            Credential::App(_) => None,
        };
        Ok(Self { credential, repo, make, given, minted: Mutex::default() })
    }

    /// What `ask` is sent with.
    pub(super) fn for_ask(&self, client: &Client, ask: &Ask) -> Result<Key> {
        self.of(client, Scope::of(ask))
    }

    pub(super) fn of(&self, client: &Client, scope: Scope) -> Result<Key> {
        let Credential::App(app) = &self.credential else {
            return self.given.clone().ok_or_else(|| ForgeError::Local("no credential".to_owned()));
        };
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = minted.get(&scope).filter(|key| key.expires > now() + MARGIN) {
            return Ok(key.clone());
        }
        let key = self.mint(client, app, scope)?;
        // What it takes the place of ends by itself within minutes.
        minted.insert(scope, key.clone());
        Ok(key)
    }

    /// An installation token for this repository alone, with what `scope` needs and the App has.
    fn mint(&self, client: &Client, app: &App, scope: Scope) -> Result<Key> {
        let octocrab = (self.make)(Some(&app.token(now())?))?;
        let ask = Ask::get(format!("/repos/{}/installation", self.repo));
        let installation: Installation = match client.json_with(&octocrab, &ask) {
            Err(ForgeError::NotFound { .. }) => return Err(self.not_installed(&ask.call())),
            answer => answer?,
        };
        let body =
            json!({ "repositories": [self.repo.name()], "permissions": granted(scope, &installation.permissions) });
        let path = format!("/app/installations/{}/access_tokens", installation.id);
        let minted: Minted = client.json_with(&octocrab, &Ask::repeatable(Method::Post, path, Some(body)))?;
        (app.learn)(&minted.token);
        let expires = minted.expires_at.parse::<jiff::Timestamp>().ok();
        let expires = expires.and_then(|at| u64::try_from(at.as_second()).ok()).unwrap_or(now() + LIFETIME);
        let token = SecretString::from(minted.token);
        Ok(Key { octocrab: (self.make)(Some(&token))?, token: Some(token), expires })
    }

    fn not_installed(&self, call: &Call) -> ForgeError {
        let message = format!("the App is not installed in {}, or its id and key are not of one App", self.repo);
        ForgeError::Unexpected { call: call.clone(), status: 404, message }
    }

    /// Ends every token that was minted. What cannot be told ends within the hour.
    pub(super) fn revoke(&self, client: &Client) {
        let minted = std::mem::take(&mut *self.minted.lock().unwrap_or_else(PoisonError::into_inner));
        for (scope, key) in minted {
            let ask = Ask::repeatable(Method::Delete, "/installation/token", None);
            if let Err(e) = client.send_with(&key.octocrab, &ask) {
                tracing::debug!(?scope, "an installation token was not revoked: {e}");
            }
        }
    }
}

/// The wanted permissions as far as the App has them: asking for more is refused as a whole.
fn granted(scope: Scope, has: &BTreeMap<String, Value>) -> BTreeMap<&'static str, &'static str> {
    let rank = |level: &str| ["read", "write", "admin"].iter().position(|known| *known == level);
    let lower = |(name, wanted): &(&'static str, &'static str)| {
        let has = rank(has.get(*name)?.as_str()?)?;
        Some((*name, if Some(has) >= rank(wanted) { *wanted } else { "read" }))
    };
    scope.wanted().iter().filter_map(lower).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs())
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = self.token.as_ref().map_or(0, |token| token.expose_secret().len());
        f.debug_struct("Key").field("length", &length).field("expires", &self.expires).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_get_what_they_need() {
        let of = |method, path: &str| Scope::of(&Ask::once(method, path, None));
        for (method, path, scope) in [
            (Method::Get, "/repos/o/r/issues/1", Scope::Read),
            (Method::Post, "/graphql", Scope::Read),
            (Method::Post, "/repos/o/r/issues/1/comments", Scope::Talk),
            (Method::Patch, "/repos/o/r/issues/comments/1", Scope::Talk),
            (Method::Post, "/repos/o/r/git/refs", Scope::Write),
            (Method::Post, "/repos/o/r/pulls", Scope::Write),
            (Method::Post, "/repos/o/r/actions/runs/1/rerun-failed-jobs", Scope::Write),
        ] {
            assert_eq!(of(method, path), scope, "{path}");
        }
    }

    #[test]
    fn no_more_is_asked_for_than_the_app_has() {
        let has = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        let app = has(&[("contents", "write"), ("pull_requests", "read"), ("metadata", "read"), ("members", "read")]);
        let asked = granted(Scope::Write, &app);
        assert_eq!(asked, [("contents", "write"), ("metadata", "read"), ("pull_requests", "read")].into());
        assert_eq!(granted(Scope::Read, &app)["contents"], "read");
    }
}
