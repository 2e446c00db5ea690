//! The repository, who we are, who others are, and what our token may do.

use super::code::encode;
use super::send::{Ask, Method};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{Account, ForgeError, Permission, Probe, RateLimit, RepoInfo, Result, Verdict};
use crate::ids::BranchName;
use serde_json::{Value, json};

/// The account behind `GITHUB_TOKEN`.
pub(super) const ACTIONS: &str = "github-actions[bot]";

impl GitHub {
    pub(super) fn get_repo_info(&self) -> Result<RepoInfo> {
        let ask = Ask::get(self.path(""));
        let repo: wire::RepoDetails = self.client.json(&ask)?;
        let bad = |error: crate::ids::BadName| ForgeError::BadBody { call: ask.call(), message: error.to_string() };
        Ok(RepoInfo {
            slug: self.repo.clone(),
            default_branch: BranchName::parse(repo.default_branch).map_err(bad)?,
            private: repo.private,
            fork: repo.fork,
            archived: repo.archived,
            pulls_allowed: repo.has_pull_requests.unwrap_or(true),
        })
    }

    /// Users can ask `/user`; Actions and App tokens cannot, but may ask GraphQL's `viewer`.
    pub(super) fn get_me(&self) -> Result<Account> {
        if let Some(me) = self.me.get() {
            return Ok(me.clone());
        }
        let me = match self.client.json::<wire::User>(&Ask::get("/user")) {
            Ok(user) => user.account(),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => self.viewer()?,
            Err(error) => return Err(error),
        };
        Ok(self.me.get_or_init(|| me).clone())
    }

    fn viewer(&self) -> Result<Account> {
        let query = json!({ "query": "{viewer{login}}" });
        let answer = self.client.json::<Value>(&Ask::repeatable(Method::Post, "/graphql", Some(query)));
        let login = match answer {
            Ok(answer) => answer["data"]["viewer"]["login"].as_str().map(str::to_owned),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Account { login: login.unwrap_or_else(|| ACTIONS.to_owned()), bot: true })
    }

    pub(super) fn get_permission(&self, login: &str) -> Result<Permission> {
        let path = self.path(&format!("/collaborators/{}/permission", encode(login)));
        let Some(answer) = found(self.client.json::<Value>(&Ask::get(path)))? else { return Ok(Permission::None) };
        // `role_name` may be a custom role; `permission` then says what it is worth.
        let role = answer["role_name"].as_str().and_then(level);
        Ok(role.or_else(|| answer["permission"].as_str().and_then(level)).unwrap_or(Permission::None))
    }

    pub(super) fn get_rate_limit(&self) -> Result<RateLimit> {
        let answer: Value = self.client.json(&Ask::get("/rate_limit"))?;
        let core = &answer["resources"]["core"];
        let number = |key: &str| core[key].as_u64().unwrap_or_default();
        Ok(RateLimit { limit: number("limit"), remaining: number("remaining"), reset: number("reset") })
    }

    pub(super) fn get_probes(&self) -> Result<Vec<Probe>> {
        let reply = self.client.send(&Ask::get(self.path("")))?;
        let scopes = reply.header("x-oauth-scopes").unwrap_or_default().to_owned();
        let details: wire::RepoDetails = serde_json::from_slice(&reply.body).map_err(|error| ForgeError::BadBody {
            call: Ask::get(self.path("")).call(),
            message: error.to_string(),
        })?;
        let branch = encode(&details.default_branch);
        let reads = [
            ("read the code", "contents: read", format!("/git/ref/heads/{branch}")),
            ("read issues", "issues: read", "/issues?per_page=1".to_owned()),
            ("read pull requests", "pull-requests: read", "/pulls?per_page=1".to_owned()),
            ("read workflow runs and logs", "actions: read", "/actions/runs?per_page=1".to_owned()),
            ("read checks", "checks: read", format!("/commits/{branch}/check-runs?per_page=1")),
        ];
        let mut probes: Vec<Probe> = Vec::new();
        for (what, needs, path) in reads {
            probes.push(Probe { what, needs, verdict: self.may_read(&path)? });
        }
        let push = details.permissions["push"].as_bool();
        let classic = scopes.split(',').any(|scope| scope.trim() == "repo");
        for (what, needs) in [
            ("push branches", "contents: write"),
            ("open pull requests", "pull-requests: write"),
            ("comment on issues", "issues: write"),
            ("rerun and dispatch workflows", "actions: write"),
            ("annotate commits", "checks: write"),
        ] {
            probes.push(Probe { what, needs, verdict: may_write(needs, push, classic) });
        }
        Ok(probes)
    }

    fn may_read(&self, path: &str) -> Result<Verdict> {
        match self.client.send(&Ask::get(self.path(path))) {
            Ok(_) => Ok(Verdict::Yes),
            Err(ForgeError::Forbidden { message, .. }) => Ok(Verdict::No(message)),
            Err(ForgeError::NotFound { .. }) => Ok(Verdict::No("not found, or not visible to this token".to_owned())),
            Err(ForgeError::Conflict { message, .. }) => Ok(Verdict::Unknown(message)),
            Err(error) => Err(error),
        }
    }
}

fn level(name: &str) -> Option<Permission> {
    Some(match name {
        "none" => Permission::None,
        "read" => Permission::Read,
        "triage" => Permission::Triage,
        "write" => Permission::Write,
        "maintain" => Permission::Maintain,
        "admin" => Permission::Admin,
        _ => return None,
    })
}

/// Only a classic token tells its scopes; of the rest we know at most whether the account may push.
fn may_write(needs: &str, push: Option<bool>, classic: bool) -> Verdict {
    match (needs, push, classic) {
        ("checks: write", _, true) => Verdict::No("classic and personal tokens cannot write checks".to_owned()),
        (_, Some(false), _) => Verdict::No("the account may not push to this repository".to_owned()),
        (_, _, true) => Verdict::Yes,
        _ => Verdict::Unknown("cannot be seen without writing".to_owned()),
    }
}
