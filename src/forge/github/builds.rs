//! Workflow runs, their jobs and logs, reruns, dispatches, and check runs with annotations.

use super::code::encode;
use super::send::{Ask, Method};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{Annotation, ForgeError, Job, NewCheck, Result, WorkflowRun};
use crate::ids::BranchName;
use crate::record::Severity;
use serde_json::{Value, json};
use std::io::Read;

/// The Checks API takes this many annotations in one request.
const ANNOTATIONS: usize = 50;

impl GitHub {
    pub(super) fn get_run(&self, id: u64) -> Result<Option<WorkflowRun>> {
        let ask = Ask::get(self.path(&format!("/actions/runs/{id}")));
        Ok(found(self.client.json::<wire::Run>(&ask))?.map(WorkflowRun::from))
    }

    pub(super) fn get_runs_of(&self, workflow: &str, branch: &str, limit: usize) -> Result<Vec<WorkflowRun>> {
        let (workflow, branch) = (encode(workflow), encode(branch));
        let path = format!("/actions/workflows/{workflow}/runs?branch={branch}&per_page={}", limit.clamp(1, 100));
        let runs = found(self.client.json::<wire::Runs>(&Ask::get(self.path(&path))))?;
        Ok(runs.into_iter().flat_map(|runs| runs.workflow_runs).take(limit).map(WorkflowRun::from).collect())
    }

    pub(super) fn get_failed_jobs(&self, run: u64, attempt: u32) -> Result<Vec<Job>> {
        let path = self.path(&format!("/actions/runs/{run}/attempts/{attempt}/jobs"));
        let jobs = self.client.pages(&path, 10, |page: wire::Jobs| page.jobs)?;
        Ok(jobs.into_iter().map(Job::from).filter(Job::has_failed).collect())
    }

    /// The API answers with a redirect to another host, whose URL carries its own short-lived signature.
    pub(super) fn get_job_log(&self, job: u64) -> Result<Option<Box<dyn Read + Send>>> {
        let ask = Ask::get(self.path(&format!("/actions/jobs/{job}/logs")));
        let Some(reply) = found(self.client.send(&ask))? else { return Ok(None) };
        let Some(url) = reply.header("location").filter(|_| reply.status >= 300) else {
            return Ok(Some(Box::new(std::io::Cursor::new(reply.body))));
        };
        let call = ask.call();
        let download = || match self.client.download(url, &call)? {
            (200, stream) => Ok(stream),
            (404 | 410, _) => Err(ForgeError::NotFound { call: call.clone() }),
            (status @ 500.., _) => Err(ForgeError::Server { call: call.clone(), status }),
            (status, _) => {
                Err(ForgeError::Unexpected { call: call.clone(), status, message: "from the log store".to_owned() })
            }
        };
        Ok(found(self.with_retries(download))?.map(|stream| Box::new(stream) as Box<dyn Read + Send>))
    }

    /// Tries again what failed on the way or in the server.
    pub(super) fn with_retries<T>(&self, act: impl Fn() -> Result<T>) -> Result<T> {
        let mut backoff = self.client.timing.backoff;
        for _ in 0..2 {
            match act() {
                answer if self.client.is_stopped() => return answer,
                Err(
                    ForgeError::Network { .. }
                    | ForgeError::Timeout { .. }
                    | ForgeError::Server { .. }
                    | ForgeError::BadBody { .. },
                ) => {}
                other => return other,
            }
            self.client.sleep(backoff);
            backoff *= 2;
        }
        act()
    }

    /// A rerun or the like: nothing to say, nothing answered. A second one would be refused by GitHub while
    /// the first runs, but it is not tried.
    pub(super) fn post_empty(&self, rest: &str) -> Result<()> {
        self.client.send(&Ask::once(Method::Post, self.path(rest), Some(json!({})))).map(drop)
    }

    pub(super) fn post_dispatch(&self, workflow: &str, branch: &BranchName) -> Result<()> {
        let path = self.path(&format!("/actions/workflows/{}/dispatches", encode(workflow)));
        self.client.send(&Ask::once(Method::Post, path, Some(json!({ "ref": branch })))).map(drop)
    }

    pub(super) fn post_check(&self, check: &NewCheck) -> Result<String> {
        let mut batches = check.annotations.chunks(ANNOTATIONS);
        let mut body = json!({
            "name": check.name,
            "head_sha": check.commit,
            "status": "completed",
            "conclusion": check.conclusion.as_str(),
            "output": output(check, batches.next().unwrap_or_default()),
        });
        if let Some(url) = &check.details_url {
            body["details_url"] = json!(url);
        }
        let ask = Ask::once(Method::Post, self.path("/check-runs"), Some(body));
        let made: wire::CheckRun = self.client.json(&ask)?;
        for batch in batches {
            let path = self.path(&format!("/check-runs/{}", made.id));
            // Annotations are appended, so a repeated request would double them.
            self.client.send(&Ask::once(Method::Patch, path, Some(json!({ "output": output(check, batch) }))))?;
        }
        Ok(made.html_url.unwrap_or_default())
    }
}

fn output(check: &NewCheck, annotations: &[Annotation]) -> Value {
    let annotations: Vec<Value> = annotations.iter().map(annotation).collect();
    json!({ "title": check.title, "summary": check.summary, "annotations": annotations })
}

fn annotation(annotation: &Annotation) -> Value {
    let level = match annotation.level {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "failure",
    };
    json!({
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": level,
        "title": annotation.title,
        "message": annotation.message,
    })
}
