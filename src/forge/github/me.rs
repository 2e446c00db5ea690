//! The repository, who we are, who others are.

use super::code::encode;
use super::send::{Ask, Method};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{Account, ForgeError, Permission, RateLimit, RepoInfo, Result};
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
