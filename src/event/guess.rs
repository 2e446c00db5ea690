//! Which event a payload without a name is, from its keys.

use super::EventError;
use serde_json::Value;

/// Keys that a payload has if it is of one of these events (docs: webhook events and payloads). More keys say more:
/// a payload that also fits a longer line is not of the shorter one's.
const SIGNS: &[(&[&str], &[&str])] = &[
    (&["issue"], &["issues"]),
    (&["issue", "comment"], &["issue_comment"]),
    (&["workflow_run"], &["workflow_run"]),
    (&["inputs", "ref"], &["workflow_dispatch"]),
    (&["inputs", "workflow"], &["workflow_dispatch"]),
    (&["issue", "sub_issue"], &["sub_issues"]),
    (&["issue", "blocking_issue"], &["issue_dependencies"]),
    (&["issue", "blocked_issue"], &["issue_dependencies"]),
    (&["sub_issue", "parent_issue"], &["sub_issues"]),
    (&["alert"], &["dependabot_alert", "repository_vulnerability_alert", "secret_scanning_alert"]),
    (&["alert", "commit_oid"], &["code_scanning_alert"]),
    (&["alert", "location"], &["secret_scanning_alert_location"]),
    (&["blocked_user"], &["org_block"]),
    (&["branch", "client_payload"], &["repository_dispatch"]),
    (&["build", "id"], &["page_build"]),
    (&["check_run"], &["check_run"]),
    (&["check_suite"], &["check_suite"]),
    (&["comment"], &["commit_comment"]),
    (&["commits", "ref"], &["push"]),
    (&["deployment"], &["deployment"]),
    (&["deployment", "workflow_run"], &["deployment"]),
    (&["deployment", "environment"], &["deployment_protection_rule"]),
    (&["deployment", "deployment_status"], &["deployment_status"]),
    (&["deployment", "deployment_status", "check_run"], &["deployment_status"]),
    (&["deployment", "deployment_status", "workflow_run"], &["deployment_status"]),
    (&["deployment", "deployment_status", "check_run", "workflow_run"], &["deployment_status"]),
    (&["deployment", "workflow_job"], &["workflow_job"]),
    (&["discussion"], &["discussion"]),
    (&["discussion", "comment"], &["discussion_comment"]),
    (&["forkee"], &["fork"]),
    (&["hook"], &["meta"]),
    (&["hook", "zen"], &["ping"]),
    (&["key"], &["deploy_key"]),
    (&["label"], &["label"]),
    (&["label", "issue"], &["issues"]),
    (&["label", "pull_request"], PULLS),
    (&["label", "discussion"], &["discussion"]),
    (&["marketplace_purchase"], &["marketplace_purchase"]),
    (&["member"], &["member"]),
    (&["member", "team"], &["membership"]),
    (&["merge_group"], &["merge_group"]),
    (&["milestone"], &["milestone"]),
    (&["milestone", "issue"], &["issues"]),
    (&["milestone", "pull_request"], PULLS),
    (&["package"], &["package"]),
    (&["registry_package"], &["registry_package"]),
    (&["pages"], &["gollum"]),
    (&["project"], &["project"]),
    (&["project_card"], &["project_card"]),
    (&["project_column"], &["project_column"]),
    (&["projects_v2"], &["projects_v2"]),
    (&["projects_v2_item"], &["projects_v2_item"]),
    (&["pull_request"], PULLS),
    (&["pull_request", "comment"], &["pull_request_review_comment"]),
    (&["pull_request", "review"], &["pull_request_review"]),
    (&["pull_request", "thread"], &["pull_request_review_thread"]),
    (&["ref", "ref_type"], &["delete"]),
    (&["ref", "ref_type", "master_branch"], &["create"]),
    (&["release"], &["release"]),
    (&["repositories_added", "repositories_removed"], &["installation_repositories"]),
    (&["reviewers", "workflow_run"], &["deployment_review"]),
    (&["approver", "workflow_run"], &["deployment_review"]),
    (&["rule"], &["branch_protection_rule"]),
    (&["schedule"], &["schedule"]),
    (&["security_advisory"], &["security_advisory"]),
    (&["sha", "state", "context"], &["status"]),
    (&["sponsorship"], &["sponsorship"]),
    (&["starred_at"], &["star"]),
    (&["team"], &["team", "team_add"]),
    (&["workflow_job"], &["workflow_job"]),
];

/// Their payloads are alike.
const PULLS: &[&str] = &["pull_request", "pull_request_target"];

/// What a payload needs that work could be made of.
const ACTED_ON: &[&str] = &[
    "issues",
    "issue_comment",
    "workflow_run",
    "workflow_dispatch",
    "pull_request_review",
    "pull_request_review_comment",
];

/// The event's name, or the names of all that it may be; none where its keys say nothing. Refused only where one of
/// several is an event that is acted on: that is for a person to say.
pub(super) fn name(payload: &Value) -> Result<String, EventError> {
    let has = |keys: &&[&str]| keys.iter().all(|key| payload.get(key).is_some());
    let fitting: Vec<_> = SIGNS.iter().filter(|(keys, _)| has(keys)).collect();
    let says_less = |keys: &[&str]| {
        fitting.iter().any(|(more, _)| more.len() > keys.len() && keys.iter().all(|key| more.contains(key)))
    };
    let mut names: Vec<&str> =
        fitting.iter().filter(|(keys, _)| !says_less(keys)).flat_map(|(_, names)| names.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    let told = names.join(" or ");
    if names.len() > 1 && names.iter().any(|name| ACTED_ON.contains(name)) {
        return Err(EventError::Ambiguous(told));
    }
    Ok(told)
}
